namespace Plait.Tests.Execution;

/// <summary>What a contract test asks of the executor it is given.</summary>
public sealed record ExecutorSettings
{
    public int Workers { get; init; } = 2;

    public int QueueLimit { get; init; }

    public bool RefusesWhenFull { get; init; }

    /// <summary>How long a function that was asked to stop may take before more is done about it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(20);
}
