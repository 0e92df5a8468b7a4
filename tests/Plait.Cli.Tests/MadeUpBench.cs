using Plait.Benchmarks;
using Plait.Cli.Commands;

namespace Plait.Cli.Tests;

/// <summary>Bench rows made by hand.</summary>
internal static class MadeUpBench
{
    public static readonly BenchResult Met = new("locks", "uncontended", "ns", 10, 25, "lock", 2.5, 1, null, Ok: true, "");
    public static readonly BenchResult Missed = new("locks", "contended", "ns", 50, 25, "lock", 0.5, 1, null, Ok: false, "");
    public static readonly BenchResult Absolute = new("start", "spawn", "ms", 8, null, "", null, null, 20, Ok: true, "");
    public static readonly BenchResult NoPeer = new("pool", "map", "us", 8, null, "pebble", null, 2, null, Ok: null, "apt-get install python3-pebble");
    public static readonly BenchResult NotANumber = new("pool", "empty", "us", double.NaN, double.PositiveInfinity, "joblib", double.NaN, 2, null, Ok: null, "");

    public static Task<IReadOnlyList<BenchResult>> Nothing(IReadOnlyCollection<string> areas, string? only, bool quick, Action<BenchProgress> progress, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<BenchResult>>([]);

    public static BenchSource Of(params BenchResult[] rows) => new(
        ["locks", "start", "pool"],
        (areas, only, _, progress, _) =>
        {
            progress(new BenchProgress("measuring", 1, 4));
            return Task.FromResult<IReadOnlyList<BenchResult>>([.. rows.Where(r => areas.Count == 0 || areas.Contains(r.Area)).Where(r => only is null || r.Case.Contains(only, StringComparison.OrdinalIgnoreCase))]);
        });
}
