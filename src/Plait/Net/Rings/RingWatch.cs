using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>A descriptor is watched, by edges, until it is forgotten: for what is not done by operations of the ring.</summary>
internal sealed class RingWatch(RingPoller poller, LoopDescriptor descriptor) : RingOperation
{
    private const EpollEvents Everything = EpollEvents.Readable | EpollEvents.Writable | EpollEvents.PeerClosed;

    public void Submit()
    {
        ref RingSubmission entry = ref poller.Prepare(this);
        entry.Opcode = RingOpcode.Watch;
        entry.Descriptor = descriptor.Number;
        entry.Length = IoRing.WatchOn;
        entry.Details = (uint)Everything;
    }

    public override void OnCompleted(in RingCompletion completion)
    {
        if (completion.Result == -Errno.ECANCELED)
        {
            return;
        }

        // What cannot be watched is as good as ready: the caller's own call says why.
        var events = (EpollEvents)Math.Max(completion.Result, 0);
        bool isOver = completion.Result < 0 || (events & (EpollEvents.PeerClosed | EpollEvents.HangUp | EpollEvents.Error)) != EpollEvents.None;
        descriptor.OnReady(events.HasFlag(EpollEvents.Readable), events.HasFlag(EpollEvents.Writable), isOver);
        if (!completion.HasMore && completion.Result >= 0)
        {
            // The queue of completions was full.
            Submit();
        }
    }
}
