using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>Is told when somebody has connected, and accepts then.</summary>
internal sealed class ReadyListener : LoopListener
{
    private readonly ReadyWait _wait;

    public ReadyListener(EventLoop loop, int descriptor)
        : base(loop, descriptor)
    {
        _wait = new ReadyWait(loop, Descriptor, isForWriting: false);
        try
        {
            loop.Poller.Watch(Descriptor);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public override async ValueTask<int> AcceptAsync(Func<ValueTask> takeRoom)
    {
        // Room is taken once there is somebody for it: of several loops, one that has nobody must not keep it from the others.
        await _wait.WaitAsync(CoroutineContext.Require("A server"), MonotonicClock.Never);
        await takeRoom();
        int accepted = AcceptQueued();
        Descriptor.CanRead = accepted != -Errno.EAGAIN;
        return accepted;
    }
}
