using Plait.Scheduling;

namespace Plait.Cli.Workloads;

/// <summary>The policies as the command line calls them.</summary>
internal static class PolicyNames
{
    /// <summary>Stands for every policy.</summary>
    public const string Every = "all";

    private static readonly Dictionary<string, string> s_otherNames = new(StringComparer.OrdinalIgnoreCase) { ["fcfs"] = "fifo", ["stcf"] = "srtf" };

    public static IReadOnlyList<string> All { get; } =
        ["fifo", "lifo", "sjf", "srtf", "priority", "priority-rr", "rr", "mlfq", "fair", "lottery", "stride", "edf", "rm"];

    /// <summary>The names in a list, or all; an unknown one is refused.</summary>
    public static IReadOnlyList<string> Parse(IEnumerable<string> given)
    {
        var names = new List<string>();
        foreach (string name in given.SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            names.AddRange(name == Every ? All : [Find(name) ?? throw UsageException.Unknown("policy", name, [Every, .. All])]);
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    public static string? Find(string name) => s_otherNames.GetValueOrDefault(name) ?? All.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static SchedulingPolicy Create(string name, PolicySettings settings) => name switch
    {
        "fifo" => new FifoPolicy(),
        "lifo" => new LifoPolicy(),
        "sjf" => new ShortestJobFirstPolicy(),
        "srtf" => new ShortestRemainingTimePolicy(),
        "priority" => new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = settings.Aging }),
        "priority-rr" => new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = settings.Aging, Quantum = settings.Quantum, IsPreemptive = true }),
        "rr" => new RoundRobinPolicy(settings.Quantum),
        "mlfq" => new MultilevelFeedbackPolicy(new MultilevelFeedbackOptions
        {
            Levels = settings.Levels ?? [new(settings.Quantum), new(2 * settings.Quantum), new(4 * settings.Quantum)],
            BoostInterval = settings.Boost == 0 ? SchedulingTime.Unlimited : settings.Boost,
            RenewsWhenBlocking = settings.RenewsWhenBlocking,
        }),
        "fair" => new FairSharePolicy(quantum: settings.Quantum),
        "lottery" => new LotteryPolicy(settings.Quantum, settings.Seed),
        "stride" => new StridePolicy(settings.Quantum),
        "edf" => new EarliestDeadlineFirstPolicy(),
        "rm" => new RateMonotonicPolicy(),
        _ => throw UsageException.Unknown("policy", name, All),
    };
}
