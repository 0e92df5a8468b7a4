using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>A connection over an asynchronous socket of .NET: what waits goes on on the runtime's thread pool.</summary>
internal sealed class SocketConnection : BreakableConnection
{
    // What is handed to the socket at once: it says nothing before all of that is taken, and the time of a send counts anew with each.
    private const int MostAtOnce = 64 * 1024;

    private readonly Socket _socket;
    private readonly WaitTimer _timer = new();

    /// <summary>Takes a socket that is connected.</summary>
    public SocketConnection(Socket socket)
        : base((int)socket.Handle) => _socket = socket;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        EnterSend();
        try
        {
            while (!data.IsEmpty)
            {
                ReadOnlyMemory<byte> part = data[..Math.Min(data.Length, MostAtOnce)];
                CancellationToken limit = _timer.Begin(isSend: true, DeadlineAfter(SendTimeout));
                int count = await _socket.SendAsync(part, SocketFlags.None, limit).ConfigureAwait(false);
                ThrowIfEnded();
                BytesSent += count;
                data = data[count..];
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            throw Explained("send", error, ConnectionTimeout.SendStall);
        }
        finally
        {
            _timer.End(isSend: true);
            LeaveSend();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        EnterReceive();
        (TimeSpan time, ConnectionTimeout kind) = ReceiveLimit;
        try
        {
            CancellationToken limit = _timer.Begin(isSend: false, DeadlineAfter(time));
            return await ReceiveAsync(buffer, limit).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            throw Explained("recv", error, kind);
        }
        finally
        {
            _timer.End(isSend: false);
            LeaveReceive();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<ReadOnlyMemory<byte>> LendAsync()
    {
        EnterReceive();
        (TimeSpan time, ConnectionTimeout kind) = ReceiveLimit;
        try
        {
            // Nothing is held while there is nothing: a receive of no bytes waits for some, or for the end.
            TakeBack();
            CancellationToken limit = _timer.Begin(isSend: false, DeadlineAfter(time));
            _ = await ReceiveAsync(Memory<byte>.Empty, limit).ConfigureAwait(false);
            return Lend(await ReceiveAsync(Rent(), limit).ConfigureAwait(false));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            throw Explained("recv", error, kind);
        }
        finally
        {
            _timer.End(isSend: false);
            LeaveReceive();
        }
    }

    protected override void Close(bool isInUse)
    {
        if (isInUse)
        {
            EndBoth();
        }

        _timer.Dispose();
        _socket.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken limit)
    {
        int count = await _socket.ReceiveAsync(buffer, SocketFlags.None, limit).ConfigureAwait(false);
        ThrowIfEnded();
        BytesReceived += count;
        return count;
    }

    private long DeadlineAfter(TimeSpan time)
    {
        long deadline = Math.Min(MonotonicClock.After(time), Deadline);
        return deadline == Deadline && MonotonicClock.IsOver(deadline) ? throw TimedOut(ConnectionTimeout.Lifetime) : deadline;
    }

    // Why a call has come back: for those who have broken it off or closed it, whatever the socket makes of that.
    private Exception Explained(string call, Exception error, ConnectionTimeout kind)
    {
        if (IsClosed)
        {
            return new ObjectDisposedException(ToString());
        }

        ThrowIfEnded();
        return error switch
        {
            OperationCanceledException => TimedOut(MonotonicClock.IsOver(Deadline) ? ConnectionTimeout.Lifetime : kind),
            SocketException socket => Failed(call, NumberOf(socket)),
            _ => error,
        };
    }

    // Several numbers are one SocketError, of which the exception tells any.
    private static int NumberOf(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionReset => Errno.ECONNRESET,
        SocketError.ConnectionAborted => Errno.ECONNABORTED,
        SocketError.Shutdown => Errno.EPIPE,
        SocketError.NotConnected => Errno.ENOTCONN,
        SocketError.TimedOut => Errno.ETIMEDOUT,
        _ => error.ErrorCode,
    };

    // With a call under way a socket is closed by a reset, unless its ends were shut down before.
    private void EndBoth()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The other end is gone.
        }
    }
}
