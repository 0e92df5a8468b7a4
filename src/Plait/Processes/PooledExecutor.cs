using Plait.Execution;
using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>
/// Runs functions in worker processes that stay: what <see cref="ProcessExecutor"/>, one function at a time in each, and
/// <see cref="HybridExecutor"/>, several at once, have in common. Safe for all threads.
/// </summary>
/// <remarks>
/// Functions, arguments and results travel as copies, as with <see cref="ChildProcess"/>. What cannot travel is refused by
/// Submit, in the caller's stack. An executor that is no longer referenced finishes what it has and ends its workers; none
/// keeps this process from ending.
/// </remarks>
public abstract class PooledExecutor : IExecutor, IExecutorInsights, IChunkRunner
{
    private protected PooledExecutor(PooledExecutorOptions options) => Pool = new WorkerPool(options.CopyChecked());

    /// <summary>Ends the workers of an executor that nobody refers to any more, after what it has to do.</summary>
    ~PooledExecutor() => Pool?.Abandon();

    /// <inheritdoc/>
    public string Name => Pool.Name;

    /// <inheritdoc/>
    public int WorkerCount => Pool.Size * Pool.TasksAtOnce;

    // The pool knows nothing of this object, so that it can be collected: its finalizer then ends the pool.
    private protected WorkerPool Pool { get; }

    int IChunkRunner.LargestChunk => int.MaxValue;

    TimeProvider IChunkRunner.TimeProvider => Pool.Options.TimeProvider;

    /// <summary>Tells of workers: started, ready, died, recycled, refused by the system. Handlers run on a thread-pool thread, one event after another.</summary>
    public event Action<WorkerEvent>? WorkerChanged
    {
        add => Pool.Events.Add(value);
        remove => Pool.Events.Remove(value);
    }

    /// <summary>
    /// Told what an <see cref="IProgress{T}"/> of a task threw when something was reported to it, and the task's name: the function is in another process and
    /// cannot get it. On a thread-pool thread. Without a handler a line goes to standard error.
    /// </summary>
    public event Action<string, Exception>? ProgressFailed
    {
        add => Pool.ProgressFailed += value;
        remove => Pool.ProgressFailed -= value;
    }

    /// <summary>The workers there are, spares included. Of the tasks that one runs, the longest is named.</summary>
    /// <returns>A copy, in order of their start.</returns>
    public IReadOnlyList<WorkerInfo> GetWorkers() => Pool.GetWorkers();

    /// <summary>Where the time of the workers went, and the slowest tasks. Always measured. A worker that runs several tasks at once works for as long as they do, all added up.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => Pool.GetInsights();

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => Pool.GetStatistics();

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Future future = Pool.Submit<object?>(work, hasResult: false);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Future<TResult> future = Pool.Submit<TResult>(work, hasResult: true);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<T> Stream<T>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new WorkerStream<T>(Pool, work, this);
    }

    void IChunkRunner.Check<TIn, TOut>(MapFunction<TIn, TOut> function) => Pool.CheckFunction(function.Delegate);

    // A map refers to this executor for as long as it runs, so no finalizer can come in between.
    IChunkControl IChunkRunner.RunChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk) => Pool.SubmitChunk(chunk);

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => Pool.WaitForRoomAsync(cancellationToken);

    /// <inheritdoc/>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => ShutdownAsync(mode, timeout).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        ShutdownArguments.ThrowIfWrong(mode, timeout);
        return Pool.ShutdownAsync(mode, timeout);
    }

    /// <summary>
    /// Shuts down as <see cref="PooledExecutorOptions.DisposeMode"/> and <see cref="PooledExecutorOptions.DisposeTimeout"/> say. Blocks until the workers have
    /// ended; every future has ended then.
    /// </summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when the workers have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Pool.ShutdownAsync(Pool.Options.DisposeMode, Pool.Options.DisposeTimeout).ConfigureAwait(false);
    }
}
