using Plait.Codecs;
using Plait.Execution;
using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>
/// Runs functions in a few worker processes, several at once in each: every processor is used, and functions that wait cost a thread and not
/// a process. Safe for all threads.
/// </summary>
/// <remarks>
/// Functions, arguments and results travel as copies, as with <see cref="ProcessExecutor"/>. Tasks of one process share its memory and its fate: should
/// one end the process, all that run in it end with <see cref="WorkerDiedException"/>, and those that may be tried again are tried alone. None
/// can be killed alone: one that does not stop in time is given up, and its process is replaced once its neighbours are done.
/// </remarks>
public sealed class HybridExecutor : IExecutor, IExecutorInsights, IChunkRunner
{
    // The pool knows nothing of this object, so that it can be collected: its finalizer then ends the pool.
    private readonly WorkerPool _pool;

    /// <summary>Makes an executor. Its processes start at once, in the background.</summary>
    /// <param name="processes">How many processes; 0 for as many as there are processors.</param>
    /// <param name="tasksPerProcess">How many tasks each runs at once, 1 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children.</exception>
    public HybridExecutor(int processes, int tasksPerProcess)
        : this(new HybridExecutorOptions { Processes = processes, TasksPerProcess = tasksPerProcess })
    {
    }

    /// <summary>Makes an executor. Its processes start at once, in the background.</summary>
    /// <param name="options">How it works; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="CannotTravelException">The initializer or finalizer, or something it captured, cannot travel.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children.</exception>
    public HybridExecutor(HybridExecutorOptions? options = null)
    {
        options ??= new HybridExecutorOptions();
        _pool = new WorkerPool(options.ToProcessOptions(), options.TasksPerProcess);
    }

    /// <summary>Ends the processes of an executor that nobody refers to any more, after what it has to do.</summary>
    ~HybridExecutor() => _pool?.Abandon();

    /// <inheritdoc/>
    public string Name => _pool.Name;

    /// <summary>How many processes it has.</summary>
    public int ProcessCount => _pool.Size;

    /// <summary>How many tasks each process runs at once.</summary>
    public int TasksPerProcess => _pool.TasksAtOnce;

    /// <summary>The most functions it runs at the same time, in all its processes.</summary>
    public int WorkerCount => _pool.Size * _pool.TasksAtOnce;

    /// <summary>Tells of processes: started, ready, died, recycled, refused by the system. Handlers run on a thread-pool thread, one event after another.</summary>
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

    /// <summary>Where the time of the processes went, and the slowest tasks. Always measured. A process works for as long as its tasks do, all added up.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => _pool.GetInsights();

    /// <summary>The processes there are, spares included. Of the tasks that one runs the longest is named.</summary>
    /// <returns>A copy, in order of their start.</returns>
    public IReadOnlyList<WorkerInfo> GetWorkers() => _pool.GetWorkers();

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

    /// <inheritdoc/>
    public IAsyncEnumerable<T> Stream<T>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
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

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _pool.GetStatistics();

    /// <summary>Shuts down as <see cref="HybridExecutorOptions.DisposeMode"/> and <see cref="HybridExecutorOptions.DisposeTimeout"/> say. Blocks until the processes have ended; every future has ended then.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when the processes have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _pool.ShutdownAsync(_pool.Options.DisposeMode, _pool.Options.DisposeTimeout).ConfigureAwait(false);
    }
}
