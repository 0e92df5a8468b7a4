namespace Plait.Tests.Execution;

/// <summary>What a contract test asks of the executor it is given.</summary>
public sealed record ExecutorSettings
{
    public int Workers { get; init; } = 2;

    public int QueueLimit { get; init; }

    /// <summary>Whether the executor is to measure its tasks, where it does not always.</summary>
    public bool MeasuresTasks { get; init; }

    public bool RefusesWhenFull { get; init; }

    /// <summary>Runs in each worker before its first task.</summary>
    public Action? Initializer { get; init; }

    /// <summary>How long a function that was asked to stop may take before more is done about it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan DisposeTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
