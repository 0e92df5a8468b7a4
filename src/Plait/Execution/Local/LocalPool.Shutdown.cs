namespace Plait.Execution.Local;

/// <content>The end: it takes no more, runs, cancels or stops what there is, and is over when the last thread has ended.</content>
internal sealed partial class LocalPool
{
    public override ExecutorStatistics GetStatistics()
    {
        LocalWorker[] workers;
        int pending;
        long started;
        long left;
        long refused;
        lock (Gate)
        {
            workers = _workers;
            pending = _delayed.Count + _held.Count;
            (started, left, refused) = (_everStarted, _left, _refused);
        }

        int busy = workers.Count(static worker => worker.Task is { IsDone: false });
        pending += Math.Max(0, Order.Count - Volatile.Read(ref _skipped));
        return new ExecutorStatistics(
            workers.Length,
            busy,
            pending,
            busy,
            Sum(LocalCount.Succeeded),
            Sum(LocalCount.Failed),
            Sum(LocalCount.Cancelled),
            Sum(LocalCount.Retried),
            Sum(LocalCount.TimedOut),
            started,
            left,
            0,
            refused,
            0);

        long Sum(LocalCount what) => Volatile.Read(ref _counts[(int)what]) + workers.Sum(worker => worker.CountOf(what));
    }

    protected override (string Name, LocalStopwatch? Clock)[] Clocks_UnderGate() => [.. _workers.Select(worker => ($"{Name}-{worker.Number}", (LocalStopwatch?)worker.Clock))];

    protected override void Close(ShutdownMode mode)
    {
        ILocalTask[] delayed = [];
        lock (Gate)
        {
            Close_UnderGate(isCancelling: mode != ShutdownMode.Drain);
            if (mode != ShutdownMode.Drain)
            {
                delayed = [.. _delayed, .. _held];
            }
        }

        // Between saying so and the look at what waits: pairs with the fence in Order.Add.
        Interlocked.MemoryBarrier();
        if (mode != ShutdownMode.Drain)
        {
            var reason = StopReason.Killed();
            foreach (ILocalTask task in delayed)
            {
                task.Stop(reason);
            }

            foreach (ILocalTask task in TakeAll())
            {
                Drop(task, reason);
            }

            foreach (LocalWorker worker in mode == ShutdownMode.Kill ? Workers : [])
            {
                worker.Task?.Stop(reason);
            }
        }

        lock (Gate)
        {
            WakeAll_UnderGate();
            CheckOver_UnderGate();
        }
    }

    // What has not begun. What has, goes on.
    private IEnumerable<ILocalTask> TakeAll()
    {
        while (true)
        {
            ILocalTask? task = Order.Take(null, out LocalWorker? parked);
            if (parked is not null)
            {
                Resume(parked, null);
            }
            else if (task is not null)
            {
                yield return task;
            }
            else
            {
                yield break;
            }
        }
    }

    private void Drop(ILocalTask task, StopReason reason)
    {
        if (task.TryEndWaiting(reason))
        {
            OnRoom();
        }
        else
        {
            OnSkipped();
        }
    }

    private void Break(ExecutorBrokenException broken)
    {
        ILocalTask[] delayed;
        lock (Gate)
        {
            Break_UnderGate(broken);
            delayed = [.. _delayed, .. _held];
            _delayed.Clear();
            _held.Clear();
        }

        Interlocked.MemoryBarrier();
        foreach (ILocalTask task in delayed)
        {
            _ = task.TryFailWaiting(OneMore(broken));
        }

        foreach (ILocalTask task in TakeAll())
        {
            if (!task.TryFailWaiting(OneMore(broken)))
            {
                OnSkipped();
            }
        }
    }

    private bool IsOver_UnderGate() => IsClosing && _delayed.Count + _held.Count == 0 && !Order.HasWork;

    private void CheckOver_UnderGate()
    {
        if (_started + _parked == 0 && IsOver_UnderGate())
        {
            SetClosed();
        }
    }
}
