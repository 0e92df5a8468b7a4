using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Coroutines.Engine;
using Plait.Scheduling;
using Plait.Synchronization.Engine;

namespace Plait.Coroutines;

/// <summary>
/// An async function that runs on an <see cref="EventLoop"/>, beside others on the same thread: it has the thread until it awaits something that has not happened yet.
/// Made by <see cref="EventLoop.Spawn(Func{Task}, CoroutineOptions?)"/>. Members are safe for all threads unless they say otherwise.
/// </summary>
/// <remarks>
/// <para>Awaiting a coroutine waits for its end, and throws what it threw. An error that nobody awaits is told by <see cref="EventLoop.UnhandledException"/>.</para>
/// <para><see cref="Kill"/> is level-triggered: from then on every wait of ours in the coroutine throws <see cref="CoroutineKilledException"/>, until it ends.</para>
/// </remarks>
public partial class Coroutine : CoroutineContext, ITurnTaker
{
    private static readonly Action<object?> BeginStep = static self => ((Coroutine)self!).Begin();
    private static readonly Action EndCurrent = static () => ((Coroutine)SynchronizationContext.Current!).End();

    private readonly CoroutineOptions? _options;
    private readonly int _id;

    // The function, before it begins, with what flows into it if anything does; then its task. By the loop's thread.
    private object _work;

    // The waits that are under way, linked through themselves. By the loop's thread.
    private CoroutineWait? _waits;

    // Who waits for the end: coroutines of this loop, linked in the order of coming; and, made when first asked for, everybody else. The latter under Interlocked.
    private EndWait? _joiners;
    private EndWait? _lastJoiner;
    private TaskCompletionSource? _ended;

    private UnitAgents? _unit;
    private int _state;
    private bool _isObserved;
    private bool _isKilled;
    private bool _isKillUnderWay;

    internal Coroutine(EventLoop loop, Func<Task> function, int id, CoroutineOptions? options)
        : base(loop)
    {
        _id = id;
        _options = options;
        _work = Beginning.Of(function);
    }

    /// <summary>The one whose step runs on this thread; null outside of coroutines.</summary>
    public static new Coroutine? Current => CoroutineContext.Current?.Root;

    /// <inheritdoc/>
    public sealed override Coroutine Root => this;

    /// <summary>Its number on its loop, from 1 on.</summary>
    public int Id => _id;

    /// <summary>What it is called: the name it was given, or coroutine-ID.</summary>
    public string Name => _options?.Name ?? $"coroutine-{_id}";

    /// <summary>Whether the loop ends without waiting for it.</summary>
    public bool IsDaemon => _options is { IsDaemon: true };

    /// <summary>Where it is in its life.</summary>
    public CoroutineState State => (CoroutineState)Volatile.Read(ref _state);

    /// <summary>Whether it has not ended.</summary>
    public bool IsAlive => State < CoroutineState.Succeeded;

    /// <summary>Whether it was told to end by <see cref="Kill"/>.</summary>
    public bool IsKilled => _isKilled;

    /// <summary>What it threw; null unless it failed. To ask counts as seeing it.</summary>
    public Exception? Error
    {
        get
        {
            if (State != CoroutineState.Failed)
            {
                return null;
            }

            _isObserved = true;
            return Ended.Exception!.InnerException;
        }
    }

    /// <summary>Its end as a task, for code that is not on its loop. Completes on the loop's thread; continuations run elsewhere.</summary>
    public Task Task
    {
        get
        {
            _isObserved = true;
            return GetTask();
        }
    }

    internal string? GivenName => _options?.Name;

    internal SchedulingAttributes? Scheduling => _options?.Scheduling;

    internal ICoroutineOwner? Owner => _options?.Owner;

    /// <summary>Its place among those that live; -1 before it is entered there. By the loop.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>Its own values; made when first used. By the loop's thread.</summary>
    internal Dictionary<object, object?>? Locals { get; set; }

    string ITurnTaker.LoopName => Loop.Name;

    /// <summary>What it is to locks and queues; made when it first uses one, and read by the watch. By the loop's thread.</summary>
    UnitAgents? ITurnTaker.Unit
    {
        get => Volatile.Read(ref _unit);
        set => Volatile.Write(ref _unit, value);
    }

    /// <summary>What it was made of, before it begins; then its task.</summary>
    internal object Function => _work;

    /// <summary>The task of the function, once it has ended.</summary>
    private protected Task Ended => (Task)_work;

    /// <summary>Blocks until it has ended, whatever its end.</summary>
    /// <param name="timeout">How long at most. Default: null, without limit.</param>
    /// <returns>False when it has not ended in time.</returns>
    /// <exception cref="InvalidOperationException">The caller is on the loop's thread, where this would block the coroutine it waits for: await it instead.</exception>
    public bool Join(TimeSpan? timeout = null)
    {
        if (Loop.IsOnLoop && IsAlive)
        {
            throw new InvalidOperationException($"Join of coroutine '{Name}' would block the loop that runs it. Await it instead.");
        }

        return ((IAsyncResult)GetTask()).AsyncWaitHandle.WaitOne(timeout ?? System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells it to end: one that has not begun never runs, and in one that runs every wait throws <see cref="CoroutineKilledException"/>, until it has ended. Returns at once; await it to wait for the end.</summary>
    public void Kill()
    {
        if (Loop.IsOnLoop)
        {
            KillHere();
        }
        else
        {
            // Its beginning may lie before this step, and looks for this.
            Volatile.Write(ref _isKillUnderWay, true);
            Loop.TryPost(new Step((Action)KillHere, null, null));
        }
    }

    /// <summary>Awaits its end.</summary>
    /// <returns>For the compiler.</returns>
    public CoroutineAwaiter GetAwaiter() => new(this);

    /// <summary>Its name and state, and on its loop what it waits for.</summary>
    public override string ToString() =>
        Loop.IsOnLoop && _waits is not null ? $"{Name} ({State}, waits for {WaitText()})" : $"{Name} ({State})";

    /// <summary>Whether somebody has seen its end, or is about to.</summary>
    internal bool IsObserved => _isObserved;

    /// <summary>The lock, queue or other primitive that it blocks its thread for; null for none. From any thread: a moment's truth.</summary>
    internal string? BlockingText() => Volatile.Read(ref _unit)?.BlockingText();

    bool ITurnTaker.SharesThreadWith(ITurnTaker other) => other is Coroutine { Loop: var loop } && loop == Loop;

    internal Step FirstStep() => new(BeginStep, this, this);

    internal void Observe() => _isObserved = true;

    /// <summary>Throws what it threw; it has ended.</summary>
    internal void ThrowIfFailed()
    {
        _isObserved = true;
        Ended.GetAwaiter().GetResult();
    }

    internal void Add(CoroutineWait wait)
    {
        wait.NextWait = _waits;
        _waits?.PreviousWait = wait;
        _waits = wait;
    }

    internal void Remove(CoroutineWait wait)
    {
        wait.NextWait?.PreviousWait = wait.PreviousWait;
        if (wait.PreviousWait is { } previous)
        {
            previous.NextWait = wait.NextWait;
        }
        else
        {
            _waits = wait.NextWait;
        }

        wait.NextWait = wait.PreviousWait = null;
    }

    /// <summary>Ends all waits that the cancellation of a context reaches.</summary>
    internal void EndWaits(CoroutineContext context)
    {
        CoroutineWait? next;
        for (CoroutineWait? wait = _waits; wait is not null; wait = next)
        {
            next = wait.NextWait;
            if (wait.Context.IsReachedBy(context))
            {
                wait.Cancel();
            }
        }
    }

    /// <summary>What it waits for, as far as that is ours. On the loop's thread.</summary>
    internal string WaitText() => _waits is null ? "a task that is not ours" : _waits.ToString() ?? string.Empty;

    /// <summary>
    /// Whether nothing but another coroutine of this loop can let it go on: its function, and not only something that was begun beside it, awaits what only such a one ends.
    /// </summary>
    internal bool WaitsOnlyInside()
    {
        for (CoroutineWait? wait = _waits; wait is not null; wait = wait.NextWait)
        {
            if (wait.IsInside && _work is Task function && AsyncStack.LeadsTo(wait.Work, function))
            {
                return true;
            }
        }

        return false;
    }

    internal void AddJoiner(EndWait joiner)
    {
        joiner.Previous = _lastJoiner;
        if (_lastJoiner is { } last)
        {
            last.Next = joiner;
        }
        else
        {
            _joiners = joiner;
        }

        _lastJoiner = joiner;
    }

    internal void RemoveJoiner(EndWait joiner)
    {
        if (joiner.Previous is { } previous)
        {
            previous.Next = joiner.Next;
        }
        else
        {
            _joiners = joiner.Next;
        }

        if (joiner.Next is { } next)
        {
            next.Previous = joiner.Previous;
        }
        else
        {
            _lastJoiner = joiner.Previous;
        }
    }

    internal Task GetTask()
    {
        TaskCompletionSource ended = Volatile.Read(ref _ended) ?? Interlocked.CompareExchange(ref _ended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _ended;

        // Behind a full fence: who ends it writes the state, fences, and looks for this.
        Interlocked.MemoryBarrier();
        if (!IsAlive)
        {
            Tell(ended);
        }

        return ended.Task;
    }

    /// <summary>Its loop has ended without it. By whoever ends the loop, or finds it ended.</summary>
    internal void Abandon()
    {
        if (IsAlive)
        {
            _work = CancelledBy(new CoroutineKilledException(Name));
            OnEnding(Ended);
            Interlocked.Exchange(ref _state, (int)CoroutineState.Cancelled);
            if (Volatile.Read(ref _ended) is { } ended)
            {
                Tell(ended);
            }
        }
    }

    /// <summary>It ends, also one that was killed before it began, or is given up with its loop: once, before anybody is told. Must not throw.</summary>
    /// <param name="work">What its function has come to.</param>
    private protected virtual void OnEnding(Task work)
    {
        // For kinds of their own.
    }

    private void KillHere()
    {
        _isKilled |= IsAlive;
        if (State == CoroutineState.Pending)
        {
            _work = CancelledBy(new CoroutineKilledException(Name));
            Close(CoroutineState.Cancelled);
        }
        else if (IsAlive)
        {
            Cancel(new Killing(this));
        }
    }

    private void Begin()
    {
        if (Volatile.Read(ref _isKillUnderWay))
        {
            KillHere();
        }

        // Killed before it began.
        if (State != CoroutineState.Pending)
        {
            return;
        }

        Volatile.Write(ref _state, (int)CoroutineState.Running);
        if (_work is Func<Task> function)
        {
            Call(function);
            _ = Beginning.StartFromNothing();
        }
        else
        {
            var beginning = (Beginning)_work;
            ExecutionContext.Run(beginning.Flow, static self => ((Coroutine)self!).Call(((Beginning)((Coroutine)self)._work).Function), this);
        }

        if (Ended.IsCompleted)
        {
            End();
        }
        else
        {
            // To this context: where its last part has left it, the end comes as a step. So the context says whose end it is, and one delegate does for all.
            SetSynchronizationContext(this);
            Ended.GetAwaiter().UnsafeOnCompleted(EndCurrent);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the function throws is the coroutine's.")]
    private void Call(Func<Task> function)
    {
        try
        {
            _work = function() ?? throw new InvalidOperationException($"The function of coroutine '{Name}' returned null instead of a task.");
        }
        catch (OperationCanceledException cancelled)
        {
            _work = CancelledBy(cancelled);
        }
        catch (Exception error)
        {
            _work = System.Threading.Tasks.Task.FromException(error);
        }
    }

    // As an async method ends that throws it: whoever awaits it gets this very one.
    private static Task CancelledBy(OperationCanceledException cancelled)
    {
        var ended = AsyncTaskMethodBuilder.Create();
        ended.SetException(cancelled);
        return ended.Task;
    }

    private void End() => Close(
        Ended.IsCompletedSuccessfully ? CoroutineState.Succeeded : Ended.IsCanceled ? CoroutineState.Cancelled : CoroutineState.Failed);

    private void Close(CoroutineState state)
    {
        Forget();
        OnEnding(Ended);
        if (_unit is { } unit)
        {
            _unit = null;
            unit.EndIfIdle();
        }

        Interlocked.Exchange(ref _state, (int)state);
        Loop.OnEnded(this);
        bool isFirst = true;
        while (_joiners is { } joiner)
        {
            joiner.End(isFirst);
            isFirst = false;
            _isObserved = true;
        }

        // Behind the exchange of the state: see GetTask.
        if (Volatile.Read(ref _ended) is { } ended)
        {
            Tell(ended);
        }

        Owner?.OnEnded(this);
        if (state == CoroutineState.Failed && !_isObserved && Owner is null)
        {
            Loop.Tell(this, Ended.Exception!.InnerException!);
        }
    }

    private void Tell(TaskCompletionSource ended)
    {
        if (Ended.IsFaulted)
        {
            ended.TrySetException(Ended.Exception!.InnerExceptions);
        }
        else if (Ended.IsCanceled)
        {
            ended.TrySetCanceled(CancellationToken.None);
        }
        else
        {
            ended.TrySetResult();
        }
    }

    private sealed class Killing(Coroutine coroutine) : Cancellation
    {
        public override Exception ToException() => new CoroutineKilledException(coroutine.Name);
    }
}
