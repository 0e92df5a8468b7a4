using System.Buffers;
using System.Net;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>A connection that belongs to no loop: one uses it on whatever thread, and any thread may break it off meanwhile.</summary>
internal abstract class BreakableConnection(int number) : Connection
{
    private readonly Lock _gate = new();

    // Guarded by _gate: whoever breaks it off may be another thread, and the number must not be another file's by then.
    private bool _isClosed;
    private Exception? _end;

    private int _receivers;
    private int _senders;

    public override EndPoint? LocalEndPoint
    {
        get
        {
            lock (_gate)
            {
                return _isClosed ? null : StreamCalls.LocalName(number);
            }
        }
    }

    public override EndPoint? RemoteEndPoint
    {
        get
        {
            lock (_gate)
            {
                return _isClosed ? null : StreamCalls.PeerName(number);
            }
        }
    }

    public override ValueTask EndSendingAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            StreamCalls.EndSending(number);
        }

        return default;
    }

    public override void Abort() => End(new ConnectionResetException($"It was broken off here: connection {Id}."), isReset: true);

    public override ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                bool isInUse = (Volatile.Read(ref _receivers) | Volatile.Read(ref _senders)) != 0;
                Close(isInUse);
                if (!isInUse)
                {
                    // Otherwise the kernel may be about to write into it.
                    TakeBack();
                }
            }
        }

        return default;
    }

    protected bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Closes the socket, and what else it has. Called once.</summary>
    /// <param name="isInUse">Whether a call on it is under way.</param>
    protected abstract void Close(bool isInUse);

    private protected override byte[] RentBuffer(int length) => ArrayPool<byte>.Shared.Rent(Math.Max(length, 16 * 1024));

    private protected override void ReturnBuffer(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>From any thread: whoever is inside a call comes back, and throws that.</summary>
    protected void End(Exception end, bool isReset)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _end ??= end;
            if (isReset)
            {
                StreamCalls.ResetOnClose(number);
            }

            StreamCalls.Shutdown(number);
        }
    }

    /// <summary>A call begins: one of its kind at a time.</summary>
    protected void EnterReceive() => Enter(ref _receivers, "receive");

    /// <inheritdoc cref="EnterReceive"/>
    protected void EnterSend() => Enter(ref _senders, "send");

    protected void LeaveReceive() => Volatile.Write(ref _receivers, 0);

    protected void LeaveSend() => Volatile.Write(ref _senders, 0);

    /// <summary>After each call of the system's: it may have come back because somebody has broken it off.</summary>
    protected void ThrowIfEnded()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            throw end;
        }
    }

    private void Enter(ref int flag, string what)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ThrowIfEnded();
        if (Interlocked.Exchange(ref flag, 1) != 0)
        {
            throw new InvalidOperationException($"Another {what} is under way: {this}. One at a time uses a connection.");
        }
    }
}
