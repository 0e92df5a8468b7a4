using System.Numerics;

namespace Plait.Benchmarks.Load;

/// <summary>
/// Counts of times, from which any percentile can be told afterwards: 64 classes of equal width for each power of two, so a figure is off by less than a 64th (1.6 %)
/// of itself, whatever its size. Recording takes a few nanoseconds and allocates nothing.
/// </summary>
public sealed class LatencyHistogram
{
    private const int ClassBits = 6;
    private const int ClassesPerPower = 1 << ClassBits;

    // Below twice the classes every number has a class of its own. Above, the 7 leading bits choose it, and 63 - 7 shifts are possible.
    private readonly long[] _counts = new long[(63 - ClassBits + 1) * ClassesPerPower];

    /// <summary>How many times were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest time, exactly; 0 when there is none.</summary>
    public long Maximum { get; private set; }

    /// <summary>Counts a time.</summary>
    /// <param name="nanoseconds">The time; less than 0 counts as 0.</param>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[ClassOf(nanoseconds)]++;
        Count++;
        Maximum = Math.Max(Maximum, nanoseconds);
    }

    /// <summary>The time that a share of all does not exceed: the upper end of its class, so that it is never told too short.</summary>
    /// <param name="share">The share, 0 to 1; 0.99 for the 99th percentile.</param>
    /// <returns>Nanoseconds; 0 when nothing was recorded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is not from 0 to 1.</exception>
    public long Quantile(double share)
    {
        if (!(share >= 0 && share <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share is from 0 to 1.");
        }

        long rank = Math.Clamp((long)Math.Ceiling(share * Count), Math.Min(1, Count), Count);
        long passed = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            passed += _counts[i];
            if (passed >= rank)
            {
                return Math.Min(UpperEnd(i), Maximum);
            }
        }

        return Maximum;
    }

    private static int ClassOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - ClassBits);
        return (shift << ClassBits) + (int)(value >> shift);
    }

    private static long UpperEnd(int index)
    {
        int shift = Math.Max(0, (index >> ClassBits) - 1);
        return ((long)(index - (shift << ClassBits)) << shift) + ((1L << shift) - 1);
    }
}
