using Plait.Execution;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Pooling;

/// <content>
/// How many workers there are. The pool wants <c>_target</c> workers and <see cref="ProcessExecutorOptions.Spares"/> spares;
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
            int minimum = Math.Min(Options.MinimumWorkers ?? workers, workers);
            Size = workers;
            _target = Options.MinimumWorkers is null ? workers : Math.Clamp(_target, minimum, workers);
            Balance_UnderGate();
            Grow_UnderGate();
        }
    }

    /// <summary>A worker's initializer is over.</summary>
    public void OnInitialized(PooledWorker worker, Exception? error)
    {
        lock (_gate)
        {
            if (error is null)
            {
                BecomeReady_UnderGate(worker);
                AfterWork_UnderGate(worker);
                return;
            }

            worker.StartError = error;
            worker.Signal(Signals.Kill);
        }
    }

    public void OnFinalizerFailed(PooledWorker worker, Exception error)
    {
        lock (_gate)
        {
            worker.StartError = error;
        }
    }

    /// <summary>On the dispatcher thread: the worker's process has ended and everything it sent is read.</summary>
    public void OnGone(PooledWorker worker)
    {
        lock (_gate)
        {
            CrashPoints.Hit(CrashPoint.PoolEnding);
            long claimed = worker.Claimed;
            TakeBack_UnderGate(worker, claimed);
            if (worker.CallAt(claimed) is { } culprit)
            {
                RemoveSent_UnderGate(worker, culprit);
                culprit.OnWorkerGone(worker);
                if (culprit.Stop is { } reason)
                {
                    worker.StartError ??= culprit.IsTask ? null : reason.ToTimeout(culprit.Name, culprit.Options);
                    EndLater(culprit, reason);
                }
                else
                {
                    worker.Culprit = culprit;
                }
            }

            worker.IsGone = true;
            worker.State = WorkerState.Stopping;
            worker.StartDeadline = worker.TaskDeadline = worker.StopDeadline = worker.StealDeadline = worker.ExitDeadline = MonotonicClock.Never;
            worker.SetDeadline();
            _workers.Remove(worker);
            _ending++;
            _settling += worker.Culprit is null ? 0 : 1;
            if (HasFailedToStart(worker))
            {
                _failedStartsInRow++;
                Pause_UnderGate(_failedStartsInRow);
            }

            Balance_UnderGate();
            FeedIdle_UnderGate();
            CheckClosing_UnderGate();
        }
    }

    /// <summary>On the thread pool: everything about a worker's end is known.</summary>
    public void OnEnded(PooledWorker worker)
    {
        ChildOutcome outcome = worker.Conclude();
        bool isBroken;
        lock (_gate)
        {
            isBroken = HasFailedToStart(worker) && !_isClosing && _failedStartsInRow >= Options.CrashLoopLimit && !_workers.Exists(static other => other.IsReady);
        }

        Tell(worker, outcome);
        if (worker.Culprit is { } culprit)
        {
            culprit.Deaths++;
            bool isQuarantined = culprit.Deaths >= Options.QuarantineAfter && culprit.Options.Retries.Count > 0;
            if (isQuarantined)
            {
                Count(ref _quarantined);
                Events.Raise(new WorkerEvent(WorkerEventKind.TaskQuarantined, worker.Id, worker.Pid, $"Task '{culprit.Name}' has killed {culprit.Deaths} workers and is given up.", outcome, null));
            }

            var died = new WorkerDiedException(culprit.Name, outcome, culprit.Deaths, isQuarantined);
            if (isQuarantined)
            {
                Fail(culprit, died);
            }
            else
            {
                FailOrRetry(culprit, died);
            }
        }

        if (isBroken)
        {
            Exception cause = worker.StartError ?? new ChildFailedException(outcome);
            string last = worker.StartError is { } error ? $"The initializer of the last one failed with {error.GetType().Name}: {error.Message}" : $"The last one: {cause.Message}";
            Break($"Executor '{Name}' gave up: {_failedStartsInRow} workers in a row ended before they could work. {last}", cause);
        }

        worker.DropUse();
        lock (_gate)
        {
            _ending--;
            _settling -= worker.Culprit is null ? 0 : 1;
            CheckClosing_UnderGate();
        }
    }

    private void Prepare()
    {
        // What cannot travel is refused in the constructor, not in the background.
        foreach (Action? function in (Action?[])[Options.Initializer, Options.Finalizer])
        {
            if (function is not null)
            {
                var probe = new SetupCall(this, null, function, isInitializer: true);
                probe.Encode([], _arguments);
                probe.Release();
            }
        }

        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(Options.IdleTimeout.TotalMilliseconds / 4, 10, 10_000));
        if ((Options.MinimumWorkers is not null && Options.IdleTimeout != Timeout.InfiniteTimeSpan) || Options.MaxWorkerAge != Timeout.InfiniteTimeSpan)
        {
            _maintenance = Options.TimeProvider.CreateTimer(static pool => ((WorkerPool)pool!).Maintain(), this, interval, interval);
        }
    }

    private void BecomeReady_UnderGate(PooledWorker worker)
    {
        if (worker.IsReady || worker.Ending is not null)
        {
            return;
        }

        worker.IsReady = true;
        worker.StartDeadline = MonotonicClock.Never;
        worker.MeanNanoseconds = 0;
        worker.Window = 1;
        _failedStartsInRow = 0;
        worker.State = WorkerState.Spare;
        if (!worker.IsSpare)
        {
            Idle_UnderGate(worker);
        }

        Raise(WorkerEventKind.Ready, worker, "It takes tasks.");
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

    private void Resume()
    {
        lock (_gate)
        {
            _pausedUntil = 0;
            Balance_UnderGate();
        }
    }

    private void Pause_UnderGate(int failures) =>
        _pausedUntil = MonotonicClock.Now + (Math.Min(LongestPause, ShortestPause << Math.Min(10, failures - 1)) * 1_000_000L);

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
        if (_target >= Size || _isClosing)
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

    /// <summary>On a thread-pool thread, one at a time: starts what is missing.</summary>
    private void StartWorkers()
    {
        while (true)
        {
            int id;
            lock (_gate)
            {
                int wanted = _target + (_isClosing ? 0 : Options.Spares);
                int there = _workers.Count(static worker => worker.Ending is null);
                if (there >= wanted || _broken is not null || _pausedUntil > MonotonicClock.Now || (_isClosing && !HasWork_UnderGate()))
                {
                    _isStarterRunning = false;
                    if (there < wanted && _broken is null && !_isClosing)
                    {
                        Balance_UnderGate();
                    }

                    CheckClosing_UnderGate();
                    return;
                }

                _starting = 1;
                id = ++_lastId;
            }

            StartOne(id);
        }
    }

    private void StartOne(int id)
    {
        PooledWorker worker;
        try
        {
            worker = new PooledWorker(this, id);
        }
        catch (Exception refused)
        {
            // ChildStartException, or whatever else kept the process from being started: the pool lives with those it has.
            OnRefused(id, refused);
            return;
        }

        Count(ref _workersStarted);
        lock (_gate)
        {
            _starting = 0;
            _refusedStartsInRow = 0;
            int active = _workers.Count(static other => other is { Ending: null, IsSpare: false });
            worker.IsSpare = active >= _target;
            _workers.Add(worker);
            Raise(WorkerEventKind.Started, worker, "Its process was started.");
            if (Options.Initializer is { } initializer)
            {
                var setup = new SetupCall(this, worker, initializer, isInitializer: true);
                setup.Encode([], _arguments);
                _ = Place_UnderGate(setup, worker);
            }

            if (_isKilling || _isLetGo || _broken is not null)
            {
                LetGo_UnderGate(worker, WorkerEventKind.Retired, "the executor is shut down");
            }
        }

        worker.Listen();
    }

    private void OnRefused(int id, Exception refused)
    {
        bool isBroken;
        Count(ref _startsRefused);
        lock (_gate)
        {
            _starting = 0;
            _refusedStartsInRow++;
            Pause_UnderGate(_refusedStartsInRow);
            isBroken = _workers.Count == 0 && _refusedStartsInRow >= Options.CrashLoopLimit;
            int left = _workers.Count;
            Events.Raise(new WorkerEvent(WorkerEventKind.StartRefused, id, 0, $"Worker {Name}-{id} could not be started; the executor goes on with {left}, and tries again. {refused.Message}", null, refused));
        }

        if (isBroken)
        {
            Break($"Executor '{Name}' gave up: it has no worker, and {_refusedStartsInRow} starts in a row were refused. {refused.Message}", refused);
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
        if (Options.Finalizer is { } finalizer && worker.Ending != WorkerEventKind.Stopped)
        {
            var last = new SetupCall(this, worker, finalizer, isInitializer: false);
            last.Encode([], _arguments);
            _ = Place_UnderGate(last, worker);
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

                int minimum = Math.Min(Options.MinimumWorkers ?? Size, Size);
                if (Options.MinimumWorkers is not null && _target > minimum && Options.IdleTimeout != Timeout.InfiniteTimeSpan
                    && now - worker.IdleSince > Options.IdleTimeout.TotalMilliseconds * 1e6)
                {
                    _target--;
                    Retire_UnderGate(worker, WorkerEventKind.Retired, $"it had nothing to do for {Options.IdleTimeout}");
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
