namespace Plait.Processes.Pooling;

/// <summary>How many workers a pool has, what each does at once and whether it is stopped for others: what its kinds of executor differ in.</summary>
internal sealed record PoolShape
{
    /// <summary>0 for as many as there are processors.</summary>
    public required int Workers { get; init; }

    public int TasksAtOnce { get; init; } = 1;

    public int? MinimumWorkers { get; init; }

    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    public TimeSpan MaxWorkerAge { get; init; } = Timeout.InfiniteTimeSpan;

    public required LeftoverPolicy Leftovers { get; init; }

    /// <summary>Whether workers may be stopped for one another, where the policy says so.</summary>
    public bool HasSlices { get; init; }

    public int MostBegun { get; init; }
}
