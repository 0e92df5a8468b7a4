using Plait.Interop;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <content>The end: it takes no more, runs, cancels or stops what there is, and is over when the last thread has ended.</content>
internal sealed partial class LocalPool
{
    // Guarded by _gate: of the threads that are gone.
    private WorkerTimes _goneTimes;

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        Close(mode);
        try
        {
            await _closed.Task.WaitAsync(timeout, TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Close(ShutdownMode.Kill);
            await _closed.Task.ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Nobody refers to the executor any more: it finishes what it has, and goes.</summary>
    public void Abandon() => ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Close(ShutdownMode.Drain), this, preferLocal: false);

    public ExecutorStatistics GetStatistics()
    {
        LocalWorker[] workers;
        int pending;
        long started;
        long left;
        long refused;
        lock (_gate)
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

    /// <summary>For who collects measurements.</summary>
    public bool TryRead(out ExecutorNumbers numbers)
    {
        ExecutorStatistics now = GetStatistics();
        numbers = new ExecutorNumbers(now.Workers, now.BusyWorkers, now.Pending, now.Running);
        return !_closed.Task.IsCompleted;
    }

    public ExecutorInsights GetInsights()
    {
        LocalWorker[] workers;
        WorkerTimes total;
        lock (_gate)
        {
            (workers, total) = (_workers, _goneTimes);
        }

        long now = MonotonicClock.Now;
        var list = new List<WorkerInsights>(workers.Length);
        foreach (LocalWorker worker in workers)
        {
            WorkerTimes times = worker.Clock?.TimesAt(now) ?? default;
            total.Add(times);
            list.Add(times.ToInsights($"{Name}-{worker.Number}"));
        }

        return new ExecutorInsights(Slowest is not null, list, total.ToInsights(Name), Slowest?.ToList() ?? []);
    }

    private void Close(ShutdownMode mode)
    {
        ILocalTask[] delayed = [];
        lock (_gate)
        {
            _isClosing = true;
            if (mode != ShutdownMode.Drain)
            {
                _isCancelling = true;
                delayed = [.. _delayed, .. _held];
            }

            TellRoom_UnderGate();
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

        lock (_gate)
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
        lock (_gate)
        {
            _broken ??= broken;
            delayed = [.. _delayed, .. _held];
            _delayed.Clear();
            _held.Clear();
            TellRoom_UnderGate();
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

    // Each future has its own: one for all would carry the stacks of whoever asked for the others.
    private static ExecutorBrokenException OneMore(ExecutorBrokenException broken) => new(broken.Message, broken.InnerException);

    private bool IsOver_UnderGate() => _isClosing && _delayed.Count + _held.Count == 0 && !Order.HasWork;

    private void CheckOver_UnderGate()
    {
        if (_started + _parked == 0 && IsOver_UnderGate())
        {
            _closed.TrySetResult();
        }
    }
}
