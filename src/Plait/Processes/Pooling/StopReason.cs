using Plait.Execution;

namespace Plait.Processes.Pooling;

/// <summary>Why a call is to stop before its function is over.</summary>
internal sealed class StopReason
{
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

    public static StopReason Killed() => new(null, isHard: true, new CancellationToken(canceled: true));

    /// <summary>The error of the future; null when it ends as cancelled.</summary>
    public TimeoutException? ToTimeout(string name, TaskOptions options) => Limit is { } limit
        ? new TimeoutException($"Task '{name}' was stopped: its time of {limit.TotalSeconds:0.###} s was over{(options.TimeoutStart == TimeoutStart.Submission ? ", counted from its submission" : string.Empty)}.")
        : null;
}
