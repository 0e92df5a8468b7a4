using Plait.Codecs;
using Plait.Execution;

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
public sealed class ProcessExecutor : PooledExecutor
{
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
        : base(options ?? new ProcessExecutorOptions())
    {
    }

    /// <summary>The worker of an executor that runs the calling code; null in any other process.</summary>
    public static WorkerContext? Current => Bootstrap.WorkerBootstrap.WorkerContext;

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

        Pool.Resize(workers);
    }
}
