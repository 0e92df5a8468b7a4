using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Execution.Local;

/// <summary>An order that a policy decides. The policy is told of every task's coming, beginning and end, in one lock.</summary>
internal sealed class PolicyOrder(SchedulingPolicy policy) : LocalOrder
{
    private readonly Lock _gate = new();
    private int _count;

    public override bool HasWork => Volatile.Read(ref _count) != 0;

    public override int Count => Volatile.Read(ref _count);

    public override void Add(ILocalTask task, LocalWorker? by)
    {
        var entry = new LocalEntry(task);
        lock (_gate)
        {
            policy.Add(entry, MonotonicClock.Now);
            _count++;
        }

        // Between the task and the look for who sleeps: pairs with the one in LocalPool.Rest.
        Interlocked.MemoryBarrier();
    }

    public override ILocalTask? Take(LocalWorker? worker)
    {
        if (!HasWork && worker?.Entry is null)
        {
            return null;
        }

        lock (_gate)
        {
            long now = MonotonicClock.Now;
            if (worker is not null)
            {
                Settle_UnderGate(worker, now);
            }

            if (!policy.TryTake(now, out SchedulingEntry? taken, out _))
            {
                return null;
            }

            _count--;
            var entry = (LocalEntry)taken;
            if (worker is null)
            {
                Forget_UnderGate(entry, now);
            }
            else
            {
                (worker.Entry, worker.Began) = (entry, now);
            }

            return entry.Task;
        }
    }

    // A worker looks for the next task right after: then one turn under the gate does for both.
    public override void OnRan(LocalWorker worker, bool hasRun) => worker.HasRun = hasRun;

    public override void OnGone(LocalWorker worker)
    {
        lock (_gate)
        {
            Settle_UnderGate(worker, MonotonicClock.Now);
        }
    }

    private void Settle_UnderGate(LocalWorker worker, long now)
    {
        if (worker.Entry is not { } entry)
        {
            return;
        }

        worker.Entry = null;
        if (worker.HasRun)
        {
            policy.Finish(entry, Math.Max(0, now - worker.Began), now);
        }
        else
        {
            Forget_UnderGate(entry, now);
        }
    }

    // As if it had never been taken: nothing is to be learned from it.
    private void Forget_UnderGate(LocalEntry entry, long now)
    {
        policy.Requeue(entry, 0, now);
        _ = policy.TryRemove(entry);
    }
}
