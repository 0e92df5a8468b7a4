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
    private bool _hasRoom;

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
        _hasRoom = true;
        _accept.Submit();
        await _wait.WaitAsync(CoroutineContext.Require("A server"), MonotonicClock.Never);
        _hasRoom = false;
        return _accept.Take() is { } accepted and not -Errno.EINTR ? accepted : -Errno.EAGAIN;
    }

    public override int? TakeLast()
    {
        if (!_hasRoom)
        {
            return null;
        }

        // It may have been faster than the cancellation. And the kernel wakes one of those who wait to accept: if it was this one, nobody else knows who has come.
        _hasRoom = false;
        _poller.CancelAndWait(_accept);
        return _accept.Take() is { } accepted and >= 0 ? accepted : AcceptQueued();
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
