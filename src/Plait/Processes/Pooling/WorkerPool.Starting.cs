using Plait.Interop;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <content>Workers on their way up: started one at a time on the thread pool, ready after their initializer, and put off for a while when starts fail.</content>
internal sealed partial class WorkerPool
{
    // As they were when the executor was made, whatever becomes of what they captured: each worker gets a copy.
    private SetupCall? _initializer;
    private SetupCall? _finalizer;

    private void Prepare()
    {
        // What cannot travel is refused in the constructor, not in the background.
        _initializer = Encoded(Options.Initializer, isInitializer: true);
        _finalizer = Encoded(Options.Finalizer, isInitializer: false);

        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(Shape.IdleTimeout.TotalMilliseconds / 4, 10, 10_000));
        if (((Shape.MinimumWorkers is not null || _slices is not null) && Shape.IdleTimeout != Timeout.InfiniteTimeSpan) || Shape.MaxWorkerAge != Timeout.InfiniteTimeSpan)
        {
            _maintenance = Options.TimeProvider.CreateTimer(static pool => ((WorkerPool)pool!).Maintain(), this, interval, interval);
        }
    }

    private SetupCall? Encoded(Action? function, bool isInitializer)
    {
        if (function is null)
        {
            return null;
        }

        var call = new SetupCall(this, null, function, isInitializer);
        call.Encode([], _arguments);
        return call;
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

    private void BecomeReady_UnderGate(PooledWorker worker)
    {
        if (worker.IsReady || worker.Ending is not null)
        {
            return;
        }

        worker.IsReady = true;
        worker.ReadyAt = MonotonicClock.Now;
        worker.StartDeadline = MonotonicClock.Never;
        worker.MeanNanoseconds = 0;
        worker.Window = worker.Threads;
        _failedStartsInRow = 0;
        worker.State = WorkerState.Spare;
        if (!worker.IsSpare)
        {
            Idle_UnderGate(worker);
        }

        Raise(WorkerEventKind.Ready, worker, "It takes tasks.");
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
        Instruments.WorkersStarted.Add(1, Identity.Name, Identity.Type);
        lock (_gate)
        {
            _starting = 0;
            _refusedStartsInRow = 0;
            int active = _workers.Count(static other => other is { Ending: null, IsSpare: false });
            worker.IsSpare = active >= _target;
            _workers.Add(worker);
            Raise(WorkerEventKind.Started, worker, "Its process was started.");
            if (_initializer is not null)
            {
                _ = Place_UnderGate(_initializer.For(worker), worker);
            }

            if (_isKilling || _isLetGo || _broken is not null)
            {
                LetGo_UnderGate(worker, WorkerEventKind.Retired, "the executor is shut down");
            }
        }

        worker.Listen();
    }

    /// <summary>On the dispatcher thread: a worker that runs several calls at once was refused a thread, or has got one again.</summary>
    public void OnThreads(PooledWorker worker, long threads)
    {
        lock (_gate)
        {
            worker.Threads = (int)Math.Clamp(threads, 1, TasksAtOnce);
            worker.Window = worker.IsReady ? worker.Threads : worker.Window;
            if (worker.Threads < TasksAtOnce)
            {
                Count(ref _startsRefused);
                Raise(WorkerEventKind.StartRefused, worker, $"The system refused it a thread: it runs {worker.Threads} tasks at once instead of {TasksAtOnce}, and tries again with further tasks.");

                // What it was sent besides would wait there for its threads, which may be long at what they do.
                _ = Withdraw_UnderGate(worker, keep: null);
            }

            AfterWork_UnderGate(worker);
            FeedFree_UnderGate();
        }
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
}
