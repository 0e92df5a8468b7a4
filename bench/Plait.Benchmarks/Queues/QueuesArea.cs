namespace Plait.Benchmarks.Queues;

/// <summary>What queues, pipes and shared data cost.</summary>
internal static class QueuesArea
{
    /// <summary>The name of the area.</summary>
    public const string Name = "queues";

    /// <summary>The cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> Cases() =>
    [
        .. StreamCases.Cases(), .. RoundTripCases.Cases(), .. ThreadCases.Cases(), .. PriorityCases.Cases(), .. PipeCases.Cases(), .. DictionaryCases.Cases(), .. ArrayCases.Cases(), .. IdleCases.Cases(),
    ];
}
