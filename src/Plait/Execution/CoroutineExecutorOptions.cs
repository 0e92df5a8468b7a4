using Plait.Coroutines;
using Plait.Scheduling;

namespace Plait.Execution;

/// <summary>How a <see cref="CoroutineExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class CoroutineExecutorOptions
{
    private const int MostLoops = 1024;
    private const int MostTasks = 1_000_000;

    /// <summary>What it is called in messages; its loops and their threads are NAME-1, NAME-2 and so on. Default: "coroutines-N".</summary>
    public string? Name { get; set; }

    /// <summary>The event loops, each with a thread of its own, 1 to 1,024; 0 for as many as the process may use processors. Default: 1.</summary>
    public int Loops { get; set; } = 1;

    /// <summary>The most tasks that a loop has begun and not ended, 1 to 1,000,000. Others wait for one of these to end. Default: 1,000.</summary>
    public int TasksPerLoop { get; set; } = 1000;

    /// <summary>The most tasks that wait to begin; 0 for any number. Default: 0.</summary>
    public int QueueLimit { get; set; }

    /// <summary>What a submission does when <see cref="QueueLimit"/> is reached. Default: it waits, and blocks its thread: in a coroutine await <see cref="IExecutor.WaitForRoomAsync"/> before it.</summary>
    public FullBehavior WhenFull { get; set; } = FullBehavior.Wait;

    /// <summary>Runs on the thread of each loop before its first task. Should it throw, the executor is broken: everything pending ends with <see cref="ExecutorBrokenException"/>. Default: none.</summary>
    public Action? Initializer { get; set; }

    /// <summary>
    /// How long a function may go on after it was killed and its token cancelled, because of its time, a cancellation or a shutdown. Then its future ends without it, and another task
    /// takes its place on the loop. Default: 1 second.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether it is measured how long tasks take, for <see cref="LocalExecutor.GetInsights"/>: two looks at the clock a task. Default: false.</summary>
    public bool MeasuresTasks { get; set; }

    /// <summary>How long a step of a loop may take before it is told, see <see cref="EventLoopOptions.BlockedAfter"/>. Default: 100 ms.</summary>
    public TimeSpan BlockedAfter { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Makes the policy that says which of the tasks that have begun has the next step, one for each loop; it goes by what the options of tasks say, such as
    /// <see cref="TaskOptions.Priority"/>. Default: null, the order in which steps become ready. Tasks begin in the order of their submission either way.
    /// </summary>
    public Func<SchedulingPolicy>? PolicyFactory { get; set; }

    /// <summary>How <see cref="LocalExecutor.Dispose"/> shuts down. Default: everything submitted is run to its end.</summary>
    public ShutdownMode DisposeMode { get; set; } = ShutdownMode.Drain;

    /// <summary>
    /// How long <see cref="LocalExecutor.Dispose"/> waits before it goes on as a <see cref="ShutdownMode.Kill"/>. Default: 30 seconds, as in every executor.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as the work takes.
    /// </summary>
    public TimeSpan DisposeTimeout { get; set; } = ShutdownArguments.DisposeTimeout;

    /// <summary>The clock of the loops, and of timeouts, backoffs and shutdowns. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal CoroutineExecutorOptions Copy() => (CoroutineExecutorOptions)MemberwiseClone();

    internal EventLoopOptions ToLoopOptions(string name) => new()
    {
        Name = name,
        TimeProvider = TimeProvider,
        BlockedAfter = BlockedAfter,
        PolicyFactory = PolicyFactory,
        ShutdownTimeout = Grace > TimeSpan.Zero || Grace == Timeout.InfiniteTimeSpan ? Grace : TimeSpan.FromMilliseconds(1),
    };

    internal void Validate()
    {
        if (Loops is < 0 or > MostLoops)
        {
            throw new ArgumentOutOfRangeException(nameof(Loops), Loops, $"An executor has 1 to {MostLoops} loops; 0 means one for each processor.");
        }

        if (TasksPerLoop is < 1 or > MostTasks)
        {
            throw new ArgumentOutOfRangeException(nameof(TasksPerLoop), TasksPerLoop, "A loop has 1 to 1,000,000 tasks at once.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(QueueLimit, nameof(QueueLimit));
        if (!Enum.IsDefined(WhenFull))
        {
            throw new ArgumentOutOfRangeException(nameof(WhenFull), WhenFull, "There is no such behaviour of a full executor.");
        }

        if (!Enum.IsDefined(DisposeMode))
        {
            throw new ArgumentOutOfRangeException(nameof(DisposeMode), DisposeMode, "There is no such way to shut down.");
        }

        ThreadExecutorOptions.ThrowIfNoTime(Grace, nameof(Grace));
        ThreadExecutorOptions.ThrowIfNoTime(DisposeTimeout, nameof(DisposeTimeout));
        ArgumentNullException.ThrowIfNull(TimeProvider, nameof(TimeProvider));
        ToLoopOptions(string.Empty).Validate();
    }
}
