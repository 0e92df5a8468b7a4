using Plait.Execution.Local;

namespace Plait.Execution;

/// <summary>
/// Runs functions on threads of its own, which have names and stay. They start when they are needed. Nothing is copied: functions share
/// memory with whoever submits them. Safe for all threads.
/// </summary>
/// <remarks>
/// Tasks begin in the order of their submission; those that a function of the executor submits itself come after what its own thread
/// has, and other threads take them when they have nothing else. An async function stays on its thread from its beginning to its end.
/// A function cannot be killed: see <see cref="ThreadExecutorOptions.Grace"/>. The threads do not keep the process from ending; an
/// executor that is no longer referenced finishes what it has and ends them.
/// </remarks>
public sealed class ThreadExecutor : LocalExecutor
{
    private readonly LocalPool _pool;

    /// <summary>Makes an executor with as many threads as given, at most.</summary>
    /// <param name="workers">How many; 0 for five times the processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is negative, or over 10,000.</exception>
    public ThreadExecutor(int workers)
        : this(new ThreadExecutorOptions { Workers = workers })
    {
    }

    /// <summary>Makes an executor. Its threads start when there is work for them.</summary>
    /// <param name="options">How it works; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public ThreadExecutor(ThreadExecutorOptions? options = null)
        : this(NewPool(options))
    {
    }

    private ThreadExecutor(LocalPool pool)
        : base(pool) => _pool = pool;

    /// <summary>As the other way to submit, for a function without arguments or options.</summary>
    /// <param name="function">An <see cref="Action"/> or a <see cref="Func{TResult}"/>, async or not.</param>
    /// <param name="hasResult">Whether its result is the future's.</param>
    internal Future<TResult> SubmitPlain<TResult>(Delegate function, bool hasResult)
    {
        ArgumentNullException.ThrowIfNull(function);
        Future<TResult> future = _pool.SubmitPlain<TResult>(function, hasResult);
        GC.KeepAlive(this);
        return future;
    }

    /// <summary>
    /// In a task of a thread executor with a policy: lets another task go on in its place if the policy says so, because the slice is used up or something more
    /// urgent has come, and returns when it is this task's turn again. Elsewhere, and in the default order, it returns at once.
    /// </summary>
    /// <remarks>
    /// Reads a clock and little else where nothing is to be done, so that a loop can call it in every round. Blocks the thread while others have their turn: hold no
    /// lock that they need. In an async function every await is a checkpoint as well. A task that waits keeps its thread, so there may be as
    /// many threads as tasks have begun. It does not end a task that was cancelled: ask its token.
    /// </remarks>
    public static void Checkpoint()
    {
        if (LocalWorker.Current is { } worker)
        {
            worker.Pool.Checkpoint(worker);
        }
    }

    private static LocalPool NewPool(ThreadExecutorOptions? options)
    {
        options = options?.Copy() ?? new ThreadExecutorOptions();
        options.Validate();
        return new LocalPool(options);
    }
}
