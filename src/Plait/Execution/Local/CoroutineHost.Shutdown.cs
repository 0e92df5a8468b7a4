using Plait.Coroutines;

namespace Plait.Execution.Local;

/// <content>The loops, what is known of them, and the end.</content>
internal sealed partial class CoroutineHost
{
    // Guarded by Gate.
    private bool _isOver;
    private long _started;

    /// <summary>The initializer threw: nothing runs on a loop that is not as it should be.</summary>
    public void Break(CoroutineWorker worker, Exception error)
    {
        var broken = new ExecutorBrokenException($"The initializer of executor '{Name}' threw on loop {worker.Name}: {error.Message}", error);
        ILocalTask[] waiting;
        lock (Gate)
        {
            Break_UnderGate(broken);
            waiting = [.. _line, .. _delayed, .. _held];
            _line.Clear();
        }

        foreach (ILocalTask task in waiting)
        {
            Refuse(task);
        }
    }

    /// <summary>The executor is broken, and a task does not begin.</summary>
    public void Refuse(ILocalTask task)
    {
        if (task.TryFailWaiting(OneMore(Broken!)))
        {
            OnEndedWaiting(task);
        }
    }

    public override ExecutorStatistics GetStatistics()
    {
        CoroutineAttempt[] running = [.. _attempts.Values.Where(static attempt => attempt.HasBegun && !attempt.Task.IsDone)];
        lock (Gate)
        {
            return new ExecutorStatistics(
                _workers.Length,
                running.DistinctBy(static attempt => attempt.Worker).Count(),
                Waiting + _delayed.Count,
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

    protected override (string Name, LocalStopwatch? Clock)[] Clocks_UnderGate() => [.. _workers.Select(static worker => (worker.Name, (LocalStopwatch?)worker.Clock))];

    protected override void OnRoomTaken_UnderGate() => StartLoops_UnderGate();

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

    protected override void Close(ShutdownMode mode)
    {
        ILocalTask[] stopped = [];
        lock (Gate)
        {
            Close_UnderGate(isCancelling: mode != ShutdownMode.Drain);
            if (mode != ShutdownMode.Drain)
            {
                stopped = [.. _line, .. _delayed, .. _held, .. _attempts.Where(one => mode == ShutdownMode.Kill || !one.Value.HasBegun).Select(static one => one.Key)];
                _line.Clear();
            }

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
        if (_isOver || !IsClosing || Waiting + _delayed.Count + _workers.Sum(static worker => worker.Running) != 0)
        {
            return;
        }

        _isOver = true;
        if (_loops is null)
        {
            SetClosed();
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
        lock (Gate)
        {
            workers = _workers;
            areLeft = [.. workers.Select(static worker => worker.Left != 0)];
        }

        // One whose function was left ends when the function gives the thread back, or after its own time for that: nobody waits for it.
        Task[] ends = [.. workers.Select(static worker => worker.Loop.ShutdownAsync(TimeSpan.Zero))];
        await Task.WhenAll(ends.Where((_, i) => !areLeft[i])).ConfigureAwait(false);
        lock (Gate)
        {
            foreach (CoroutineWorker worker in workers)
            {
                AddGoneTimes_UnderGate(worker.Clock);
            }

            _workers = [];
        }

        SetClosed();
    }
}
