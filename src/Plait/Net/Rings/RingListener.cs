using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Rings;

/// <summary>Has the kernel accept, one connection at a time: what there is no room for is not accepted.</summary>
internal sealed class RingListener : LoopListener
{
    private readonly RingPoller _poller;
    private readonly RingAccept _accept;
    private readonly ReadyWait _wait;

    public RingListener(EventLoop loop, RingPoller poller, int descriptor)
        : base(loop, descriptor)
    {
        _poller = poller;
        _accept = new RingAccept(poller, Descriptor);
        _wait = new ReadyWait(loop, Descriptor, isForWriting: false);
        poller.Adopt(Descriptor, _accept);
    }

    public override async ValueTask<int> AcceptAsync(Func<ValueTask> takeRoom)
    {
        await takeRoom();
        _accept.Submit();
        await _wait.WaitAsync(CoroutineContext.Require("A server"), MonotonicClock.Never);
        return _accept.Take() is { } accepted and not -Errno.EINTR ? accepted : -Errno.EAGAIN;
    }

    public override int TakeAccepted()
    {
        // It may have been faster than the cancellation.
        _poller.CancelAndWait(_accept);
        return _accept.Take() ?? base.TakeAccepted();
    }

    public override void Close()
    {
        base.Close();
        if (_accept.Take() is { } accepted and >= 0)
        {
            _ = Libc.close(accepted);
        }
    }
}
