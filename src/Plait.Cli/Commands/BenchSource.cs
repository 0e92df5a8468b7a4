using Plait.Benchmarks;

namespace Plait.Cli.Commands;

/// <summary>Runs the cases of some areas: the areas (none means all), a part of the names of cases (null means all), whether quick, who hears of progress, and the token.</summary>
internal delegate Task<IReadOnlyList<BenchResult>> BenchRun(
    IReadOnlyCollection<string> areas, string? only, bool quick, Action<BenchProgress> progress, CancellationToken cancellation);

/// <summary>Where the bench command gets its cases from: the real catalog, or a test's.</summary>
internal sealed record BenchSource(IReadOnlyList<string> Areas, BenchRun RunAsync)
{
    public static BenchSource Real => new(BenchCatalog.Areas, BenchCatalog.RunAsync);
}
