namespace Plait.Benchmarks;

/// <summary>What was measured of one side of a case, in the unit of the case: one figure an operation, or one mean a round.</summary>
internal sealed class BenchSamples
{
    private readonly List<double> values = [];

    /// <summary>True when nothing was measured.</summary>
    public bool IsEmpty => values.Count == 0;

    /// <summary>The number of figures.</summary>
    public int Count => values.Count;

    /// <summary>Adds the figures of a round, each multiplied by <paramref name="factor"/>.</summary>
    public void Add(IEnumerable<double> round, double factor) => values.AddRange(round.Select(value => value * factor));

    /// <summary>The figure that a share of <paramref name="quantile"/> (0..1) of all figures does not exceed (nearest rank).</summary>
    /// <exception cref="InvalidOperationException">Nothing was measured.</exception>
    public double Quantile(double quantile)
    {
        if (IsEmpty)
        {
            throw new InvalidOperationException("No figure was measured, so there is no quantile to report; check IsEmpty first.");
        }

        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>The median (the mean of the middle two of an even number of figures).</summary>
    public double Median()
    {
        var upper = Quantile(0.5 + (1.0 / (values.Count + 1)));
        return values.Count % 2 == 1 ? Quantile(0.5) : (Quantile(0.5) + upper) / 2;
    }

    /// <summary>The figure that <paramref name="statistic"/> names.</summary>
    public double Of(BenchStatistic statistic) => statistic switch
    {
        BenchStatistic.Percentile99 => Quantile(0.99),
        BenchStatistic.Minimum => Quantile(0),
        _ => Median(),
    };

    /// <summary>The noise: smallest and largest figure, and the 99th percentile where there are enough figures for one.</summary>
    public string Noise()
    {
        var range = $"{Format(Quantile(0))}-{Format(Quantile(1))} of {values.Count}";
        return values.Count >= 100 ? $"{range}, median {Format(Median())}, p99 {Format(Quantile(0.99))}" : range;
    }

    /// <summary>A figure with three significant digits, never in scientific notation.</summary>
    public static string Format(double value) => value switch
    {
        0 => "0",
        _ => Math.Abs(value) switch { >= 100 => value.ToString("F0"), >= 10 => value.ToString("F1"), >= 1 => value.ToString("F2"), _ => value.ToString("0.000##") },
    };
}
