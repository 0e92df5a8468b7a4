using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>A connection whose calls block the thread, and so complete before they return.</summary>
internal sealed class BlockingConnection : BreakableConnection
{
    private readonly Descriptor _socket;

    // Set in the kernel so far.
    private TimeSpan _receiveLimit = Timeout.InfiniteTimeSpan;
    private TimeSpan _sendLimit = Timeout.InfiniteTimeSpan;

    private ITimer? _lifetime;

    /// <summary>Takes a socket that blocks.</summary>
    public BlockingConnection(int descriptor)
        : base(descriptor) => _socket = new Descriptor(descriptor);

    /// <summary>Looks after <see cref="Connection.Deadline"/> from now on.</summary>
    public void StartLifetime(TimeProvider time, TimeSpan lifetime) =>
        _lifetime = time.CreateTimer(_ => End(TimedOut(ConnectionTimeout.Lifetime), isReset: false), null, TimerLimit.Of(lifetime), Timeout.InfiniteTimeSpan);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        EnterSend();
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
            LeaveSend();
        }
    }

    internal override ValueTask<int> ReadAsync(Memory<byte> buffer) => new(Receive(buffer.Span));

    internal override ValueTask<ReadOnlyMemory<byte>> LendAsync() => new(Lend(Receive(Rent())));

    protected override void Close(bool isInUse)
    {
        _lifetime?.Dispose();
        _socket.Dispose();
    }

    private int Receive(Span<byte> buffer)
    {
        EnterReceive();
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
            LeaveReceive();
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
