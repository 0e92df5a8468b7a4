namespace Plait.Benchmarks;

/// <summary>A unit in which a case reports.</summary>
/// <param name="Symbol">As printed, such as <c>ms</c>.</param>
/// <param name="Size">How many of what a peer prints are one of it: nanoseconds of a time, bytes of a size, 1 for a plain number.</param>
public readonly record struct BenchUnit(string Symbol, double Size)
{
    /// <summary>Milliseconds.</summary>
    public static BenchUnit Milliseconds { get; } = new("ms", 1_000_000);

    /// <summary>Microseconds.</summary>
    public static BenchUnit Microseconds { get; } = new("µs", 1_000);

    /// <summary>Nanoseconds.</summary>
    public static BenchUnit Nanoseconds { get; } = new("ns", 1);

    /// <summary>Megabytes of a million bytes.</summary>
    public static BenchUnit Megabytes { get; } = new("MB", 1_000_000);

    /// <summary>A plain number of something, or a share of it; the smaller, the better.</summary>
    /// <param name="what">What is counted, such as <c>fds</c>.</param>
    public static BenchUnit Plain(string what) => new(what, 1);
}
