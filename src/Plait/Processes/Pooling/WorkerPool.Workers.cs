using Plait.Execution;
using Plait.Interop;

namespace Plait.Processes.Pooling;

/// <content>
/// How many workers there are. The pool wants <c>_target</c> workers and <see cref="PooledExecutorOptions.Spares"/> spares;
/// <see cref="Balance_UnderGate"/> promotes, starts and retires until it has them, and is called whenever one of the numbers changes.
/// </content>
internal sealed partial class WorkerPool
{
    private const int ShortestPause = 50;
    private const int LongestPause = 5_000;

    // Guarded by _gate, all below.
    private int _target;
    private int _starting;
    private int _ending;
    private int _lastId;
    private bool _isStarterRunning;
    private int _failedStartsInRow;
    private int _uselessInRow;
    private int _refusedStartsInRow;
    private long _pausedUntil;
    private ITimer? _pause;
    private ITimer? _maintenance;
    private ExecutorBrokenException? _broken;

    private long _workersStarted;
    private long _workersDied;
    private long _workersRecycled;
    private long _startsRefused;

    public void Resize(int workers)
    {
        lock (_gate)
        {
            ThrowIfClosed_UnderGate();
            int minimum = Math.Min(Shape.MinimumWorkers ?? workers, workers);
            Size = workers;
            _target = Shape.MinimumWorkers is null ? workers : Math.Clamp(_target, minimum, workers);
            Balance_UnderGate();
            Grow_UnderGate();
        }
    }

    private void Balance_UnderGate()
    {
        if (_broken is not null)
        {
            return;
        }

        int active = 0;
        int spares = 0;
        foreach (PooledWorker worker in _workers)
        {
            active += worker is { Ending: null, IsSpare: false } ? 1 : 0;
            spares += worker is { Ending: null, IsSpare: true } ? 1 : 0;
        }

        int wantedSpares = _isClosing ? 0 : Options.Spares;
        while (active < _target && spares > 0)
        {
            Promote_UnderGate();
            active++;
            spares--;
        }

        while (active > _target)
        {
            LetGo_UnderGate(LeastBusy_UnderGate(), WorkerEventKind.Retired, "there are more workers than wanted");
            active--;
        }

        for (; spares > wantedSpares; spares--)
        {
            LetGo_UnderGate(_workers.Find(static worker => worker is { Ending: null, IsSpare: true })!, WorkerEventKind.Retired, "there are more spares than wanted");
        }

        if (_target - active + wantedSpares - spares > _starting && !_isStarterRunning && (!_isClosing || HasWork_UnderGate()))
        {
            long wait = _pausedUntil - MonotonicClock.Now;
            if (wait > 0)
            {
                _pause?.Dispose();
                _pause = Options.TimeProvider.CreateTimer(static pool => ((WorkerPool)pool!).Resume(), this, TimeSpan.FromMilliseconds(1 + (wait / 1_000_000)), Timeout.InfiniteTimeSpan);
                return;
            }

            _isStarterRunning = true;
            ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.StartWorkers(), this, preferLocal: false);
        }
    }

    private PooledWorker LeastBusy_UnderGate()
    {
        PooledWorker? best = null;
        foreach (PooledWorker worker in _workers)
        {
            if (worker is { Ending: null, IsSpare: false } && (best is null || worker.Outstanding < best.Outstanding || (worker.Outstanding == best.Outstanding && !worker.IsReady)))
            {
                best = worker;
            }
        }

        return best!;
    }

    /// <summary>Makes a spare a worker: one that is ready, else one that will be.</summary>
    private void Promote_UnderGate()
    {
        PooledWorker spare = _workers.Find(static worker => worker is { Ending: null, IsSpare: true, IsReady: true })
            ?? _workers.Find(static worker => worker is { Ending: null, IsSpare: true })!;
        spare.IsSpare = false;
        if (spare.IsReady)
        {
            Feed_UnderGate(spare);
            if (spare.Outstanding == 0)
            {
                Idle_UnderGate(spare);
            }
            else
            {
                spare.State = WorkerState.Busy;
            }
        }
    }

    /// <summary>More is to be done than the workers can take: one more, if there may be.</summary>
    private void Grow_UnderGate()
    {
        if (_target >= MostWorkers || _isClosing)
        {
            return;
        }

        // Those that are wanted and not started yet are as good as there.
        int free = _target;
        foreach (PooledWorker worker in _workers)
        {
            free -= worker is { Ending: null, IsSpare: false, IsReady: true } && worker.State != WorkerState.Idle ? 1 : 0;
        }

        if (_queue.Count > free)
        {
            _target++;
            Balance_UnderGate();
        }
    }

    /// <summary>Lets a worker go: at once if it has not begun to work, else after what it has.</summary>
    private void Retire_UnderGate(PooledWorker worker, WorkerEventKind kind, string reason)
    {
        LetGo_UnderGate(worker, kind, reason);
        Balance_UnderGate();
    }

    private void LetGo_UnderGate(PooledWorker worker, WorkerEventKind kind, string reason)
    {
        if (worker.Ending is not null)
        {
            return;
        }

        worker.Ending = kind;
        worker.EndingReason = reason;
        worker.State = WorkerState.Stopping;
        if (!worker.IsReady)
        {
            worker.Signal(Signals.Kill);
        }
        else if (worker.Outstanding == 0)
        {
            BeginExit_UnderGate(worker);
        }
    }

    /// <summary>It has nothing left to do: its finalizer, then its end.</summary>
    private void BeginExit_UnderGate(PooledWorker worker)
    {
        if (worker.ExitDeadline != MonotonicClock.Never)
        {
            return;
        }

        worker.ExitDeadline = MonotonicClock.After(Options.ExitTimeout);
        worker.SetDeadline();
        if (_finalizer is not null && worker.Ending != WorkerEventKind.Stopped)
        {
            _ = Place_UnderGate(_finalizer.For(worker), worker);
        }

        _ = worker.Channel.TryPost(Channels.MessageKind.Exit, 0, [], reserve: 0);
        worker.Channel.Outgoing.RingDataBell();
    }

    private void Maintain()
    {
        lock (_gate)
        {
            long now = MonotonicClock.Now;
            foreach (PooledWorker worker in _workers.ToArray())
            {
                if (worker is not { State: WorkerState.Idle, Ending: null })
                {
                    continue;
                }

                int minimum = Math.Min(Shape.MinimumWorkers ?? Size, Size);
                if ((Shape.MinimumWorkers is not null || _slices is not null) && _target > minimum && Shape.IdleTimeout != Timeout.InfiniteTimeSpan
                    && now - worker.IdleSince > Shape.IdleTimeout.TotalMilliseconds * 1e6)
                {
                    _target--;
                    Retire_UnderGate(worker, WorkerEventKind.Retired, $"it had nothing to do for {Shape.IdleTimeout}");
                }
                else
                {
                    AfterWork_UnderGate(worker);
                }
            }
        }
    }

    // Stopped before it was ready: its initializer took too long.
    private static bool HasFailedToStart(PooledWorker worker) => !worker.IsReady && (worker.Ending is null or WorkerEventKind.Stopped);
}
