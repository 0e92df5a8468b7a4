using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Processes.Pooling;

/// <summary>
/// Calls under a policy that gives slices. One policy decides which of those that wait is begun next, a second of the same kind and with the same
/// settings shares out the processors among those that have begun; between the two a call is admitted: it has a process to come, and no slice yet.
/// </summary>
internal sealed class SlicedQueue(SchedulingPolicy policy, SchedulingPolicy turns) : PendingQueue
{
    private readonly PolicyQueue _order = new(policy);
    private readonly List<SlicedRun> _admitted = [];

    /// <summary>The policy of those that have begun, or are admitted.</summary>
    public SchedulingPolicy Turns => turns;

    public IReadOnlyList<SlicedRun> Admitted => _admitted;

    public override void Add(PooledCall call)
    {
        _order.Add(call);
        if (policy.IsPreemptive)
        {
            Reconsider(call.Entry!);
        }

        Recount();
    }

    public override void Return(PooledCall call)
    {
        _order.Return(call);
        Recount();
    }

    public override void Drop(PooledCall call)
    {
        if (_admitted.Find(run => run.Call == call) is { } run)
        {
            Withdraw(run);
            _order.Forget(call);
        }
        else
        {
            _order.Drop(call);
        }

        Recount();
    }

    // For those who take all: nobody is admitted any more.
    public override bool TryTake(out PooledCall call)
    {
        while (_admitted.Count > 0)
        {
            Dismiss(_admitted[^1]);
        }

        bool isTaken = _order.TryTake(out call);
        Recount();
        return isTaken;
    }

    public override void Forget(PooledCall call) => _order.Forget(call);

    public override void Finish(PooledEntry entry, long ran) => _order.Finish(entry, ran);

    /// <summary>Lets as many take part in the slices as there are workers for them.</summary>
    public void Admit(int workers, long now)
    {
        while (_admitted.Count > workers)
        {
            Dismiss(_admitted[^1]);
        }

        while (_admitted.Count < workers && _order.TryTake(out PooledCall call))
        {
            var run = new SlicedRun(call);
            _admitted.Add(run);
            turns.Add(run, now);
        }
    }

    /// <summary>Whose turn it is: one that was stopped, or one that was admitted, which is no more from then on.</summary>
    public bool TryNext(long now, out SlicedRun run, out long slice)
    {
        if (!turns.TryTake(now, out SchedulingEntry? entry, out slice))
        {
            run = null!;
            return false;
        }

        run = (SlicedRun)entry;
        if (run.Stage == SliceStage.Admitted)
        {
            _admitted.Remove(run);
        }

        Recount();
        return true;
    }

    /// <summary>What <see cref="TryNext"/> gave could not be begun: it waits with the others again.</summary>
    public void Refuse(SlicedRun run, long now)
    {
        turns.Requeue(run, 0, now);
        _ = turns.TryRemove(run);
        _order.Return(run.Call);
        Recount();
    }

    // Who comes may be more urgent than who is to begin next.
    private void Reconsider(PooledEntry entry)
    {
        long now = MonotonicClock.Now;
        for (int i = _admitted.Count - 1; i >= 0; i--)
        {
            if (policy.Preempts(entry, _admitted[i].Call.Entry!, 0, now))
            {
                Dismiss(_admitted[i]);
                return;
            }
        }
    }

    private void Dismiss(SlicedRun run)
    {
        Withdraw(run);
        _order.Return(run.Call);
    }

    private void Withdraw(SlicedRun run)
    {
        _admitted.Remove(run);
        _ = turns.TryRemove(run);
    }

    private void Recount() => Count = _order.Count + _admitted.Count;
}
