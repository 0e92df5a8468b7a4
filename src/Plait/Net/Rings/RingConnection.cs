using System.Net;
using Plait.Coroutines;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Rings;

/// <summary>Has the kernel receive and send, and is told when that is done. Specification: docs/design/proactor.md.</summary>
internal sealed class RingConnection : LoopConnection
{
    private readonly RingPoller _poller;
    private readonly RingReceive _receive;
    private readonly RingSend _send;

    public RingConnection(EventLoop loop, RingPoller poller, int descriptor, EndPoint? address)
        : base(loop, descriptor, address)
    {
        _poller = poller;
        _send = new RingSend(poller, Descriptor);
        _receive = new RingReceive(poller, Descriptor) { Companion = _send };
        poller.Adopt(Descriptor, _receive);
    }

    internal override int Receive(Span<byte> buffer)
    {
        if (!HasCome())
        {
            return -1;
        }

        int count = _receive.CopyTo(buffer);
        BytesReceived += count;
        return count;
    }

    internal override ReadOnlyMemory<byte>? ReceiveLent()
    {
        if (!HasCome())
        {
            TakeBack();
            return null;
        }

        (byte[]? buffer, int start, int count) = _receive.Take();
        BytesReceived += count;
        return Lend(buffer, start, count);
    }

    internal override bool TryBeginSending(ReadOnlyMemory<byte> data)
    {
        Submit(data);
        return true;
    }

    internal override int GoOnSending(ReadOnlyMemory<byte> rest)
    {
        if (!_send.TryTake(out int sent))
        {
            // A step that was meant for an earlier send.
            return 0;
        }

        if (sent < 0 && sent is not (-Errno.EAGAIN or -Errno.EINTR))
        {
            throw Failed("send", -sent);
        }

        sent = Math.Max(sent, 0);
        BytesSent += sent;
        if (sent < rest.Length)
        {
            Submit(rest[sent..]);
        }

        return sent;
    }

    internal override void EndSending()
    {
        _poller.CancelAndWait(_send);
        if (_send.TryTake(out int sent))
        {
            BytesSent += Math.Max(sent, 0);
        }
    }

    protected override int SendAtOnce(ReadOnlySpan<byte> data) => 0;

    protected override void BeginConnecting() => _send.SubmitWatch();

    protected override void OnClosed() => _receive.Drop();

    private protected override byte[] RentBuffer(int length) => length <= IoRingBuffers.Length ? _poller.Buffers.Rent() : GC.AllocateUninitializedArray<byte>(length);

    private protected override void ReturnBuffer(byte[] buffer) => _poller.Buffers.Return(buffer);

    // What is lent out of the group is the most frequent to be sent back, and never moves.
    private void Submit(ReadOnlyMemory<byte> data) => _send.Submit(data, isPinned: IsLent(data, IoRingBuffers.Length));

    // Something to take; otherwise it is asked for.
    private bool HasCome()
    {
        if (!_receive.HasCome)
        {
            _receive.Ask();
            return false;
        }

        int errno = _receive.TakeError();
        return errno == 0 ? true : throw Failed("recv", errno);
    }
}
