using System.Runtime.ExceptionServices;
using Plait.Execution.Local;
using Plait.Synchronization.Engine;

namespace Plait.Execution;

/// <summary>
/// The end of a function that an executor runs, known later. It ends exactly once: with the function's value or exception,
/// with a <see cref="TimeoutException"/>, or with an <see cref="OperationCanceledException"/>; whatever dies meanwhile, it
/// ends. Safe for all threads.
/// </summary>
public abstract partial class Future
{
    // Ending: whoever takes it from Open to Claimed writes the end, then publishes it with Done.
    private const int Open = 0;
    private const int Claimed = 1;
    private const int Done = 2;

    private int _stage;
    private FutureState _end;
    private ExceptionDispatchInfo? _error;

    // Those to be told, or a FutureTold once they are.
    private FutureObserver? _observers;

    private protected Future()
    {
    }

    /// <summary>What the task is called in messages: the name it was given, else the function's.</summary>
    public string Name => GivenName ?? DefaultName;

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

    /// <summary>The name it was given; null when it was given none.</summary>
    private protected virtual string? GivenName => null;

    /// <summary>The name of a task that was given none; made when it is asked for.</summary>
    private protected virtual string DefaultName => string.Empty;

    private protected abstract Task UntypedTask { get; }

    private protected virtual bool IsRunning => false;

    /// <summary>Whether who waits does well to look a while for the end before it sleeps, and how that went; null where a look never pays.</summary>
    private protected virtual Glances? Glances => null;

    /// <summary>The executor on whose threads it runs, in this process; null elsewhere, and where it may end without one.</summary>
    private protected virtual ITaskPlace? Place => null;

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
    /// <remarks>
    /// Without a timeout and a token, and in a task of a <see cref="ThreadExecutor"/>, the wait is part of the graph of waits: where all threads of an executor wait for tasks
    /// that none is left to run, <see cref="Synchronization.DeadlockDetection"/> says so. Not where tasks were submitted with a timeout or a token, which may end them without a thread.
    /// </remarks>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait; the function goes on.</param>
    /// <returns>False when the time passed first.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="Synchronization.DeadlockException">The wait would never have ended, see the remarks.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time to wait must not be negative; Timeout.InfiniteTimeSpan waits for ever.");
        }

        return IsDone || (timeout != TimeSpan.Zero && IsDoneAtAGlance) || WaitForTask(timeout, cancellationToken);
    }

    // Wait, although it throws what the function threw: it is woken by the completing thread itself, and WaitAny by way of
    // the thread pool.
    private bool WaitForTask(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout == Timeout.InfiniteTimeSpan && !cancellationToken.CanBeCanceled && PlaceForWaits is { } place && TaskWait.TryRun(this, place))
        {
            return true;
        }

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

    /// <summary>Whether it has ended, or does within a moment in which a wait would only have begun. Blocks for some microseconds at most.</summary>
    internal bool IsDoneAtAGlance => IsDone || (Glances is { } glances && glances.Look(this, static future => future.IsDone));

    internal abstract bool Cancel(CancellationToken token);

    internal void AddCallback(Delegate callback) => GetOrAttach(static () => new FutureCallbacks()).Add(callback);

    /// <summary>How many have attached themselves. For tests.</summary>
    internal int ObserverCount
    {
        get
        {
            int count = 0;
            for (FutureObserver? one = Volatile.Read(ref _observers); one is not null; one = one.Next)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Where it runs, if the caller is a thread of an executor, whose wait for it is part of the graph of waits; else null.</summary>
    internal ITaskPlace? PlaceForWaits => LocalWorker.Current is null ? null : Place;

    /// <summary>An await comes back. Blocks until it has ended, which who awaits has seen.</summary>
    /// <exception cref="Synchronization.DeadlockException">The await was given up, for it would never have ended.</exception>
    internal void EndAwait()
    {
        if (!IsDone)
        {
            FutureContinuation.ThrowIfGivenUp(this);
            Wait();
        }
    }

    /// <summary>Runs what follows an await.</summary>
    internal void ContinueWith(Action continuation)
    {
        if (!FutureContinuation.Suffices)
        {
            Task.GetAwaiter().UnsafeOnCompleted(continuation);
            return;
        }

        var observer = new FutureContinuation(this, continuation);
        observer.Tell();
        if (!TryAttach(observer))
        {
            observer.OnDone(this);
        }
    }

    /// <summary>Has an observer told of the end. False: it has ended already, and nobody will tell.</summary>
    internal bool TryAttach(FutureObserver observer)
    {
        while (true)
        {
            FutureObserver? seen = Volatile.Read(ref _observers);
            if (seen is FutureTold)
            {
                return false;
            }

            // Those at the head who no longer care are dropped: who waits for the first of many, again and again, leaves no trail.
            FutureObserver? live = seen;
            while (live is { IsOver: true })
            {
                live = live.Next;
            }

            observer.Next = live;
            if (Interlocked.CompareExchange(ref _observers, observer, seen) == seen)
            {
                return true;
            }
        }
    }

    /// <summary>The one observer of that kind; a new one is told of the end by this thread if the future has ended already.</summary>
    private protected TObserver GetOrAttach<TObserver>(Func<TObserver> make)
        where TObserver : FutureObserver
    {
        TObserver? made = null;
        while (true)
        {
            FutureObserver? seen = Volatile.Read(ref _observers);
            for (FutureObserver? one = seen; one is not null; one = one.Next)
            {
                if (one is TObserver found)
                {
                    return found;
                }
            }

            made ??= make();
            made.Next = seen is FutureTold ? seen.Next : seen;
            if (Interlocked.CompareExchange(ref _observers, seen is FutureTold ? new FutureTold { Next = made } : made, seen) == seen)
            {
                if (seen is FutureTold)
                {
                    made.OnDone(this);
                }

                return made;
            }
        }
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

        Volatile.Write(ref _stage, Done);

        // From here on nobody attaches: who comes later sees that it is done. The exchange is behind the end itself, and pairs with the one
        // of who attaches.
        FutureObserver? observers;
        do
        {
            observers = Volatile.Read(ref _observers);
        }
        while (Interlocked.CompareExchange(ref _observers, observers is null ? FutureTold.Nobody : new FutureTold { Next = observers }, observers) != observers);

        if (observers is not null)
        {
            Tell(observers);
        }
    }

    // In the order in which they came.
    private void Tell(FutureObserver last)
    {
        if (last.Next is null)
        {
            last.OnDone(this);
            return;
        }

        var all = new Stack<FutureObserver>();
        for (FutureObserver? one = last; one is not null; one = one.Next)
        {
            all.Push(one);
        }

        foreach (FutureObserver observer in all)
        {
            observer.OnDone(this);
        }
    }

    /// <summary>Calls one callback with this future as its declared type.</summary>
    internal virtual void Call(Delegate callback) => ((Action<Future>)callback)(this);

    internal ExceptionDispatchInfo? Error => _error;

    internal FutureState End => _end;

    private protected void WaitOrThrow(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!Wait(timeout, cancellationToken))
        {
            throw new TimeoutException($"Task '{Name}' has not ended within {timeout}. It goes on; Cancel() stops it.");
        }
    }
}
