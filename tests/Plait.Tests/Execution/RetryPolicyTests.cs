using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

public sealed class RetryPolicyTests
{
    [Fact]
    public void Count_FromANumber_IsThatNumberWithoutWaits()
    {
        RetryPolicy policy = 3;

        Assert.Equal((3, TimeSpan.Zero), (policy.Count, policy.WaitAfter(1)));
        Assert.Same(RetryPolicy.None, RetryPolicy.FromInt32(0));
        Assert.Equal(0, RetryPolicy.None.Count);
        Assert.Null(policy.ShouldRetry);
    }

    [Fact]
    public void WaitAfter_EachFailure_GrowsUpToTheLongest()
    {
        var policy = new RetryPolicy { Count = 10, Backoff = TimeSpan.FromSeconds(1), BackoffFactor = 3, LongestBackoff = TimeSpan.FromSeconds(20) };

        Assert.Equal([1, 3, 9, 20, 20], Enumerable.Range(1, 5).Select(failures => policy.WaitAfter(failures).TotalSeconds));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(922_337_203_685_477, 2)]
    public void WaitAfter_AnyNumberOfFailures_IsATimeUpToTheLongest(double milliseconds, double factor)
    {
        var policy = new RetryPolicy { Count = int.MaxValue, Backoff = TimeSpan.FromMilliseconds(milliseconds), BackoffFactor = factor };

        foreach (int failures in new[] { 1, 2, 1_100, int.MaxValue })
        {
            Assert.InRange(policy.WaitAfter(failures), TimeSpan.Zero, policy.LongestBackoff);
        }
    }

    [Fact]
    public void Settings_OutOfRange_AreRefusedWithTheValue()
    {
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryPolicy { Count = -1 }).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(static () => (RetryPolicy)(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("-00:00:01", Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryPolicy { Backoff = TimeSpan.FromSeconds(-1) }).Message, StringComparison.Ordinal);
        Assert.Contains("-00:00:01", Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryPolicy { LongestBackoff = TimeSpan.FromSeconds(-1) }).Message, StringComparison.Ordinal);
        Assert.Contains("0.5", Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryPolicy { BackoffFactor = 0.5 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryPolicy { BackoffFactor = double.NaN });
    }
}
