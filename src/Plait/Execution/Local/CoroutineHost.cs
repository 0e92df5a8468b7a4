using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>
/// The engine of a <see cref="CoroutineExecutor"/>. A task waits in one line until a loop has room for it; there it is a coroutine, and its end makes room for the next.
/// </summary>
internal sealed partial class CoroutineHost : LocalHost, IGaugedExecutor
{
    private static int s_hosts;

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<LocalCount>().Length];

    // Changed under _gate, read by all: who stops a task is under a guard of that.
    private readonly ConcurrentDictionary<ILocalTask, CoroutineAttempt> _attempts = new();

    // Written under _gate, read by all.
    private CoroutineWorker[] _workers = [];
    private volatile bool _isClosing;
    private volatile bool _isCancelling;
    private volatile ExecutorBrokenException? _broken;

    // Guarded by _gate.
    private readonly Queue<ILocalTask> _line = new();
    private readonly HashSet<ILocalTask> _delayed = [];
    private readonly HashSet<ILocalTask> _held = [];
    private readonly KeyedTasks<ILocalTask> _keys = new();
    private TaskCompletionSource? _room;
    private LoopGroup? _loops;

    // Accepted, and neither begun nor ended: in the line, held for their key, or on their way to a loop.
    private int _waiting;
    private long _left;

    public CoroutineHost(CoroutineExecutorOptions options)
    {
        Options = options;
        Name = options.Name ?? $"coroutines-{Interlocked.Increment(ref s_hosts)}";
        Identity = new ExecutorIdentity(Name, "coroutine");
        int loops = options.Loops > 0 ? options.Loops : Environment.ProcessorCount;
        Size = loops * options.TasksPerLoop;
        LoopCount = loops;
        IsMeasured = options.MeasuresTasks;
        Slowest = options.MeasuresTasks ? new SlowestTasks() : null;
        ExecutorGauges.Add(this);
    }

    public CoroutineExecutorOptions Options { get; }

    public override string Name { get; }

    public override ExecutorIdentity Identity { get; }

    public int Size { get; }

    /// <summary>The tasks that took longest; null where nothing is measured.</summary>
    public SlowestTasks? Slowest { get; }

    /// <summary>Why nothing runs here; null while all is well.</summary>
    public ExecutorBrokenException? Broken => _broken;

    public override TimeProvider TimeProvider => Options.TimeProvider;

    public override TimeSpan Grace => Options.Grace;

    public override bool IsCancelling => _isCancelling;

    private int LoopCount { get; }

    private bool IsLimited => Options.QueueLimit > 0;

    public Future<TResult> Submit<TResult>(WorkRequest work, bool hasResult)
    {
        var task = new LocalTask<TResult>(this, work, hasResult);
        if (work.Options.CancellationToken.IsCancellationRequested)
        {
            ThrowIfClosed();
            task.StartTrace();
            task.TryEndWaiting(StopReason.Cancelled(work.Options.CancellationToken));
            return task;
        }

        TakeRoom();
        task.StartTrace();
        bool isLate;
        lock (_gate)
        {
            // A shutdown that came in between has looked through the line without it.
            isLate = _isCancelling || _broken is not null;
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

        task.Watch();
        return task;
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
        lock (_gate)
        {
            StopWaiting_UnderGate();
        }
    }

    public override void OnEndedWaiting(ILocalTask task)
    {
        lock (_gate)
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
        lock (_gate)
        {
            _waiting++;
            _line.Enqueue(task);
            Dispatch_UnderGate();
        }
    }

    public override bool TryDelay(ILocalTask task)
    {
        lock (_gate)
        {
            return !_isCancelling && _broken is null && _delayed.Add(task);
        }
    }

    public override void RunDelayed(ILocalTask task)
    {
        bool isThere;
        lock (_gate)
        {
            isThere = _delayed.Remove(task);
            _waiting += isThere ? 1 : 0;
            if (isThere)
            {
                _line.Enqueue(task);
                Dispatch_UnderGate();
            }
        }
    }

    public override void OnKeyLeft(string key)
    {
        lock (_gate)
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
        lock (_gate)
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
        lock (_gate)
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

    public ValueTask WaitForRoomAsync(CancellationToken token)
    {
        if (!IsLimited)
        {
            return ValueTask.CompletedTask;
        }

        return new ValueTask(Wait());

        async Task Wait()
        {
            while (!TryFindRoom(out Task? room))
            {
                await room.WaitAsync(token).ConfigureAwait(false);
            }
        }
    }

    // False: when to look again.
    private bool TryFindRoom([NotNullWhen(false)] out Task? room)
    {
        lock (_gate)
        {
            room = _isClosing || _broken is not null || _waiting < Options.QueueLimit ? null : NextRoom_UnderGate();
            return room is null;
        }
    }

    // It waits from here on, unless it is refused.
    private void TakeRoom()
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                ThrowIfClosed();
                if (!IsLimited || _waiting < Options.QueueLimit)
                {
                    StartLoops_UnderGate();
                    _waiting++;
                    return;
                }

                if (Options.WhenFull == FullBehavior.Reject)
                {
                    throw new ExecutorFullException(Name, Options.QueueLimit);
                }

                room = NextRoom_UnderGate();
            }

            room.GetAwaiter().GetResult();
        }
    }

    private Task NextRoom_UnderGate() => (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void StopWaiting_UnderGate()
    {
        _waiting--;
        TellRoom_UnderGate();
    }

    private void TellRoom_UnderGate()
    {
        _room?.TrySetResult();
        _room = null;
    }

    // False: it waits for others of its key, and whoever ends lets it go on.
    private bool TryEnterKey_UnderGate<TResult>(LocalTask<TResult> task)
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

    private void ThrowIfClosed()
    {
        if (_broken is { } broken)
        {
            throw OneMore(broken);
        }

        if (_isClosing)
        {
            throw new ExecutorClosedException(Name);
        }
    }
}
