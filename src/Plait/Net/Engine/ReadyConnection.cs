using System.Net;
using Plait.Coroutines;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>Calls the system when its socket is ready, for all that is known, and is told when it is again.</summary>
internal sealed class ReadyConnection : LoopConnection
{
    /// <exception cref="SystemCallException">The system watches no more descriptors.</exception>
    public ReadyConnection(EventLoop loop, int descriptor, EndPoint? address)
        : base(loop, descriptor, address) => loop.Poller.Watch(Descriptor);

    internal override int Receive(Span<byte> buffer)
    {
        int count = StreamCalls.Receive(Descriptor.Number, buffer);
        if (count >= 0)
        {
            BytesReceived += count;
            Descriptor.OnRead(count, buffer.Length);
            return count;
        }

        if (count != -Errno.EAGAIN)
        {
            throw Failed("recv", -count);
        }

        Descriptor.CanRead = false;
        return -1;
    }

    internal override ReadOnlyMemory<byte>? ReceiveLent()
    {
        int count = Receive(Rent());
        if (count >= 0)
        {
            return Lend(count);
        }

        TakeBack();
        return null;
    }

    internal override bool TryBeginSending(ReadOnlyMemory<byte> data) => false;

    internal override int GoOnSending(ReadOnlyMemory<byte> rest) => SendAtOnce(rest.Span);

    internal override void EndSending()
    {
        // Nobody else has them.
    }

    protected override int SendAtOnce(ReadOnlySpan<byte> data)
    {
        int done = 0;
        while (done < data.Length)
        {
            int count = StreamCalls.Send(Descriptor.Number, data[done..]);
            if (count < 0)
            {
                if (count != -Errno.EAGAIN)
                {
                    BytesSent += done;
                    throw Failed("send", -count);
                }

                Descriptor.CanWrite = false;
                break;
            }

            done += count;
        }

        BytesSent += done;
        return done;
    }

    protected override void BeginConnecting()
    {
        // It is watched.
    }

    protected override void OnClosed()
    {
    }

    private protected override byte[] RentBuffer(int length) => Loop.RentBuffer(length);

    private protected override void ReturnBuffer(byte[] buffer) => Loop.ReturnBuffer(buffer);
}
