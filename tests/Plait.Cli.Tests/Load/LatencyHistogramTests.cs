using Plait.Benchmarks.Load;

namespace Plait.Cli.Tests.Load;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantile_OfOneTime_IsOffByLessThanASixtyFourth()
    {
        foreach (long value in Values())
        {
            // The longest is told exactly, so another one stands above.
            var histogram = new LatencyHistogram();
            histogram.Record(value);
            histogram.Record(long.MaxValue);

            long told = histogram.Quantile(0.5);

            Assert.True(told >= value, $"{value} is told as {told}, which is too short");
            Assert.True(told - value <= value * 0.016, $"{value} is told as {told}, which is off by more than 1.6 %");
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.01, 1)]
    [InlineData(0.5, 50)]
    [InlineData(0.501, 51)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void Quantile_OfAHundredTimes_IsTheNearestRank(double share, long expected)
    {
        var histogram = new LatencyHistogram();
        for (int i = 100; i >= 1; i--)
        {
            histogram.Record(i);
        }

        Assert.Equal(expected, histogram.Quantile(share));
        Assert.Equal(100, histogram.Count);
    }

    [Fact]
    public void Maximum_AnyTimes_IsExact()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1_234_567_891);
        histogram.Record(5);

        Assert.Equal(1_234_567_891, histogram.Maximum);
        Assert.Equal(1_234_567_891, histogram.Quantile(1));
    }

    [Fact]
    public void Quantile_OfNothing_IsZero() => Assert.Equal(0, new LatencyHistogram().Quantile(0.99));

    [Fact]
    public void Record_LessThanNothing_CountsAsZero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);

        Assert.Equal(1, histogram.Count);
        Assert.Equal(0, histogram.Quantile(1));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Quantile_OfNoShare_IsRefused(double share)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyHistogram().Quantile(share));

        Assert.Equal(share, refused.ActualValue);
    }

    [Fact]
    public void Record_ManyTimes_AllocatesNothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < 10_000; i++)
        {
            histogram.Record(i * 1_000);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    // Every power of two, what lies beside it, and some between.
    private static IEnumerable<long> Values() =>
        Enumerable.Range(0, 62).SelectMany(static power => (long[])[(1L << power) - 1, 1L << power, (1L << power) + 1, (1L << power) + ((1L << power) / 3)]);
}
