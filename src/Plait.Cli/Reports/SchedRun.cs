using System.Globalization;
using Plait.Cli.Workloads;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Reports;

/// <summary>One workload under one policy, and how it compares with what is known.</summary>
internal sealed record SchedRun(Workload Workload, string Policy, SimulationTrace Trace, bool IsKnown, IReadOnlyList<string> Differences)
{
    public static IReadOnlyList<string> Headings { get; } = ["policy", "waiting", "turnaround", "response", "slowdown", "cpu", "switches", "missed"];

    public string Verdict => Differences.Count > 0 ? "differs" : IsKnown ? "as known" : "";

    /// <summary>The row under <see cref="Headings"/>.</summary>
    public IReadOnlyList<string> Cells() =>
    [
        Policy, Text(Trace.MeanWaiting), Text(Trace.MeanTurnaround), Text(Trace.MeanResponse), Text(Trace.MeanSlowdown),
        (Trace.Utilisation() * 100).ToString("0", CultureInfo.InvariantCulture) + " %",
        Trace.ContextSwitches.ToString(CultureInfo.InvariantCulture), Trace.MissedDeadlines.Count.ToString(CultureInfo.InvariantCulture),
    ];

    public string NameOf(int job) => Trace.Jobs[job] is { Round: > 0 } again ? $"{again.Name}/{again.Round}" : Trace.Jobs[job].Name;

    private static string Text(double number) => double.IsNaN(number) ? "-" : number.ToString("0.00", CultureInfo.InvariantCulture);
}
