using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Execution.Local;

/// <summary>
/// An order that a policy decides. The policy is told of every task's coming, beginning and end, in one lock, which only workers take: who
/// submits leaves its task in an inbox, with the time, and the next worker that looks for a task hands in what lies there.
/// </summary>
/// <remarks>
/// <c>_count</c> is what the policy has. Who empties the inbox first counts one too many (its exchange is the fence behind that), and counts right when
/// all is handed in: so whoever finds the inbox empty finds the count not zero, for as long as there is a task in between.
/// </remarks>
internal sealed class PolicyOrder(SchedulingPolicy policy) : LocalOrder
{
    private readonly Lock _gate = new();
    private Inbox<LocalEntry> _inbox;

    // Written under _gate, read by all.
    private int _count;

    public override bool HasWork => !_inbox.IsEmpty || Volatile.Read(ref _count) != 0;

    public override int Count
    {
        get
        {
            lock (_gate)
            {
                HandIn_UnderGate();
                return _count;
            }
        }
    }

    // The inbox's fence is between the task and the look for who sleeps: pairs with the one in LocalPool.Rest.
    public override void Add(ILocalTask task, LocalWorker? by) => _inbox.Put(new LocalEntry(task));

    public override ILocalTask? Take(LocalWorker? worker)
    {
        if (!HasWork && worker?.Entry is null)
        {
            return null;
        }

        lock (_gate)
        {
            HandIn_UnderGate();
            long now = MonotonicClock.Now;
            if (worker is not null)
            {
                Settle_UnderGate(worker, now);
            }

            if (!policy.TryTake(now, out SchedulingEntry? taken, out _))
            {
                return null;
            }

            Volatile.Write(ref _count, _count - 1);
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

    private void HandIn_UnderGate()
    {
        if (_inbox.IsEmpty)
        {
            return;
        }

        int count = _count;
        Volatile.Write(ref _count, count + 1);
        IInboxItem<LocalEntry>? next = _inbox.TakeAll();
        while (next is LocalEntry entry)
        {
            next = next.Next;
            policy.Add(entry, entry.AddedAt);
            count++;
        }

        Volatile.Write(ref _count, count);
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
