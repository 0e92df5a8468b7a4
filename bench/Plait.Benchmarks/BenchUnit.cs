namespace Plait.Benchmarks;

/// <summary>A unit of time in which a case reports.</summary>
/// <param name="Symbol">As printed, such as <c>ms</c>.</param>
/// <param name="Nanoseconds">How long one is.</param>
public readonly record struct BenchUnit(string Symbol, double Nanoseconds)
{
    /// <summary>Milliseconds.</summary>
    public static BenchUnit Milliseconds { get; } = new("ms", 1_000_000);

    /// <summary>Microseconds.</summary>
    public static BenchUnit Microseconds { get; } = new("µs", 1_000);
}
