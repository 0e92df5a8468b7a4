namespace Plait.Execution;

/// <summary>Why a call is to stop before its function is over.</summary>
internal sealed class StopReason
{
    private long _memoryLimit;
    private long _gained;

    private StopReason(TimeSpan? limit, bool isHard, CancellationToken token)
    {
        Limit = limit;
        Token = token;
        IsHard = isHard;
    }

    /// <summary>The time that was over; null for a cancellation.</summary>
    public TimeSpan? Limit { get; }

    public CancellationToken Token { get; }

    /// <summary>Killed at once, with no time to react.</summary>
    public bool IsHard { get; }

    public static StopReason TimedOut(TimeSpan limit) => new(limit, isHard: false, CancellationToken.None);

    public static StopReason Cancelled(CancellationToken token) => new(null, isHard: false, token);

    /// <summary>It gained more memory than it may.</summary>
    public static StopReason TookTooMuch(long limit, long gained) => new(null, isHard: true, CancellationToken.None) { _memoryLimit = limit, _gained = gained };

    public static StopReason Killed() => new(null, isHard: true, new CancellationToken(canceled: true));

    /// <summary>The error of a future that ends because of its memory; null when it does not.</summary>
    public MemoryLimitExceededException? ToMemoryError(string name) => _memoryLimit > 0 ? new MemoryLimitExceededException(name, _memoryLimit, _gained) : null;

    /// <summary>The error of the future; null when it ends as cancelled, or because of its memory.</summary>
    public TimeoutException? ToTimeout(string name, TaskOptions options) => Limit is { } limit
        ? new TimeoutException($"Task '{name}' was stopped: its time of {limit.TotalSeconds:0.###} s was over{(options.TimeoutStart == TimeoutStart.Submission ? ", counted from its submission" : string.Empty)}.")
        : null;
}
