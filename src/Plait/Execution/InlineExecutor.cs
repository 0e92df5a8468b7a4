using Plait.Execution.Local;

namespace Plait.Execution;

/// <summary>
/// Runs every function at once, on the thread that submits it: its future has ended when Submit returns. For tests, for debugging, and for
/// code that takes an executor and has nothing to gain from another thread. Safe for all threads.
/// </summary>
/// <remarks>
/// An async function is run to its end before Submit returns. A time or a cancellation cancels the function's token; the function is not left
/// before it returns. Attempts after a failure run at once too, after blocking for the policy's wait.
/// </remarks>
public sealed class InlineExecutor : IExecutor
{
    private readonly InlineHost _host;

    /// <summary>Makes an executor.</summary>
    /// <param name="name">What it is called in messages; null for "inline-N".</param>
    /// <param name="timeProvider">The clock of timeouts and backoffs; null for the system's.</param>
    public InlineExecutor(string? name = null, TimeProvider? timeProvider = null) => _host = new InlineHost(name, timeProvider ?? TimeProvider.System);

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <summary>1: a thread that submits runs one function at a time. Threads that submit at the same time run theirs at the same time.</summary>
    public int WorkerCount => 1;

    /// <inheritdoc/>
    public Future Submit(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        return _host.Submit<object?>(work, hasResult: false);
    }

    /// <inheritdoc/>
    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        return _host.Submit<TResult>(work, hasResult: true);
    }

    /// <summary>As in every executor; the function runs where the enumeration asks for the next value, one value at a time.</summary>
    /// <inheritdoc/>
    public IAsyncEnumerable<T> Stream<T>(WorkRequest work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MemoryLimits.ThrowIfSet(work, Name);
        return new InlineStream<T>(_host, work);
    }

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => ShutdownAsync(mode, timeout).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        ShutdownArguments.ThrowIfWrong(mode, timeout);
        return _host.ShutdownAsync(mode, timeout);
    }

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _host.GetStatistics();

    /// <summary>Takes no more work, and waits for what other threads run.</summary>
    public void Dispose() => Shutdown(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>A task that completes when nothing runs any more.</returns>
    public async ValueTask DisposeAsync() => await ShutdownAsync(ShutdownMode.Drain, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
}
