using System.Globalization;
using System.Numerics;
using System.Text;

namespace Plait.Coroutines;

/// <summary>How long the steps of a loop have taken, by powers of two. A copy, of one moment.</summary>
/// <remarks>See <see cref="EventLoop.GetStepTimes"/>.</remarks>
public sealed class StepTimes
{
    internal const int Buckets = 40;

    private readonly long[] _counts;

    internal StepTimes(long[] counts, TimeSpan longest)
    {
        _counts = counts;
        Longest = longest;
        Total = counts.Sum();
    }

    /// <summary>How many steps each time took: the first number counts those of less than 2 ns, number i those of 2 to the power of i nanoseconds up to twice that, the last one all that took longer.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>How many steps were measured.</summary>
    public long Total { get; }

    /// <summary>What the longest took.</summary>
    public TimeSpan Longest { get; }

    /// <summary>A time that so many of the steps did not exceed: the upper end of the bucket it falls into, so up to twice the true one, and at most <see cref="Longest"/>.</summary>
    /// <param name="share">Which share of the steps, over 0 and up to 1: 0.99 for all but the slowest hundredth.</param>
    /// <returns>The time; zero when nothing was measured.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not over 0, or is over 1.</exception>
    public TimeSpan Percentile(double share)
    {
        if (!(share is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share of the steps is over 0, and at most 1.");
        }

        long left = (long)Math.Ceiling(share * Total);
        for (int i = 0; i < Buckets && Total > 0; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                TimeSpan end = TimeSpan.FromTicks((1L << (i + 1)) / TimeSpan.NanosecondsPerTick);
                return end < Longest ? end : Longest;
            }
        }

        return Longest;
    }

    /// <summary>A line for each time that occurred.</summary>
    /// <returns>Several lines of text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Buckets; i++)
        {
            if (_counts[i] != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Name(1L << i),9}  {_counts[i]}").AppendLine();
            }
        }

        return text.ToString();
    }

    internal static int BucketOf(long nanoseconds) => Math.Min(BitOperations.Log2((ulong)Math.Max(1, nanoseconds)), Buckets - 1);

    private static string Name(long nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.0} µs"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.0} s"),
    };
}
