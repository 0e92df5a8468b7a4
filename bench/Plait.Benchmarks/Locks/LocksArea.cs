namespace Plait.Benchmarks.Locks;

/// <summary>What locks and their kin cost: alone, between two, between many, and when a holder dies.</summary>
internal static class LocksArea
{
    /// <summary>The name of the area.</summary>
    public const string Name = "locks";

    /// <summary>The cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> Cases() => 
    [
        .. UncontendedCases.Cases(), .. AsyncCases.Cases(), .. PingPongCases.Cases(), .. ContentionCases.Cases(),
        .. DeadlockCases.Cases(), .. OwnerDeathCases.Cases(), .. FairnessCases.Cases(), .. CreationCases.Cases(),
    ];
}
