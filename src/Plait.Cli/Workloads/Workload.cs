using Plait.Scheduling;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Workloads;

/// <summary>Jobs with the machine and the settings that belong to them, as a file says.</summary>
internal sealed record Workload(string Name, IReadOnlyList<Job> Jobs)
{
    public string Title { get; init; } = "";

    public string? Source { get; init; }

    public int Cpus { get; init; } = 1;

    public long ContextSwitch { get; init; }

    public long? Until { get; init; }

    public PolicySettings Settings { get; init; } = new();

    /// <summary>What is known to come out, and is checked.</summary>
    public IReadOnlyList<Expectation> Expectations { get; init; } = [];

    public SimulationTrace Run(string policy, CancellationToken cancellation) => Simulator.Run(
        Jobs, PolicyNames.Create(policy, Settings), new SimulationOptions { Cpus = Cpus, ContextSwitch = ContextSwitch, Until = Until }, cancellation);
}

/// <summary>What the policies need to know, in the unit of the jobs' times.</summary>
internal sealed record PolicySettings
{
    public long Quantum { get; init; } = 10;

    /// <summary>Null: three levels, of one, two and four quanta.</summary>
    public IReadOnlyList<FeedbackLevel>? Levels { get; init; }

    /// <summary>0: never.</summary>
    public long Boost { get; init; }

    public bool RenewsWhenBlocking { get; init; }

    /// <summary>0: none.</summary>
    public long Aging { get; init; }

    public long Seed { get; init; }
}

/// <summary>What must come out under one policy; what is null is not checked.</summary>
internal sealed record Expectation(string Policy)
{
    /// <summary>Textbooks round: a difference from there on is one of notation.</summary>
    private const double Rounding = 0.0001;

    public double? Waiting { get; init; }

    public double? Turnaround { get; init; }

    public double? Response { get; init; }

    public IReadOnlyList<long>? Waits { get; init; }

    public IReadOnlyList<long>? Turnarounds { get; init; }

    /// <summary>The first missed deadline as <c>NAME at TIME</c>; empty: none.</summary>
    public IReadOnlyList<string>? Missed { get; init; }

    public IEnumerable<string> Differences(SimulationTrace trace)
    {
        string? first = trace.MissedDeadlines is [var miss, ..] ? $"{trace.Jobs[miss.Job].Name} at {miss.Deadline}" : null;
        string? wanted = Missed is [var named, ..] ? named : null;
        string?[] found =
        [
            Number("mean waiting", Waiting, trace.MeanWaiting),
            Number("mean turnaround", Turnaround, trace.MeanTurnaround),
            Number("mean response", Response, trace.MeanResponse),
            List("waiting of the jobs", Waits, trace.Jobs.Select(static job => job.Waiting)),
            List("turnaround of the jobs", Turnarounds, trace.Jobs.Select(static job => job.Turnaround ?? -1)),
            Missed is null || wanted == first ? null : $"first missed deadline: {first ?? "none"}, expected {wanted ?? "none"}",
        ];
        return found.OfType<string>();
    }

    private static string? Number(string what, double? expected, double value) =>
        expected is null || Math.Abs(value - expected.Value) < Rounding ? null : FormattableString.Invariant($"{what}: {value:0.####}, expected {expected:0.####}");

    private static string? List(string what, IReadOnlyList<long>? expected, IEnumerable<long> values) =>
        expected is null || expected.SequenceEqual(values) ? null : $"{what}: {string.Join(' ', values)}, expected {string.Join(' ', expected)}";
}
