using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>
/// The engine of a <see cref="ThreadExecutor"/>. A task goes into the order of what waits; a thread is woken, or started, when nobody
/// looks for work already. Who finds some wakes the next, so that a burst wakes as many as it needs, one after the other.
/// </summary>
/// <remarks>
/// Who submits adds the task, fences, and looks whether somebody searches or sleeps. Who finds nothing says that it sleeps, says that it
/// no longer searches (both with full fences), and looks once more. One of the two sees the other, so no task waits beside a sleeper.
/// Model: docs/models/thread-pool.pml.
/// </remarks>
internal sealed partial class LocalPool : LocalEngine
{
    private static int s_pools;

    private readonly long[] _counts = new long[Enum.GetValues<LocalCount>().Length];

    // Written under Gate, read by all.
    private LocalWorker[] _workers = [];
    private int _sleeping;
    private int _started;
    private int _parked;

    // On one processor nothing happens while somebody looks.
    private readonly Glances? _glancesAtQueue = Environment.ProcessorCount > 1 ? new Glances() : null;

    // Interlocked.
    private int _skipped;

    // Guarded by Gate.
    private readonly List<LocalWorker> _idle = [];
    private readonly HashSet<ILocalTask> _delayed = [];
    private readonly HashSet<ILocalTask> _held = [];
    private readonly KeyedTasks<ILocalTask> _keys = new();
    private int _numbers;
    private long _everStarted;
    private long _left;
    private long _refused;

    public LocalPool(ThreadExecutorOptions options)
        : base(options.Name ?? $"threads-{Interlocked.Increment(ref s_pools)}", "thread", options.QueueLimit, options.WhenFull, options.MeasuresTasks)
    {
        Options = options;
        Size = options.Workers > 0 ? options.Workers : 5 * Environment.ProcessorCount;
        Order = options.Policy is { } policy ? new PolicyOrder(this, policy) : new StealingOrder(this);
        ExecutorGauges.Add(this);
    }

    /// <summary>Written with full fences only, by this class and by the order of what waits.</summary>
    internal SearchLine Search;

    public ThreadExecutorOptions Options { get; }

    public override int Size { get; }

    public override (ShutdownMode Mode, TimeSpan Timeout) Disposal => (Options.DisposeMode, Options.DisposeTimeout);

    public LocalOrder Order { get; }

    /// <summary>Those there are now. A copy: never changed.</summary>
    public LocalWorker[] Workers => Volatile.Read(ref _workers);

    public override Glances? Glances { get; } = Environment.ProcessorCount > 1 ? new Glances() : null;

    public override TimeProvider TimeProvider => Options.TimeProvider;

    public override TimeSpan Grace => Options.Grace;

    /// <summary>A function without arguments or options: one object, and no more to look at.</summary>
    public Future<TResult> SubmitPlain<TResult>(Delegate function, bool hasResult)
    {
        var task = new LocalTask<TResult>(this, function, hasResult);
        Accept(task);
        return task;
    }

    public override void Count(LocalCount what, int by)
    {
        if (LocalWorker.Current is { IsGivenUp: false } worker && worker.Pool == this)
        {
            worker.Count(what, by);
            return;
        }

        Interlocked.Add(ref _counts[(int)what], by);
    }

    public override void RunAgain(ILocalTask task)
    {
        if (IsLimited)
        {
            lock (Gate)
            {
                Waiting++;
            }
        }

        Order.Add(task, null);
        _ = Notify();
    }

    public override bool TryDelay(ILocalTask task)
    {
        lock (Gate)
        {
            return !IsCancelling && Broken is null && _delayed.Add(task);
        }
    }

    public override void RunDelayed(ILocalTask task)
    {
        bool isThere;
        lock (Gate)
        {
            isThere = _delayed.Remove(task);
        }

        if (isThere)
        {
            RunAgain(task);
        }
    }

    public override void OnEndedWaiting(ILocalTask task)
    {
        lock (Gate)
        {
            if (_delayed.Remove(task))
            {
                WakeAllIfClosing_UnderGate();
                return;
            }

            if (_held.Remove(task))
            {
                StopWaiting_UnderGate();
                WakeAllIfClosing_UnderGate();
                return;
            }
        }

        // It stays in the queue until somebody takes it from there.
        Interlocked.Increment(ref _skipped);
        OnRoom();
    }

    public override void OnBegun() => OnRoom();

    public override void OnRan(ILocalTask task) => LocalWorker.OnRan(task);

    public override void OnKeyLeft(string key)
    {
        var next = new List<ILocalTask>();
        lock (Gate)
        {
            _keys.Leave(key);
            while (_keys.TryNext(key, out ILocalTask task))
            {
                if (!_held.Remove(task) || !task.TryEnterKey())
                {
                    // It has ended meanwhile.
                    _keys.Leave(key);
                }

                next.Add(task);
            }
        }

        foreach (ILocalTask task in next)
        {
            Order.Add(task, null);
            _ = Notify();
        }
    }

    /// <summary>A worker took a task that had ended while it waited.</summary>
    public void OnSkipped() => Interlocked.Decrement(ref _skipped);

    public override void OnLeft(ILocalTask task)
    {
        lock (Gate)
        {
            foreach (LocalWorker worker in _workers)
            {
                if (worker.Task == task && worker.TryLeave(task))
                {
                    _left++;
                    _started -= worker.IsParked ? 0 : 1;
                    Remove_UnderGate(worker);
                    CheckOver_UnderGate();
                    break;
                }
            }
        }

        // Another takes its place.
        if (Order.HasWork)
        {
            _ = Notify();
        }
    }

    protected override void Accept(ILocalTask task)
    {
        ThrowIfClosed();
        if (IsLimited)
        {
            TakeRoom();
        }

        task.StartTrace();
        if (task.Options.Key is not null && !TryEnterKey(task))
        {
            return;
        }

        LocalWorker? worker = LocalWorker.Current is { } current && current.Pool == this ? current : null;
        Order.Add(task, worker);
        if (worker is { IsGivenUp: true })
        {
            // Behind the fence of Add: nobody looks there any more, and who gave it up may have looked before.
            Empty(worker);
        }

        // Behind the fence of Add: who closes says so before it looks for what is left. One of the two sees the other.
        if ((IsClosing || Broken is not null) && task.TryEndWaiting(StopReason.Killed()))
        {
            Count(LocalCount.Cancelled, -1);
            Interlocked.Increment(ref _skipped);
            OnRoom();

            // Somebody has to throw it out of the order, where it keeps the executor from its end.
            _ = Notify();
            ThrowIfClosed();
        }

        if (!Notify() && task.TryEndWaiting(StopReason.Killed()))
        {
            Count(LocalCount.Cancelled, -1);
            Interlocked.Increment(ref _skipped);
            OnRoom();
            throw new ExecutorBrokenException($"Executor '{Name}' has no thread, and the system refuses to start one. Raise the limits of threads or memory, or make room.", null);
        }
    }

    // False: it waits for others of its key, and whoever ends lets it go on.
    private bool TryEnterKey(ILocalTask task)
    {
        lock (Gate)
        {
            ThrowIfClosed();
            if (_keys.TryEnter(task.Options, task))
            {
                _ = task.TryEnterKey();
                return true;
            }

            _held.Add(task);
            return false;
        }
    }

    /// <summary>One fewer waits.</summary>
    private void OnRoom()
    {
        if (!IsLimited)
        {
            return;
        }

        lock (Gate)
        {
            StopWaiting_UnderGate();
        }
    }
}
