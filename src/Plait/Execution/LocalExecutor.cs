using Plait.Execution.Local;

namespace Plait.Execution;

/// <summary>An executor that runs functions in this process, beside whoever submits them: on threads of its own, or as coroutines. Safe for all threads.</summary>
public abstract class LocalExecutor : IExecutor, IExecutorInsights
{
    // It knows nothing of this object, so that this can be collected: the finalizer then ends it.
    private readonly LocalEngine _engine;

    private protected LocalExecutor(LocalEngine engine) => _engine = engine;

    /// <summary>Ends what an executor that nobody refers to any more runs on, after what it has to do.</summary>
    ~LocalExecutor() => _engine?.Abandon();

    /// <inheritdoc/>
    public string Name => _engine.Name;

    /// <summary>The most functions that have begun and not ended at the same time.</summary>
    public int WorkerCount => _engine.Size;

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future future = _engine.Submit<object?>(work, hasResult: false);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future<TResult> future = _engine.Submit<TResult>(work, hasResult: true);
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

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => _engine.WaitForRoomAsync(cancellationToken);

    /// <summary>As in every executor. Not in a coroutine of its own, whose thread it would block: those await <see cref="ShutdownAsync"/> elsewhere.</summary>
    /// <inheritdoc/>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => ShutdownAsync(mode, timeout).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        ShutdownArguments.ThrowIfWrong(mode, timeout);
        return _engine.ShutdownAsync(mode, timeout);
    }

    /// <summary>Where the time of its workers went, and the slowest tasks, if its option <c>MeasuresTasks</c> says so. A worker is a thread, or a loop, which works while it has a task, also one that waits.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => _engine.GetInsights();

    /// <summary>Numbers of this moment. A worker is a thread, or a loop, which is busy while it has a task.</summary>
    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _engine.GetStatistics();

    /// <summary>
    /// Shuts down as its options <c>DisposeMode</c> and <c>DisposeTimeout</c> say. Blocks until its threads have ended, but for those with a function that was left to itself;
    /// every future has ended then.
    /// </summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when its threads have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _engine.ShutdownAsync(_engine.Disposal.Mode, _engine.Disposal.Timeout).ConfigureAwait(false);
    }
}
