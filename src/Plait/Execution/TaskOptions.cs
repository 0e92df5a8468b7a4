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

    internal void Validate()
    {
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
