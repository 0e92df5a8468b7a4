using Plait.Codecs;
using Plait.Execution;
using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>
/// Runs functions in worker processes that stay. A function that hangs is stopped at its deadline, one that crashes ends
/// with <see cref="WorkerDiedException"/>; its worker is replaced and nothing else notices. Safe for all threads.
/// </summary>
/// <remarks>
/// Functions, arguments and results travel as copies, as with <see cref="ChildProcess"/>. What cannot travel is refused by
/// Submit, in the caller's stack. An executor that is no longer referenced finishes what it has and ends its workers; none
/// keeps this process from ending.
/// </remarks>
public sealed class ProcessExecutor : IExecutor, IExecutorInsights, IChunkRunner
{
    // The pool knows nothing of this object, so that it can be collected: its finalizer then ends the pool.
    private readonly WorkerPool _pool;

    /// <summary>Makes an executor with as many workers as given. They start at once, in the background.</summary>
    /// <param name="workers">How many; 0 for as many as there are processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is negative, or over 10,000.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children.</exception>
    public ProcessExecutor(int workers)
        : this(new ProcessExecutorOptions { Workers = workers })
    {
    }

    /// <summary>Makes an executor. Its workers start at once, in the background.</summary>
    /// <param name="options">How it works; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="CannotTravelException">The initializer or finalizer, or something it captured, cannot travel.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children.</exception>
    public ProcessExecutor(ProcessExecutorOptions? options = null)
    {
        options = options?.Copy() ?? new ProcessExecutorOptions();
        options.Validate();
        _pool = new WorkerPool(options);
    }

    /// <summary>Ends the workers of an executor that nobody refers to any more, after what it has to do.</summary>
    ~ProcessExecutor() => _pool?.Abandon();

    /// <summary>The worker of an executor that runs the calling code; null in any other process.</summary>
    public static WorkerContext? Current => Bootstrap.WorkerBootstrap.WorkerContext;

    /// <inheritdoc/>
    public string Name => _pool.Name;

    /// <inheritdoc/>
    public int WorkerCount => _pool.Size;

    /// <summary>Tells of workers: started, ready, died, recycled, refused by the system. Handlers run on a thread-pool thread, one event after another.</summary>
    public event Action<WorkerEvent>? WorkerChanged
    {
        add => _pool.Events.Add(value);
        remove => _pool.Events.Remove(value);
    }

    /// <summary>
    /// Told what an <see cref="IProgress{T}"/> of a task threw when something was reported to it, and the task's name: the function is in another process and
    /// cannot get it. On a thread-pool thread. Without a handler a line goes to standard error.
    /// </summary>
    public event Action<string, Exception>? ProgressFailed
    {
        add => _pool.ProgressFailed += value;
        remove => _pool.ProgressFailed -= value;
    }

    /// <summary>The workers there are, spares included.</summary>
    /// <returns>A copy, in order of their start.</returns>
    public IReadOnlyList<WorkerInfo> GetWorkers() => _pool.GetWorkers();

    /// <summary>Changes the number of workers. New ones start at once; too many end after the task they run.</summary>
    /// <param name="workers">How many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is less than 1 or over 10,000.</exception>
    /// <exception cref="ExecutorClosedException">The executor was shut down.</exception>
    public void Resize(int workers)
    {
        if (workers is < 1 or > 10_000)
        {
            throw new ArgumentOutOfRangeException(nameof(workers), workers, "An executor has 1 to 10,000 workers.");
        }

        _pool.Resize(workers);
    }

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Future future = _pool.Submit<object?>(work, hasResult: false);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Future<TResult> future = _pool.Submit<TResult>(work, hasResult: true);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<T> Stream<T>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new WorkerStream<T>(_pool, work, this);
    }

    int IChunkRunner.LargestChunk => int.MaxValue;

    TimeProvider IChunkRunner.TimeProvider => _pool.Options.TimeProvider;

    void IChunkRunner.Check<TIn, TOut>(MapFunction<TIn, TOut> function) => _pool.CheckFunction(function.Delegate);

    // A map refers to this executor for as long as it runs, so no finalizer can come in between.
    IChunkControl IChunkRunner.RunChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk) => _pool.SubmitChunk(chunk);

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

    /// <summary>Where the time of the workers went, and the slowest tasks. Always measured.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => _pool.GetInsights();

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _pool.GetStatistics();

    /// <summary>Shuts down as <see cref="ProcessExecutorOptions.DisposeMode"/> and <see cref="ProcessExecutorOptions.DisposeTimeout"/> say. Blocks until the workers have ended; every future has ended then.</summary>
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
        await _pool.ShutdownAsync(_pool.Options.DisposeMode, _pool.Options.DisposeTimeout).ConfigureAwait(false);
    }
}
