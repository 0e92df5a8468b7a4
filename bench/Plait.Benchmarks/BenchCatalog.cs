namespace Plait.Benchmarks;

/// <summary>Every case of <c>plait bench</c>, by area.</summary>
public static class BenchCatalog
{
    /// <summary>The areas in the order in which they run.</summary>
    public static IReadOnlyList<string> Areas { get; } = [];

    /// <summary>Runs the cases of the areas, or of all when none is given.</summary>
    public static Task<IReadOnlyList<BenchResult>> RunAsync(
        IReadOnlyCollection<string> areas, bool quick, Action<string> progress, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<BenchResult>>([]);
}
