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
public sealed class ThreadExecutor : IExecutor, IExecutorInsights
{
    // The pool knows nothing of this object, so that it can be collected: its finalizer then ends the pool.
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
    {
        options = options?.Copy() ?? new ThreadExecutorOptions();
        options.Validate();
        _pool = new LocalPool(options);
    }

    /// <summary>Ends the threads of an executor that nobody refers to any more, after what it has to do.</summary>
    ~ThreadExecutor() => _pool?.Abandon();

    /// <inheritdoc/>
    public string Name => _pool.Name;

    /// <inheritdoc/>
    public int WorkerCount => _pool.Size;

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future future = _pool.Submit<object?>(work, hasResult: false);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future<TResult> future = _pool.Submit<TResult>(work, hasResult: true);
        GC.KeepAlive(this);
        return future;
    }

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

    /// <inheritdoc/>
    public IAsyncEnumerable<T> Stream<T>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        return new LocalStream<T>(this, work);
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

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => _pool.WaitForRoomAsync(cancellationToken);

    /// <inheritdoc/>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => ShutdownAsync(mode, timeout).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        ShutdownArguments.ThrowIfWrong(mode, timeout);
        return _pool.ShutdownAsync(mode, timeout);
    }

    /// <summary>Where the time of the threads went, and the slowest tasks, if <see cref="ThreadExecutorOptions.MeasuresTasks"/> says so.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => _pool.GetInsights();

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _pool.GetStatistics();

    /// <summary>Shuts down as <see cref="ThreadExecutorOptions.DisposeMode"/> and <see cref="ThreadExecutorOptions.DisposeTimeout"/> say. Blocks until the threads have ended, but for those that were left to themselves; every future has ended then.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when the threads have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _pool.ShutdownAsync(_pool.Options.DisposeMode, _pool.Options.DisposeTimeout).ConfigureAwait(false);
    }
}
