using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks;

/// <summary>Which figure of a side is its result.</summary>
public enum BenchStatistic
{
    /// <summary>The median.</summary>
    Median,

    /// <summary>The 99th percentile, by nearest rank.</summary>
    Percentile99,

    /// <summary>The smallest: what others do on the machine only ever adds to it.</summary>
    Minimum,
}

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Rounds that count; in each, ours and then every peer is measured once. At least 1.</param>
/// <param name="WarmUps">Rounds before them that do not count.</param>
/// <param name="Operations">Operations in a round. At least 1.</param>
public readonly record struct BenchSize(int Rounds, int WarmUps, int Operations);

/// <summary>What one round of ours gave.</summary>
/// <param name="Samples">Figures in the unit of the case: one an operation, or one mean for the whole round.</param>
/// <param name="Note">What else the reader should know, such as the number of copies; the last round's is printed.</param>
public readonly record struct BenchRound(IReadOnlyList<double> Samples, string Note = "")
{
    /// <summary>A round of as many samples as there are operations, each measured by itself.</summary>
    internal static BenchRound Repeat(int operations, Func<double> operation)
    {
        var samples = new double[operations];
        for (var i = 0; i < operations; i++)
        {
            samples[i] = operation();
        }

        return new BenchRound(samples);
    }
}

/// <summary>One thing to measure: ours, and what others take for the same in the same run.</summary>
public sealed record BenchCase
{
    /// <summary>The area that the case belongs to, such as <c>process</c>.</summary>
    public required string Area { get; init; }

    /// <summary>The name of the case, unique in its area.</summary>
    public required string Name { get; init; }

    /// <summary>The unit of every figure.</summary>
    public required BenchUnit Unit { get; init; }

    /// <summary>Measures one round of ours; the argument is the number of operations. It may block.</summary>
    public required Func<int, BenchRound> Ours { get; init; }

    /// <summary>The peers. The first one carries the goal; the others are for the reader and become rows without one, unless they have their own.</summary>
    public required IReadOnlyList<BenchPeer> Peers { get; init; }

    /// <summary>The smallest accepted ratio peer/ours for the first peer, or null for none.</summary>
    public double? Goal { get; init; }

    /// <summary>The largest accepted figure of ours, in <see cref="Unit"/>, or null for none.</summary>
    public double? GoalAbsolute { get; init; }

    /// <summary>The largest figure of ours, in <see cref="Unit"/>, that any single sample may have, or null for none. It is judged beside the other goals.</summary>
    public double? GoalWorst { get; init; }

    /// <summary>Ends what ours keeps from round to round; called once, after the last round. Null where nothing is kept.</summary>
    public Action? TearDown { get; init; }

    /// <summary>Which figure of each side is compared; the median unless told.</summary>
    public BenchStatistic Statistic { get; init; }

    /// <summary>What a full run measures.</summary>
    public required BenchSize Full { get; init; }

    /// <summary>What <c>--quick</c> measures.</summary>
    public required BenchSize Quick { get; init; }
}
