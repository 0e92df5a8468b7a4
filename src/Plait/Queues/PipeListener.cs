using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>
/// Accepts connections from other processes of the same user, at a Unix socket in the file system. Both sides prove that they know the key, if
/// there is one, without showing it, and each checks that the other is of the same user.
/// </summary>
public sealed class PipeListener : IReadySource, IEndOwner, IDisposable
{
    internal const string Extension = ".pipe";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Descriptor _socket;
    private readonly PipeListenerOptions _options;
    private readonly EventPoll _poll = new();
    private readonly PipeEnd _end;

    // Guarded by _gate: clients that are connected and have not proven themselves yet.
    private readonly List<Guest> _guests = [];
    private long _lastGuest;

    private PipeListener(string path, Descriptor socket, PipeListenerOptions options)
    {
        Path = path;
        _socket = socket;
        _options = options;

        // Readable when a client comes, and when one that has come says something.
        _end = new PipeEnd(_poll.Handle);
        _poll.Register(socket, ++_lastGuest);
    }

    /// <summary>Where clients connect.</summary>
    public string Path { get; }

    bool IReadySource.IsReady => _end.IsDisposed;

    SafeHandle? IReadySource.ReadyDescriptor => _end.Socket;

    PipeEnd IEndOwner.End => _end;

    /// <summary>Listens at a path of its own, in a folder that only this user can enter.</summary>
    /// <param name="options">How clients are let in; null for the defaults.</param>
    /// <returns>The listener; the caller's to dispose.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not this user's alone.</exception>
    public static PipeListener Bind(PipeListenerOptions? options = null) => Open(SocketFile.Prepare($"{Guid.NewGuid():N}{Extension}"), options);

    /// <summary>Listens at a path. What is left there of a listener whose process is gone is replaced.</summary>
    /// <param name="path">A path of at most 107 bytes in a folder that exists and that others should not be able to write to.</param>
    /// <param name="options">How clients are let in; null for the defaults.</param>
    /// <returns>The listener; the caller's to dispose.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="IOException">The address is in use: somebody listens there, or there is another file; or the system refused.</exception>
    public static PipeListener Bind(string path, PipeListenerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(System.IO.Path.GetFullPath(path), options);
    }

    /// <summary>Accepts a client; blocks until one has connected and proven itself.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, a duplex one; the caller's to dispose.</returns>
    /// <exception cref="AuthenticationException">A client did not have the key, spoke something else, or is another user's. It was refused; call again for the next one.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    /// <remarks>Clients that go away again or say nothing for <see cref="PipeListenerOptions.HandshakeTimeout"/> are dropped, and hold nobody up.</remarks>
    public PipeConnection Accept(CancellationToken cancellationToken = default) =>
        TryAccept(Timeout.InfiniteTimeSpan, out PipeConnection? connection, cancellationToken) ? connection : throw NotInTime();

    /// <summary>Accepts a client; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait at most; 0 to take only who is ready now; at most 24 days, or infinite.</param>
    /// <param name="connection">The connection, a duplex one; the caller's to dispose.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether one came in time.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <inheritdoc cref="Accept(CancellationToken)" path="/exception"/>
    public bool TryAccept(TimeSpan timeout, [NotNullWhen(true)] out PipeConnection? connection, CancellationToken cancellationToken = default)
    {
        long deadline = Deadline.After(timeout);
        connection = null;
        Check(cancellationToken);
        if (!_gate.Wait(Deadline.Left(deadline), cancellationToken))
        {
            return false;
        }

        try
        {
            while (true)
            {
                connection = Admit();
                if (connection is not null)
                {
                    return true;
                }

                if (Deadline.Left(deadline) == TimeSpan.Zero)
                {
                    return false;
                }

                _ = _end.Wait(forWriting: false, Math.Min(deadline, NextEnd()), cancellationToken);
            }
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    /// <summary>Accepts a client without blocking a thread.</summary>
    /// <inheritdoc cref="Accept(CancellationToken)"/>
    public ValueTask<PipeConnection> AcceptAsync(CancellationToken cancellationToken = default) => AcceptAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Accepts a client within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <param name="timeout">How long to wait at most; 0 to take only who is ready now; at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, a duplex one; the caller's to dispose.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">None came in time.</exception>
    /// <inheritdoc cref="Accept(CancellationToken)" path="/exception"/>
    public async ValueTask<PipeConnection> AcceptAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = Deadline.After(timeout);
        Check(cancellationToken);
        if (!await _gate.WaitAsync(Deadline.Left(deadline), cancellationToken).ConfigureAwait(false))
        {
            throw NotInTime();
        }

        try
        {
            while (true)
            {
                if (Admit() is { } connection)
                {
                    return connection;
                }

                if (Deadline.Left(deadline) == TimeSpan.Zero)
                {
                    throw NotInTime();
                }

                _ = await _end.WaitAsync(forWriting: false, Math.Min(deadline, NextEnd()), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    /// <summary>Stops listening and removes the socket. Who waits in <c>Accept</c> gets <see cref="ObjectDisposedException"/>; connections that were accepted stay.</summary>
    public void Dispose()
    {
        lock (_poll)
        {
            if (_end.IsDisposed)
            {
                return;
            }

            _end.Dispose();
        }

        // Whoever is inside has been woken and leaves.
        _gate.Wait();
        SocketFile.Remove(Path);
        _socket.Dispose();
        _guests.ForEach(static guest => guest.Socket.Dispose());
        _guests.Clear();
        _poll.Dispose();
        _ = _gate.Release();
    }

    /// <summary>Where it listens, for messages.</summary>
    public override string ToString() => $"a pipe listener at '{Path}'{(_end.IsDisposed ? " that is disposed" : "")}";

    private static PipeListener Open(string path, PipeListenerOptions? options)
    {
        PipeListenerOptions own = (options ?? new PipeListenerOptions()).CopyChecked();
        try
        {
            return new PipeListener(path, SocketFile.Listen(path, own.Backlog), own);
        }
        catch (SystemCallException error)
        {
            throw new IOException($"Nothing can listen at '{path}': {error.Message}", error);
        }
    }

    private static TimeoutException NotInTime() => new("No client connected in time.");

    private void Check(CancellationToken token)
    {
        ObjectDisposedException.ThrowIf(_end.IsDisposed, this);
        token.ThrowIfCancellationRequested();
    }

    // Never blocks: greets who has come, and lets in the first who has proven itself.
    private PipeConnection? Admit()
    {
        ObjectDisposedException.ThrowIf(_end.IsDisposed, this);
        while (LocalSocket.Accept(_socket) is { } socket)
        {
            Greet(socket);
        }

        long now = MonotonicClock.Now;
        for (int i = 0; i < _guests.Count; i++)
        {
            Guest guest = _guests[i];
            Span<byte> reply = stackalloc byte[Handshake.ReplySize + 1];
            var unwanted = new List<Descriptor>();
            int count = LocalSocket.Receive(guest.Socket.Number, reply, default, unwanted, out _, out _);
            unwanted.ForEach(static descriptor => descriptor.Dispose());
            if (count == -Errno.EAGAIN && guest.Deadline > now)
            {
                continue;
            }

            _guests.RemoveAt(i--);
            if (count <= 0)
            {
                _poll.Unregister(guest.Socket);
                guest.Socket.Dispose();
                continue;
            }

            return Judge(guest, reply[..count]);
        }

        return null;
    }

    private void Greet(Descriptor socket)
    {
        PeerCredentials peer = LocalSocket.PeerOf(socket);
        if (peer.User != LockedFile.CurrentUser)
        {
            socket.Dispose();
            throw new AuthenticationException($"A process of user {peer.User} (pid {peer.Pid}) wanted to connect to '{Path}', which is for user {LockedFile.CurrentUser} alone. It was refused.");
        }

        byte[] greeting = Handshake.Greet(_options.Key);
        if (LocalSocket.Send(socket.Number, greeting, default) != 0)
        {
            // It has gone away again.
            socket.Dispose();
            return;
        }

        _poll.Register(socket, ++_lastGuest);
        _guests.Add(new Guest(socket, greeting, MonotonicClock.After(_options.HandshakeTimeout), peer.Pid));
    }

    private PipeConnection Judge(Guest guest, ReadOnlySpan<byte> reply)
    {
        _poll.Unregister(guest.Socket);
        byte[]? verdict = Handshake.Judge(guest.Greeting, reply, _options.Key, out bool isLetIn);
        if (verdict is not null)
        {
            _ = LocalSocket.Send(guest.Socket.Number, verdict, default);
        }

        if (isLetIn)
        {
            return new PipeConnection(guest.Socket, canReceive: true, canSend: true);
        }

        guest.Socket.Dispose();
        throw new AuthenticationException(verdict is null
            ? $"What connected to '{Path}' (pid {guest.Pid}) is no client of Plait, or one of another build. It was refused."
            : $"A client of '{Path}' (pid {guest.Pid}) did not have the key. It was refused.");
    }

    private long NextEnd() => _guests.Count == 0 ? MonotonicClock.Never : _guests.Min(static guest => guest.Deadline);

    /// <summary>A client that is connected and has been greeted.</summary>
    private readonly record struct Guest(Descriptor Socket, byte[] Greeting, long Deadline, int Pid);
}
