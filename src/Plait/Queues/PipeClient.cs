using System.Security.Authentication;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>Connects to a <see cref="PipeListener"/> of another process of the same user.</summary>
public static class PipeClient
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(50);

    /// <summary>Connects; blocks until the listener accepts.</summary>
    /// <param name="path">The listener's <see cref="PipeListener.Path"/>.</param>
    /// <param name="key">The listener's key; null when it has none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, a duplex one; the caller's to dispose.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or over 107 bytes.</exception>
    /// <exception cref="PipeClosedException">Nobody listens there, or the listener went away.</exception>
    /// <exception cref="AuthenticationException">The key is not the listener's, the listener could not prove that it knows it, or it is another user's.</exception>
    /// <exception cref="UnauthorizedAccessException">The path may not be used.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static PipeConnection Connect(string path, byte[]? key = null, CancellationToken cancellationToken = default) =>
        Connect(path, key, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Connects within <paramref name="timeout"/>; blocks until the listener accepts.</summary>
    /// <param name="path">The listener's <see cref="PipeListener.Path"/>.</param>
    /// <param name="key">The listener's key; null when it has none.</param>
    /// <param name="timeout">How long to wait at most; 0 or more, at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, a duplex one; the caller's to dispose.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The listener did not accept in time.</exception>
    /// <inheritdoc cref="Connect(string, byte[], CancellationToken)" path="/exception"/>
    public static PipeConnection Connect(string path, byte[]? key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Check(path);
        long deadline = Deadline.After(timeout);
        Descriptor socket = OpenSocket();
        var end = new PipeEnd(socket);
        try
        {
            Dial(socket, path, deadline, cancellationToken);
            var handshake = new ClientHandshake(path, key);
            while (!Advance(end, handshake, path))
            {
                ThrowUnless(end.Wait(forWriting: false, deadline, cancellationToken), path);
            }

            return new PipeConnection(socket, canReceive: true, canSend: true);
        }
        catch
        {
            end.Dispose();
            throw;
        }
    }

    /// <summary>Connects without blocking a thread.</summary>
    /// <inheritdoc cref="Connect(string, byte[], CancellationToken)"/>
    public static ValueTask<PipeConnection> ConnectAsync(string path, byte[]? key = null, CancellationToken cancellationToken = default) =>
        ConnectAsync(path, key, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Connects within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="Connect(string, byte[], TimeSpan, CancellationToken)"/>
    public static async ValueTask<PipeConnection> ConnectAsync(string path, byte[]? key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Check(path);
        long deadline = Deadline.After(timeout);
        Descriptor socket = OpenSocket();
        var end = new PipeEnd(socket);
        try
        {
            // Only a full backlog makes it wait; no descriptor says when there is room.
            if (!TryDial(socket, path, TimeSpan.Zero))
            {
                await Task.Run(() => Dial(socket, path, deadline, cancellationToken), CancellationToken.None).ConfigureAwait(false);
            }

            var handshake = new ClientHandshake(path, key);
            while (!Advance(end, handshake, path))
            {
                ThrowUnless(await end.WaitAsync(forWriting: false, deadline, cancellationToken).ConfigureAwait(false), path);
            }

            return new PipeConnection(socket, canReceive: true, canSend: true);
        }
        catch
        {
            end.Dispose();
            throw;
        }
    }

    private static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int length = System.Text.Encoding.UTF8.GetByteCount(path);
        if (length > LocalSocket.LongestPath)
        {
            throw new ArgumentException($"The path of a socket has at most {LocalSocket.LongestPath} bytes; '{path}' has {length}.", nameof(path));
        }
    }

    private static Descriptor OpenSocket()
    {
        try
        {
            return LocalSocket.Create(isListener: false);
        }
        catch (SystemCallException error)
        {
            throw new IOException($"No socket could be made: {error.Message} Close what is not needed, or raise the limit on open files (ulimit -n).", error);
        }
    }

    private static void Dial(Descriptor socket, string path, long deadline, CancellationToken token)
    {
        while (true)
        {
            token.ThrowIfCancellationRequested();
            TimeSpan left = Deadline.Left(deadline);
            if (TryDial(socket, path, left == Timeout.InfiniteTimeSpan || left > LongestStep ? LongestStep : left))
            {
                return;
            }

            ThrowUnless(left != TimeSpan.Zero, path);
        }
    }

    // False while the listener's backlog is full.
    private static bool TryDial(Descriptor socket, string path, TimeSpan limit)
    {
        switch (LocalSocket.Connect(socket, path, limit))
        {
            case 0:
                break;
            case Errno.EAGAIN:
                return false;
            case Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR:
                throw new PipeClosedException($"Nobody listens at '{path}'.");
            case Errno.EACCES or Errno.EPERM:
                throw new UnauthorizedAccessException($"'{path}' may not be used by this user.");
            case int errno:
                throw new IOException($"'{path}' cannot be connected to: {new SystemCallException("connect", errno).Message}");
        }

        uint owner = LocalSocket.PeerOf(socket).User;
        return owner == LockedFile.CurrentUser
            ? true
            : throw new AuthenticationException($"The listener at '{path}' is user {owner}'s, not this user's ({LockedFile.CurrentUser}). Nothing was sent to it.");
    }

    // Takes what the listener has said. True when this client is let in.
    private static bool Advance(PipeEnd end, ClientHandshake handshake, string path)
    {
        Span<byte> packet = stackalloc byte[ClientHandshake.Room];
        while (true)
        {
            var unwanted = new List<Descriptor>();
            int count = LocalSocket.Receive(end.Socket.Number, packet, default, unwanted, out _, out _);
            unwanted.ForEach(static descriptor => descriptor.Dispose());
            if (count == -Errno.EAGAIN)
            {
                return false;
            }

            if (count <= 0)
            {
                throw new PipeClosedException($"The listener at '{path}' went away before it accepted.");
            }

            if (handshake.Next(packet[..count]) is not { } answer)
            {
                return true;
            }

            if (LocalSocket.Send(end.Socket.Number, answer, default) is not (0 or Errno.EPIPE or Errno.ECONNRESET) and int errno)
            {
                throw new SystemCallException("sendmsg", errno);
            }
        }
    }

    private static void ThrowUnless(bool isInTime, string path)
    {
        if (!isInTime)
        {
            throw new TimeoutException($"The listener at '{path}' did not accept in time.");
        }
    }
}
