using System.Collections.Concurrent;
using Plait.Coroutines;
using Plait.Scheduling;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>
/// The engine of a <see cref="CoroutineExecutor"/>. A task waits in one line until a loop has room for it; there it is a coroutine, and its end makes room for the next.
/// </summary>
internal sealed partial class CoroutineHost : LocalEngine
{
    private static int s_hosts;

    private readonly long[] _counts = new long[Enum.GetValues<LocalCount>().Length];

    // Changed under Gate, read by all: who stops a task is under a guard of that.
    private readonly ConcurrentDictionary<ILocalTask, CoroutineAttempt> _attempts = new();

    // Written under Gate, read by all.
    private CoroutineWorker[] _workers = [];

    // Guarded by Gate.
    private readonly Queue<ILocalTask> _line = new();
    private readonly HashSet<ILocalTask> _delayed = [];
    private readonly HashSet<ILocalTask> _held = [];
    private readonly KeyedTasks<ILocalTask> _keys = new();
    private LoopGroup? _loops;

    private long _left;

    public CoroutineHost(CoroutineExecutorOptions options)
        : base(options.Name ?? $"coroutines-{Interlocked.Increment(ref s_hosts)}", "coroutine", options.QueueLimit, options.WhenFull, options.MeasuresTasks)
    {
        Options = options;
        int loops = options.Loops > 0 ? options.Loops : Environment.ProcessorCount;
        Size = loops * options.TasksPerLoop;
        LoopCount = loops;
        ExecutorGauges.Add(this);
    }

    public CoroutineExecutorOptions Options { get; }

    public override int Size { get; }

    public override (ShutdownMode Mode, TimeSpan Timeout) Disposal => (Options.DisposeMode, Options.DisposeTimeout);

    public override TimeProvider TimeProvider => Options.TimeProvider;

    public override TimeSpan Grace => Options.Grace;

    private int LoopCount { get; }

    /// <summary>How the coroutine of a task is made.</summary>
    public CoroutineOptions? CoroutineOptionsFor(TaskOptions task)
    {
        if (Options.PolicyFactory is null)
        {
            return task.Name is null ? null : new CoroutineOptions { Name = task.Name };
        }

        return new CoroutineOptions
        {
            Name = task.Name,
            Scheduling = new SchedulingAttributes
            {
                Name = task.Name,
                Priority = task.Priority,
                ExpectedCost = SchedulingTime.Of(task.ExpectedCost),
                Weight = task.Weight,
                ShareClass = task.ShareClass,
            },
        };
    }

    public override void Count(LocalCount what, int by) => Interlocked.Add(ref _counts[(int)what], by);

    public override object? AttemptOf(ILocalTask task) => _attempts.GetValueOrDefault(task);

    public override void StopAttempt(object attempt) => ((CoroutineAttempt)attempt).Kill();

    public override void OnRan(ILocalTask task)
    {
        if (_attempts.TryGetValue(task, out CoroutineAttempt? attempt))
        {
            attempt.Worker.Clock?.End(attempt);
        }
    }

    public override void OnBegun()
    {
        lock (Gate)
        {
            StopWaiting_UnderGate();
        }
    }

    public override void OnEndedWaiting(ILocalTask task)
    {
        lock (Gate)
        {
            if (!_delayed.Remove(task))
            {
                _held.Remove(task);
                StopWaiting_UnderGate();
            }

            CheckOver_UnderGate();
        }
    }

    public override void RunAgain(ILocalTask task)
    {
        lock (Gate)
        {
            Waiting++;
            _line.Enqueue(task);
            Dispatch_UnderGate();
        }
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
            Waiting += isThere ? 1 : 0;
            if (isThere)
            {
                _line.Enqueue(task);
                Dispatch_UnderGate();
            }
        }
    }

    public override void OnKeyLeft(string key)
    {
        lock (Gate)
        {
            _keys.Leave(key);
            while (_keys.TryNext(key, out ILocalTask task))
            {
                if (_held.Remove(task) && task.TryEnterKey())
                {
                    _line.Enqueue(task);
                }
                else
                {
                    // It has ended meanwhile.
                    _keys.Leave(key);
                }
            }

            Dispatch_UnderGate();
        }
    }

    public override void OnLeft(ILocalTask task)
    {
        lock (Gate)
        {
            if (_attempts.TryRemove(task, out CoroutineAttempt? attempt))
            {
                // Another takes its place.
                attempt.IsLeft = true;
                attempt.Worker.Running--;
                attempt.Worker.Left++;
                _left++;
                Dispatch_UnderGate();
                CheckOver_UnderGate();
            }
        }
    }

    /// <summary>Its coroutine is at its end.</summary>
    public void OnEnded(CoroutineAttempt attempt)
    {
        lock (Gate)
        {
            if (attempt.IsLeft)
            {
                attempt.Worker.Left--;
            }
            else
            {
                // There may be a next one by now.
                _ = ((ICollection<KeyValuePair<ILocalTask, CoroutineAttempt>>)_attempts).Remove(new(attempt.Task, attempt));
                attempt.Worker.Running--;
            }

            Dispatch_UnderGate();
            CheckOver_UnderGate();
        }
    }

    protected override void Accept(ILocalTask task)
    {
        TakeRoom();
        task.StartTrace();
        bool isLate;
        lock (Gate)
        {
            // A shutdown that came in between has looked through the line without it.
            isLate = IsCancelling || Broken is not null;
            if (!isLate && (task.Options.Key is null || TryEnterKey_UnderGate(task)))
            {
                _line.Enqueue(task);
                Dispatch_UnderGate();
            }
        }

        if (isLate && task.TryEndWaiting(StopReason.Killed()))
        {
            OnEndedWaiting(task);
        }
    }

    // False: it waits for others of its key, and whoever ends lets it go on.
    private bool TryEnterKey_UnderGate(ILocalTask task)
    {
        if (_keys.TryEnter(task.Options, task))
        {
            _ = task.TryEnterKey();
            return true;
        }

        _held.Add(task);
        return false;
    }

    // As many as there is room for begin.
    private void Dispatch_UnderGate()
    {
        while (_line.Count > 0 && FindWorker_UnderGate() is { } worker)
        {
            ILocalTask task = _line.Dequeue();
            if (!task.IsDone)
            {
                worker.Running++;
                var attempt = new CoroutineAttempt(this, worker, task);
                _attempts[task] = attempt;
                attempt.Start();
            }
        }
    }

    private CoroutineWorker? FindWorker_UnderGate()
    {
        CoroutineWorker? best = null;
        foreach (CoroutineWorker worker in _workers)
        {
            // One with a function that was left may not have its thread back.
            if (worker.Running < Options.TasksPerLoop && (best is null || (worker.Left, worker.Running).CompareTo((best.Left, best.Running)) < 0))
            {
                best = worker;
            }
        }

        return best;
    }
}
