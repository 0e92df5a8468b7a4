namespace Plait.Execution;

/// <summary>From when a task's time counts.</summary>
public enum TimeoutStart
{
    /// <summary>From the moment its function begins.</summary>
    Start,

    /// <summary>From the moment it was submitted: waiting for a worker and retries count too.</summary>
    Submission,
}

/// <summary>How one submitted function is run. Immutable.</summary>
public sealed record TaskOptions
{
    internal static readonly TaskOptions Default = new();

    /// <summary>What it is called in messages. Default: null, the function's own name.</summary>
    public string? Name { get; init; }

    /// <summary>How long it may take, then it is stopped and its future ends with a <see cref="TimeoutException"/>. Each attempt has it anew when it counts from the start. Default: for ever.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>From when <see cref="Timeout"/> counts. Default: the start of its function.</summary>
    public TimeoutStart TimeoutStart { get; init; }

    /// <summary>Which failures are tried again, how often and when. A number converts to a policy. Default: none.</summary>
    public RetryPolicy Retries { get; init; } = RetryPolicy.None;

    /// <summary>Cancels it, as <see cref="Future.Cancel()"/> does; its future then ends with this token. Default: never.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The smaller, the sooner it begins, in an executor whose order goes by priority; ties in the order of submission. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>How long it is expected to run, for an executor whose order goes by that. Default: zero, not known: predicted from past tasks of the same <see cref="Name"/>.</summary>
    public TimeSpan ExpectedCost { get; init; }

    /// <summary>Whose share it uses, in an executor whose order shares out fairly. Default: null, which is a class as well.</summary>
    public string? ShareClass { get; init; }

    /// <summary>The weight of its <see cref="ShareClass"/>, in proportion to the others'. Default: 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>
    /// Tasks of one executor that have the same key do not all run at once, see <see cref="KeyLimit"/>: what they write to, or whom they call, can take only
    /// so many. Those that must wait for others of their key hold up nobody else. Retries keep their place. Default: null, no key.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>The most tasks of the same <see cref="Key"/> at the same time; 1, the default, runs them one after the other, in the order of their submission. The limit of the latest submission counts.</summary>
    public int KeyLimit { get; init; } = 1;

    /// <summary>
    /// The bytes of resident memory that its worker may gain while the task runs; 0, the default, for any number. One that gains more is stopped at once, its worker is
    /// replaced, and its future ends with <see cref="MemoryLimitExceededException"/>, or it is tried again if its <see cref="Retries"/> say so of that. Looked at a hundred times a
    /// second, in the worker's process alone, not in what it has started. Only executors whose functions run in processes of their own keep it; the others refuse it with an <see cref="ArgumentException"/>.
    /// </summary>
    public long MemoryLimit { get; init; }

    internal void Validate()
    {
        if (MemoryLimit < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(MemoryLimit), MemoryLimit, "A memory limit is a number of bytes; 0 means none.");
        }

        if (ExpectedCost < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(ExpectedCost), ExpectedCost, "An expected cost must not be negative; zero means that it is not known.");
        }

        if (Weight < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Weight), Weight, "A weight is 1 or more.");
        }

        if (KeyLimit < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(KeyLimit), KeyLimit, "At least one task of a key must be able to run.");
        }

        if (Timeout <= TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, "The time a task may take must be positive, or Timeout.InfiniteTimeSpan.");
        }

        if (Timeout.TotalMilliseconds > uint.MaxValue - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, "The time a task may take is limited to 49 days; Timeout.InfiniteTimeSpan means no limit.");
        }

        if (!Enum.IsDefined(TimeoutStart))
        {
            throw new ArgumentOutOfRangeException(nameof(TimeoutStart), TimeoutStart, "There is no such start of a task's time.");
        }

        ArgumentNullException.ThrowIfNull(Retries, nameof(Retries));
    }
}
