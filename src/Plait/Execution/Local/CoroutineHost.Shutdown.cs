using Plait.Coroutines;
using Plait.Interop;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <content>The loops, what is known of them, and the end.</content>
internal sealed partial class CoroutineHost
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private bool _isOver;
    private long _started;
    private WorkerTimes _goneTimes;

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
    public void Abandon() => ThreadPool.UnsafeQueueUserWorkItem(static host => host.Close(ShutdownMode.Drain), this, preferLocal: false);

    /// <summary>The initializer threw: nothing runs on a loop that is not as it should be.</summary>
    public void Break(CoroutineWorker worker, Exception error)
    {
        var broken = new ExecutorBrokenException($"The initializer of executor '{Name}' threw on loop {worker.Name}: {error.Message}", error);
        ILocalTask[] waiting;
        lock (_gate)
        {
            _broken ??= broken;
            waiting = [.. _line, .. _delayed, .. _held];
            _line.Clear();
            TellRoom_UnderGate();
        }

        foreach (ILocalTask task in waiting)
        {
            Refuse(task);
        }
    }

    /// <summary>The executor is broken, and a task does not begin.</summary>
    public void Refuse(ILocalTask task)
    {
        if (task.TryFailWaiting(OneMore(_broken!)))
        {
            OnEndedWaiting(task);
        }
    }

    public ExecutorStatistics GetStatistics()
    {
        CoroutineAttempt[] running = [.. _attempts.Values.Where(static attempt => attempt.HasBegun && !attempt.Task.IsDone)];
        lock (_gate)
        {
            return new ExecutorStatistics(
                _workers.Length,
                running.DistinctBy(static attempt => attempt.Worker).Count(),
                _waiting + _delayed.Count,
                running.Length,
                Of(LocalCount.Succeeded),
                Of(LocalCount.Failed),
                Of(LocalCount.Cancelled),
                Of(LocalCount.Retried),
                Of(LocalCount.TimedOut),
                _started,
                _left,
                0,
                0,
                0);
        }

        long Of(LocalCount what) => Volatile.Read(ref _counts[(int)what]);
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
        CoroutineWorker[] workers;
        WorkerTimes total;
        lock (_gate)
        {
            (workers, total) = (_workers, _goneTimes);
        }

        long now = MonotonicClock.Now;
        var list = new List<WorkerInsights>(workers.Length);
        foreach (CoroutineWorker worker in workers)
        {
            WorkerTimes times = worker.Clock?.TimesAt(now) ?? default;
            total.Add(times);
            list.Add(times.ToInsights(worker.Name));
        }

        return new ExecutorInsights(Slowest is not null, list, total.ToInsights(Name), Slowest?.ToList() ?? []);
    }

    // Each future has its own: one for all would carry the stacks of whoever asked for the others.
    private static ExecutorBrokenException OneMore(ExecutorBrokenException broken) => new(broken.Message, broken.InnerException);

    private void StartLoops_UnderGate()
    {
        if (_loops is not null)
        {
            return;
        }

        LoopGroup loops;
        try
        {
            loops = new LoopGroup(LoopCount, Options.ToLoopOptions(Name));
        }
        catch (Exception refused) when (refused is ThreadStartException or OutOfMemoryException)
        {
            throw new ExecutorBrokenException($"Executor '{Name}' has no loop, and the system refuses to start a thread for one. Raise the limits of threads or memory, or make room.", refused);
        }

        _loops = loops;
        _workers = [.. loops.Loops.Select(loop => new CoroutineWorker(this, loop))];
        _started = _workers.Length;
        Array.ForEach(_workers, static worker => worker.Start());
    }

    private void Close(ShutdownMode mode)
    {
        ILocalTask[] stopped = [];
        lock (_gate)
        {
            _isClosing = true;
            if (mode != ShutdownMode.Drain)
            {
                _isCancelling = true;
                stopped = [.. _line, .. _delayed, .. _held, .. _attempts.Where(one => mode == ShutdownMode.Kill || !one.Value.HasBegun).Select(static one => one.Key)];
                _line.Clear();
            }

            TellRoom_UnderGate();
            CheckOver_UnderGate();
        }

        foreach (ILocalTask task in stopped)
        {
            if (mode == ShutdownMode.Kill)
            {
                task.Stop(StopReason.Killed());
            }
            else if (task.TryEndWaiting(StopReason.Killed()))
            {
                OnEndedWaiting(task);
            }
        }
    }

    private void CheckOver_UnderGate()
    {
        if (_isOver || !_isClosing || _waiting + _delayed.Count + _workers.Sum(static worker => worker.Running) != 0)
        {
            return;
        }

        _isOver = true;
        if (_loops is null)
        {
            _closed.TrySetResult();
        }
        else
        {
            // The last task may be what calls, on one of the loops.
            ThreadPool.UnsafeQueueUserWorkItem(static host => _ = host.EndLoopsAsync(), this, preferLocal: false);
        }
    }

    private async Task EndLoopsAsync()
    {
        CoroutineWorker[] workers;
        bool[] areLeft;
        lock (_gate)
        {
            workers = _workers;
            areLeft = [.. workers.Select(static worker => worker.Left != 0)];
        }

        // One whose function was left ends when the function gives the thread back, or after its own time for that: nobody waits for it.
        Task[] ends = [.. workers.Select(static worker => worker.Loop.ShutdownAsync(TimeSpan.Zero))];
        await Task.WhenAll(ends.Where((_, i) => !areLeft[i])).ConfigureAwait(false);
        lock (_gate)
        {
            long now = MonotonicClock.Now;
            foreach (CoroutineWorker worker in workers)
            {
                _goneTimes.Add(worker.Clock?.TimesAt(now) ?? default);
            }

            _workers = [];
        }

        _closed.TrySetResult();
    }
}
