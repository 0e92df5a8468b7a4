using System.Runtime.ExceptionServices;

namespace Plait.Execution;

/// <summary>
/// The end of a function that an executor runs, known later. It ends exactly once: with the function's value or exception,
/// with a <see cref="TimeoutException"/>, or with an <see cref="OperationCanceledException"/>; whatever dies meanwhile, it
/// ends. Safe for all threads.
/// </summary>
public abstract class Future
{
    // Ending: whoever takes it from Open to Claimed writes the end, then publishes it with Done.
    private const int Open = 0;
    private const int Claimed = 1;
    private const int Done = 2;

    private int _stage;
    private FutureState _end;
    private ExceptionDispatchInfo? _error;
    private FutureCallbacks? _callbacks;

    private readonly string? _name;

    private protected Future(string? name) => _name = name;

    /// <summary>What the task is called in messages: the name it was given, else the function's.</summary>
    public string Name => _name ?? DefaultName;

    /// <summary>Where it stands now.</summary>
    public FutureState State => IsDone ? _end : IsRunning ? FutureState.Running : FutureState.Pending;

    /// <summary>Whether it has ended, in whichever way.</summary>
    public bool IsDone => Volatile.Read(ref _stage) == Done;

    /// <summary>Whether it has ended by cancellation.</summary>
    public bool IsCancelled => State == FutureState.Cancelled;

    /// <summary>The same end as a task, for <see cref="Task.WhenAll(IEnumerable{Task})"/>, <see cref="Task.WhenEach(IEnumerable{Task})"/> and their like. Continuations never run on the executor's own threads.</summary>
    public Task Task => UntypedTask;

    /// <summary>
    /// What it failed with, null when it succeeded. Blocks until it has ended. One exception object a future: every caller gets the same.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Exception? Exception => GetException(Timeout.InfiniteTimeSpan);

    /// <summary>The name of a task that was given none; made when it is asked for.</summary>
    private protected virtual string DefaultName => string.Empty;

    private protected abstract Task UntypedTask { get; }

    private protected virtual bool IsRunning => false;

    /// <summary>
    /// What it failed with, null when it succeeded. Blocks until it has ended, at most for <paramref name="timeout"/>.
    /// </summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever. The function goes on.</param>
    /// <returns>The exception, or null.</returns>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Exception? GetException(TimeSpan timeout)
    {
        WaitOrThrow(timeout, CancellationToken.None);
        if (_end == FutureState.Cancelled)
        {
            _error!.Throw();
        }

        return _error?.SourceException;
    }

    /// <summary>Blocks until it has ended. Never throws what the function threw.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait; the function goes on.</param>
    /// <returns>False when the time passed first.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time to wait must not be negative; Timeout.InfiniteTimeSpan waits for ever.");
        }

        return IsDone || WaitForTask(timeout, cancellationToken);
    }

    // Wait, although it throws what the function threw: it is woken by the completing thread itself, and WaitAny by way of
    // the thread pool.
    private bool WaitForTask(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan left = timeout;
        while (true)
        {
            try
            {
                if (Task.Wait((int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue), cancellationToken))
                {
                    return true;
                }
            }
            catch (AggregateException)
            {
                return true;
            }

            // The runtime's own clock for this moves in steps of some milliseconds, so it may come back early.
            left = timeout - TimeProvider.System.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }
        }
    }

    /// <summary>Blocks until it has ended. Never throws what the function threw.</summary>
    public void Wait() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Cancels it. One that has not begun never will, and is cancelled when this returns. One that runs is asked to stop:
    /// by its token, then by SIGTERM, then by SIGKILL where the executor can; it ends when it has stopped. Does not block.
    /// </summary>
    /// <returns>False when it had ended already.</returns>
    public bool Cancel() => Cancel(new CancellationToken(canceled: true));

    /// <summary>Runs a function when this has ended: on a thread-pool thread of this process, in the order of adding, each on its own: one that throws harms no other.</summary>
    /// <param name="callback">Gets this future. Called at once (on the pool) if it has ended already.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    public void AddDoneCallback(Action<Future> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AddCallback(callback);
    }

    /// <summary>Told what a done-callback threw, and for which future. Without a handler a line goes to standard error.</summary>
    public static event Action<Future, Exception>? CallbackFailed;

    /// <summary>What <c>await future</c> needs. Throws what the function threw.</summary>
    /// <returns>An awaiter.</returns>
    public FutureAwaiter GetAwaiter() => new(this);

    /// <summary>Name and state.</summary>
    public override string ToString() => IsDone && _error is not null ? $"'{Name}': {State}, {_error.SourceException.GetType().Name}" : $"'{Name}': {State}";

    internal static void ReportCallbackFailure(Future future, Exception error)
    {
        if (CallbackFailed is not { } handlers)
        {
            Complain($"a done-callback of {future} threw: {error}");
            return;
        }

        foreach (Delegate handler in handlers.GetInvocationList())
        {
            try
            {
                ((Action<Future, Exception>)handler)(future, error);
            }
            catch (Exception another)
            {
                // On a thread-pool thread it would end the process.
                Complain($"a handler of CallbackFailed threw for a done-callback of {future}: {another}");
            }
        }
    }

    private static void Complain(string what)
    {
        try
        {
            Console.Error.WriteLine($"Plait: {what}");
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Nobody reads standard error, or it was replaced by a writer that is closed: there is nobody left to tell.
        }
    }

    internal void ThrowIfFailed() => _error?.Throw();

    internal abstract bool Cancel(CancellationToken token);

    internal void AddCallback(Delegate callback)
    {
        FutureCallbacks list = Volatile.Read(ref _callbacks) ?? Interlocked.CompareExchange(ref _callbacks, new FutureCallbacks(this), null) ?? _callbacks;
        list.Add(callback);
    }

    /// <summary>Ends it with an exception; false when it has ended already.</summary>
    internal bool TryFail(Exception error) => TryEnd(FutureState.Faulted, error);

    /// <summary>Ends it as cancelled; false when it has ended already.</summary>
    internal bool TryCancel(CancellationToken token) =>
        TryEnd(FutureState.Cancelled, new OperationCanceledException($"Task '{Name}' was cancelled.", token));

    private protected bool TryEnd(FutureState end, Exception? error)
    {
        if (!TryClaim())
        {
            return false;
        }

        Publish(end, error);
        return true;
    }

    private protected bool TryClaim() => Interlocked.CompareExchange(ref _stage, Claimed, Open) == Open;

    private protected void Publish(FutureState end, Exception? error)
    {
        _end = end;
        _error = error is null ? null : ExceptionDispatchInfo.Capture(error);

        // Full fence between publishing the end and looking for who waits: pairs with the one that follows storing a
        // task source (CompleteTask) or a callback list (FutureCallbacks.Add), whose writers then look at _stage.
        Interlocked.Exchange(ref _stage, Done);
        CompleteTask();
        _callbacks?.Run();
    }

    /// <summary>Calls one callback with this future as its declared type.</summary>
    internal virtual void Call(Delegate callback) => ((Action<Future>)callback)(this);

    private protected abstract void CompleteTask();

    private protected ExceptionDispatchInfo? Error => _error;

    private protected FutureState End => _end;

    private protected void WaitOrThrow(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!Wait(timeout, cancellationToken))
        {
            throw new TimeoutException($"Task '{Name}' has not ended within {timeout}. It goes on; Cancel() stops it.");
        }
    }
}
