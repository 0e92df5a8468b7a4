using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Processes.Pooling;

/// <summary>An order that a policy decides. The policy is told of every call's coming, beginning and end.</summary>
internal sealed class PolicyQueue(SchedulingPolicy policy) : PendingQueue
{
    public override void Add(PooledCall call)
    {
        // A new one for each attempt: the end of the one before may still be on its way to the policy.
        call.Entry = new PooledEntry(call);
        policy.Add(call.Entry, MonotonicClock.Now);
        Count++;
    }

    public override void Return(PooledCall call)
    {
        policy.Requeue(call.Entry!, 0, MonotonicClock.Now);
        Count++;
    }

    public override void Drop(PooledCall call)
    {
        if (policy.TryRemove(call.Entry!))
        {
            Count--;
        }
    }

    public override bool TryTake(out PooledCall call)
    {
        if (!policy.TryTake(MonotonicClock.Now, out SchedulingEntry? entry, out _))
        {
            call = null!;
            return false;
        }

        Count--;
        call = ((PooledEntry)entry).Call;
        return true;
    }

    // As if it had never been taken: nothing is to be learned from it.
    public override void Forget(PooledCall call)
    {
        policy.Requeue(call.Entry!, 0, MonotonicClock.Now);
        _ = policy.TryRemove(call.Entry!);
    }

    public override void Finish(PooledEntry entry, long ran) => policy.Finish(entry, Math.Max(0, ran), MonotonicClock.Now);
}
