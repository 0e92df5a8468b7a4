using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Execution.Local;

/// <summary>
/// An order that a policy decides. The policy is told of every task's coming, beginning and end, in one lock, which only workers take: who
/// submits leaves its task in an inbox, with the time, and the next worker that looks for a task hands in what lies there.
/// </summary>
/// <remarks>
/// <c>_count</c> is what the policy has. Who empties the inbox first counts one too many (its exchange is the fence behind that), and counts right when
/// all is handed in: so whoever finds the inbox empty finds the count not zero, for as long as there is a task in between. Tasks that have begun and
/// wait for another turn are in the policy as well: docs/design/checkpoints.md. The gate may be held when the pool's is taken, not the other way round.
/// </remarks>
internal sealed class PolicyOrder(LocalPool pool, SchedulingPolicy policy) : LocalOrder
{
    private readonly Lock _gate = new();
    private Inbox<LocalEntry> _inbox;

    // Written under _gate, read by all.
    private int _count;

    // Guarded by _gate: of what the policy has, those that have begun; and who runs a task that another may preempt.
    private int _parked;
    private readonly List<LocalWorker> _running = [];

    public override bool HasWork => !_inbox.IsEmpty || Volatile.Read(ref _count) != 0;

    public override int Count
    {
        get
        {
            lock (_gate)
            {
                HandIn_UnderGate();
                return _count - _parked;
            }
        }
    }

    // The inbox's fence is between the task and the look for who sleeps: pairs with the one in LocalPool.Rest.
    public override void Add(ILocalTask task, LocalWorker? by) => _inbox.Put(new LocalEntry(task));

    public override ILocalTask? Take(LocalWorker? worker, out LocalWorker? parked)
    {
        parked = null;
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

            if (!policy.TryTake(now, out SchedulingEntry? taken, out long slice))
            {
                return null;
            }

            Volatile.Write(ref _count, _count - 1);
            var entry = (LocalEntry)taken;
            (parked, entry.Parked) = (entry.Parked, null);
            if (parked is not null)
            {
                parked.ParkedEntry = null;
                _parked--;
            }

            if (worker is null)
            {
                Forget_UnderGate(entry, now);
            }
            else
            {
                Begin_UnderGate(parked ?? worker, entry, now, slice);
            }

            return parked is null ? entry.Task : null;
        }
    }

    // Also where nothing waits: the policy has to know what one that is alone has used, before others come.
    public override bool IsTurnOver(LocalWorker worker) =>
        worker.Entry is not null && (worker.IsPreempted || (policy.IsPreemptive && !_inbox.IsEmpty) || MonotonicClock.Now - worker.Began >= worker.Slice);

    public override bool TryPark(LocalWorker worker)
    {
        lock (_gate)
        {
            HandIn_UnderGate();
            long now = MonotonicClock.Now;
            long ran = Math.Max(0, now - worker.Began);
            if (worker.Entry is not { } entry || (!worker.IsPreempted && ran < worker.Slice))
            {
                return false;
            }

            policy.Requeue(entry, ran, now);
            End_UnderGate(worker);
            _ = policy.TryTake(now, out SchedulingEntry? next, out long slice);
            if (next == entry)
            {
                Begin_UnderGate(worker, entry, now, slice);
                return false;
            }

            policy.Requeue(next!, 0, now);
            if (!pool.TryPark(worker))
            {
                _ = policy.TryRemove(entry);
                return false;
            }

            entry.Parked = worker;
            worker.ParkedEntry = entry;
            _parked++;
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    public override bool TryUnpark(LocalWorker worker)
    {
        lock (_gate)
        {
            if (worker.ParkedEntry is not { } entry)
            {
                return false;
            }

            _ = policy.TryRemove(entry);
            (entry.Parked, worker.ParkedEntry) = (null, null);
            _parked--;
            Volatile.Write(ref _count, _count - 1);
            return true;
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
            if (policy.IsPreemptive)
            {
                Preempt_UnderGate(entry);
            }
        }

        Volatile.Write(ref _count, count);
    }

    // The least urgent of those that run, if the new one preempts it.
    private void Preempt_UnderGate(LocalEntry entry)
    {
        long now = entry.AddedAt;
        LocalWorker? victim = null;
        foreach (LocalWorker worker in _running)
        {
            bool isLess = victim is null ? Preempts(entry, worker) : Preempts(victim.Entry!, worker);
            victim = isLess && !worker.IsPreempted ? worker : victim;
        }

        victim?.IsPreempted = true;

        bool Preempts(LocalEntry waiting, LocalWorker worker) => policy.Preempts(waiting, worker.Entry!, Math.Max(0, now - worker.Began), now);
    }

    private void Begin_UnderGate(LocalWorker worker, LocalEntry entry, long now, long slice)
    {
        (worker.Entry, worker.Began, worker.Slice, worker.IsPreempted) = (entry, now, slice, false);
        if (policy.IsPreemptive)
        {
            _running.Add(worker);
        }
    }

    private void End_UnderGate(LocalWorker worker)
    {
        worker.Entry = null;
        _ = _running.Remove(worker);
    }

    private void Settle_UnderGate(LocalWorker worker, long now)
    {
        if (worker.Entry is not { } entry)
        {
            return;
        }

        End_UnderGate(worker);
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
