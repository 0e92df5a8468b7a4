using Plait.Interop;

namespace Plait.Threads;

public partial class WorkerThread
{
    // The runtime numbers its first thread 1. A host written in another language may start it elsewhere: the main thread tells when it is first asked.
    private static int s_mainManagedId = 1;

    /// <summary>
    /// Told of every exception that a thread's function throws and nobody takes. Without a handler it is printed on standard error, with the thread's
    /// name and the stack (<see cref="PrintUnhandledException"/>). The process goes on in any case.
    /// <list type="bullet">
    /// <item>A thread without a result (<see cref="WorkerThread"/>) tells at once, on the thread that ends, whether or not somebody awaits it: whoever joins it does not see the exception.</item>
    /// <item>A thread with a result (<see cref="WorkerThread{TResult}"/>) gives the exception to whoever asks for the result, awaits it or reads <see cref="Exception"/>. If nobody has done
    /// so when the object is collected or the process ends in an orderly way, it is told then.</item>
    /// <item>An <see cref="OperationCanceledException"/> after <see cref="RequestStop"/> is no failure and is not told.</item>
    /// </list>
    /// A handler that throws is reported on standard error; the other handlers are still called. The sender is the thread.
    /// </summary>
    public static event EventHandler<UnhandledThreadExceptionEventArgs>? UnhandledException;

    /// <summary>The thread that asks, whoever started it. The main thread is called "main"; one that was not started by this class gets an object called "foreign-N" when it first asks, and keeps it.</summary>
    public static WorkerThread Current => ThreadRegistry.Current;

    /// <summary>The thread that the process began with, whichever thread asks.</summary>
    public static WorkerThread MainThread => ThreadRegistry.Main;

    /// <summary>How many threads <see cref="Enumerate"/> gives.</summary>
    public static int ActiveCount => ThreadRegistry.Snapshot().Length;

    internal static EventHandler<UnhandledThreadExceptionEventArgs>? UnhandledExceptionHandlers => UnhandledException;

    /// <summary>The threads that are alive: the main one, then those started as a <see cref="WorkerThread"/> in order of their start, daemons too, then the others that have asked for <see cref="Current"/>.</summary>
    /// <returns>A copy.</returns>
    public static IReadOnlyList<WorkerThread> Enumerate() => ThreadRegistry.Snapshot();

    /// <summary>Blocks until all of the threads have ended, for at most <paramref name="timeout"/>.</summary>
    /// <param name="threads">The threads to wait for; all started.</param>
    /// <param name="timeout">How long to wait for all of them together; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when all have ended.</returns>
    /// <exception cref="ArgumentException">There are no threads, or one of them is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="InvalidOperationException">One of them has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static bool WaitAll(IReadOnlyCollection<WorkerThread> threads, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Task[] ends = EndsOf(threads);
        return Task.WaitAll(ends, Milliseconds(timeout), cancellationToken);
    }

    /// <summary>Blocks until at least one of the threads has ended, for at most <paramref name="timeout"/>.</summary>
    /// <param name="threads">The threads to wait for; all started.</param>
    /// <param name="timeout">How long to wait; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero to look only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that have ended, in the order given; none when the time was up.</returns>
    /// <exception cref="ArgumentException">There are no threads, or one of them is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="InvalidOperationException">One of them has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static IReadOnlyList<WorkerThread> WaitAny(IReadOnlyCollection<WorkerThread> threads, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Task[] ends = EndsOf(threads);
        _ = Task.WaitAny(ends, Milliseconds(timeout), cancellationToken);
        return [.. threads.Where(static thread => thread._ended.IsSet)];
    }

    /// <summary>What is done with an unhandled exception when there is no handler: one text on standard error. For handlers that want it too.</summary>
    /// <param name="args">What the handler was told.</param>
    public static void PrintUnhandledException(UnhandledThreadExceptionEventArgs args)
    {
        ArgumentNullException.ThrowIfNull(args);
        ThreadFailures.Print(args);
    }

    /// <summary>The object of the main thread.</summary>
    internal static WorkerThread OfMain()
    {
        if (ProcessCalls.CurrentTid == ProcessCalls.CurrentPid)
        {
            s_mainManagedId = Environment.CurrentManagedThreadId;
        }

        return new WorkerThread("main", 0, ProcessCalls.CurrentPid, thread: null);
    }

    /// <summary>An object for the calling thread, which somebody else has started.</summary>
    internal static WorkerThread OfForeign() =>
        new($"foreign-{Interlocked.Increment(ref s_lastForeign)}", Interlocked.Increment(ref s_lastId), ProcessCalls.CurrentTid, Thread.CurrentThread);

    private static Task[] EndsOf(IReadOnlyCollection<WorkerThread> threads)
    {
        ArgumentNullException.ThrowIfNull(threads);
        if (threads.Count == 0 || threads.Contains(null!))
        {
            throw new ArgumentException("There must be at least one thread to wait for, and none may be null.", nameof(threads));
        }

        foreach (WorkerThread thread in threads)
        {
            thread.RefuseSelf(thread.Joinable());
        }

        return [.. threads.Select(static thread => thread._endedTask.Task)];
    }

    private static int Milliseconds(TimeSpan? timeout)
    {
        TimeSpan limit = timeout ?? Timeout.InfiniteTimeSpan;
        CheckTimeout(limit);
        return limit == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Ceiling(limit.TotalMilliseconds);
    }
}
