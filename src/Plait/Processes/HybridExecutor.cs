using Plait.Codecs;

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
public sealed class HybridExecutor : PooledExecutor
{
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
        : base(options ?? new HybridExecutorOptions())
    {
    }

    /// <summary>How many processes it has.</summary>
    public int ProcessCount => Pool.Size;

    /// <summary>How many tasks each process runs at once.</summary>
    public int TasksPerProcess => Pool.TasksAtOnce;
}
