using Plait.Scheduling;

namespace Plait.Execution;

/// <summary>How a <see cref="ThreadExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class ThreadExecutorOptions
{
    private const int MostWorkers = 10_000;
    private const int LeastStack = 128 << 10;

    /// <summary>What it is called in messages; its threads are NAME-1, NAME-2 and so on (the kernel shows the first 15 bytes). Default: "threads-N".</summary>
    public string? Name { get; set; }

    /// <summary>The most functions at the same time, on as many threads, 1 to 10,000. Default: 0, five times the processors: functions that wait are what threads are for.</summary>
    public int Workers { get; set; }

    /// <summary>The most tasks that wait for a thread; 0 for any number. Default: 0.</summary>
    public int QueueLimit { get; set; }

    /// <summary>What a submission does when <see cref="QueueLimit"/> is reached. Default: it waits.</summary>
    public FullBehavior WhenFull { get; set; } = FullBehavior.Wait;

    /// <summary>
    /// Decides which of the waiting tasks is next. It belongs to this executor alone from then on. Default: null, in the order of submission, with the
    /// tasks that its own functions submit in queues of their threads, which is faster than any policy.
    /// </summary>
    public SchedulingPolicy? Policy { get; set; }

    /// <summary>Runs on each thread before its first task. Should it throw, the executor is broken: everything pending ends with <see cref="ExecutorBrokenException"/>. Default: none.</summary>
    public Action? Initializer { get; set; }

    /// <summary>
    /// How long a function may go on after its token was cancelled, because of its time, a cancellation or a shutdown. Then its future ends without it,
    /// and another thread takes the place of its own, which ends when the function does: no thread can be killed. Default: 1 second.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: its future waits for it.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The size of a thread's stack in bytes, at least 128 KiB; 0 (the default) for the system's own, usually 8 MiB. Address space, not memory: pages appear when touched.</summary>
    public int StackSize { get; set; }

    /// <summary>Whether it is measured how long tasks run, for <see cref="LocalExecutor.GetInsights"/>: two looks at the clock a task, some 50 ns. Default: false.</summary>
    public bool MeasuresTasks { get; set; }

    /// <summary>How <see cref="LocalExecutor.Dispose"/> shuts down. Default: everything submitted is run to its end.</summary>
    public ShutdownMode DisposeMode { get; set; } = ShutdownMode.Drain;

    /// <summary>
    /// How long <see cref="LocalExecutor.Dispose"/> waits before it goes on as a <see cref="ShutdownMode.Kill"/>: what waits is cancelled, what runs is asked to stop by its token, its
    /// future ends as cancelled, and its thread, which cannot be killed, is left to itself and ends when the function does. Default: 30 seconds, as in every executor.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as the work takes.
    /// </summary>
    public TimeSpan DisposeTimeout { get; set; } = ShutdownArguments.DisposeTimeout;

    /// <summary>The clock of timeouts, backoffs and shutdowns. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal ThreadExecutorOptions Copy() => (ThreadExecutorOptions)MemberwiseClone();

    internal void Validate()
    {
        if (Workers is < 0 or > MostWorkers)
        {
            throw new ArgumentOutOfRangeException(nameof(Workers), Workers, "An executor has 1 to 10,000 threads; 0 means five times the processors.");
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

        if (StackSize is < 0 or (> 0 and < LeastStack))
        {
            throw new ArgumentOutOfRangeException(nameof(StackSize), StackSize, $"The runtime needs a stack of at least {LeastStack} bytes; 0 means the system's own size.");
        }

        ThrowIfNoTime(Grace, nameof(Grace));
        ThrowIfNoTime(DisposeTimeout, nameof(DisposeTimeout));
        ArgumentNullException.ThrowIfNull(TimeProvider, nameof(TimeProvider));
    }

    internal static void ThrowIfNoTime(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, "A time must not be negative; Timeout.InfiniteTimeSpan means for ever.");
        }
    }
}
