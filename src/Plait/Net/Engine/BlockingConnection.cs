using System.Buffers;
using System.Net;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>A connection whose calls block the thread, and so complete before they return.</summary>
internal sealed class BlockingConnection : Connection
{
    private readonly Descriptor _socket;
    private readonly Lock _gate = new();

    // Set in the kernel so far.
    private TimeSpan _receiveLimit = Timeout.InfiniteTimeSpan;
    private TimeSpan _sendLimit = Timeout.InfiniteTimeSpan;

    // Guarded by _gate: whoever breaks it off may be another thread.
    private bool _isClosed;
    private Exception? _end;
    private ITimer? _lifetime;

    private int _receivers;
    private int _senders;

    /// <summary>Takes a socket that blocks.</summary>
    public BlockingConnection(int descriptor) => _socket = new Descriptor(descriptor);

    public override EndPoint? LocalEndPoint => _isClosed ? null : StreamCalls.LocalName(_socket.Number);

    public override EndPoint? RemoteEndPoint => _isClosed ? null : StreamCalls.PeerName(_socket.Number);

    /// <summary>Looks after <see cref="Connection.Deadline"/> from now on.</summary>
    public void StartLifetime(TimeProvider time, TimeSpan lifetime) =>
        _lifetime = time.CreateTimer(_ => End(TimedOut(ConnectionTimeout.Lifetime), isReset: false), null, lifetime, Timeout.InfiniteTimeSpan);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        Enter(ref _senders, "send");
        try
        {
            for (int done = 0; done < data.Length;)
            {
                SetLimit(ref _sendLimit, SendTimeout, ofSends: true);
                int count = StreamCalls.Send(_socket.Number, data.Span[done..]);
                ThrowIfEnded();
                if (count < 0)
                {
                    throw count == -Errno.EAGAIN ? TimedOut(ConnectionTimeout.SendStall) : Failed("send", -count);
                }

                done += count;
                BytesSent += count;
            }

            return default;
        }
        finally
        {
            Volatile.Write(ref _senders, 0);
        }
    }

    public override ValueTask EndSendingAsync()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        StreamCalls.EndSending(_socket.Number);
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
                _lifetime?.Dispose();
                _socket.Dispose();
                TakeBack();
            }
        }

        return default;
    }

    internal override ValueTask<int> ReadAsync(Memory<byte> buffer) => new(Receive(buffer.Span));

    internal override ValueTask<ReadOnlyMemory<byte>> LendAsync() => new(Lend(Receive(Rent())));

    private protected override byte[] RentBuffer(int length) => ArrayPool<byte>.Shared.Rent(Math.Max(length, 16 * 1024));

    private protected override void ReturnBuffer(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    private int Receive(Span<byte> buffer)
    {
        Enter(ref _receivers, "receive");
        try
        {
            (TimeSpan time, ConnectionTimeout kind) = ReceiveLimit;
            SetLimit(ref _receiveLimit, time, ofSends: false);
            int count = StreamCalls.Receive(_socket.Number, buffer);
            ThrowIfEnded();
            if (count < 0)
            {
                throw count == -Errno.EAGAIN ? TimedOut(kind) : Failed("recv", -count);
            }

            BytesReceived += count;
            return count;
        }
        finally
        {
            Volatile.Write(ref _receivers, 0);
        }
    }

    // From any thread: whoever is inside a call comes back, and throws that.
    private void End(Exception end, bool isReset)
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
                StreamCalls.ResetOnClose(_socket.Number);
            }

            StreamCalls.Shutdown(_socket.Number);
        }
    }

    private void Enter(ref int flag, string what)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        ThrowIfEnded();
        if (Interlocked.Exchange(ref flag, 1) != 0)
        {
            throw new InvalidOperationException($"Another {what} is under way: {this}. One at a time uses a connection.");
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            throw end;
        }
    }

    private void SetLimit(ref TimeSpan now, TimeSpan wanted, bool ofSends)
    {
        if (now != wanted)
        {
            // The kernel takes 0 for no limit, and counts in microseconds.
            StreamCalls.SetTimeout(_socket.Number, ofSends, wanted == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(wanted.Ticks, TimeSpan.TicksPerMillisecond)));
            now = wanted;
        }
    }
}
