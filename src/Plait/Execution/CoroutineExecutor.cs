using Plait.Coroutines;
using Plait.Execution.Local;

namespace Plait.Execution;

/// <summary>
/// Runs functions as coroutines on event loops of its own: very many at once, while each waits for something. An async function shares its loop's thread with others, and goes on
/// there behind every await; a function that blocks or computes holds up all others of its loop. Safe for all threads.
/// </summary>
/// <remarks>
/// <para>A time that is over, a cancellation or a shutdown kills the coroutine: every wait of ours in it throws <see cref="CoroutineKilledException"/> from then on, and its token is cancelled
/// for what else it awaits. See <see cref="CoroutineExecutorOptions.Grace"/> for one that does not end. In a function everything of <see cref="Coroutine"/> works; what it spawns is a coroutine of
/// its own, and lives on.</para>
/// <para>Tasks begin in the order of their submission, on the loop with the fewest tasks. The loops start with the first task. An executor that is no longer referenced finishes what it has and ends
/// them; their threads do not keep the process from ending.</para>
/// </remarks>
public sealed class CoroutineExecutor : IExecutor, IExecutorInsights
{
    // The host knows nothing of this object, so that it can be collected: its finalizer then ends the host.
    private readonly CoroutineHost _host;

    /// <summary>Makes an executor on so many loops.</summary>
    /// <param name="loops">How many; 0 for one a processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="loops"/> is negative, or over 1,024.</exception>
    public CoroutineExecutor(int loops)
        : this(new CoroutineExecutorOptions { Loops = loops })
    {
    }

    /// <summary>Makes an executor, on one loop unless the options say otherwise. The loops start when there is work for them.</summary>
    /// <param name="options">How it works; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CoroutineExecutor(CoroutineExecutorOptions? options = null)
    {
        options = options?.Copy() ?? new CoroutineExecutorOptions();
        options.Validate();
        _host = new CoroutineHost(options);
    }

    /// <summary>Ends the loops of an executor that nobody refers to any more, after what it has to do.</summary>
    ~CoroutineExecutor() => _host?.Abandon();

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <summary>The most functions that have begun and not ended at the same time: <see cref="CoroutineExecutorOptions.TasksPerLoop"/> for each loop.</summary>
    public int WorkerCount => _host.Size;

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future future = _host.Submit<object?>(work, hasResult: false);
        GC.KeepAlive(this);
        return future;
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        Future<TResult> future = _host.Submit<TResult>(work, hasResult: true);
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
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => _host.WaitForRoomAsync(cancellationToken);

    /// <summary>As in every executor. Not in one of its own coroutines, whose thread it would block: they await <see cref="ShutdownAsync"/> elsewhere.</summary>
    /// <inheritdoc/>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => ShutdownAsync(mode, timeout).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        ShutdownArguments.ThrowIfWrong(mode, timeout);
        return _host.ShutdownAsync(mode, timeout);
    }

    /// <summary>What the loops spent their time with, and the slowest tasks, if <see cref="CoroutineExecutorOptions.MeasuresTasks"/> says so. A loop works while it has a task, also one that waits.</summary>
    /// <returns>A copy.</returns>
    public ExecutorInsights GetInsights() => _host.GetInsights();

    /// <summary>Numbers of this moment. A worker is a loop; it is busy while it has a task.</summary>
    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _host.GetStatistics();

    /// <summary>Shuts down as <see cref="CoroutineExecutorOptions.DisposeMode"/> and <see cref="CoroutineExecutorOptions.DisposeTimeout"/> say. Blocks until the loops have ended, but for those with a function that was left to itself; every future has ended then.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when the loops have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.ShutdownAsync(_host.Options.DisposeMode, _host.Options.DisposeTimeout).ConfigureAwait(false);
    }
}
