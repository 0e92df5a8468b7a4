using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What a submission takes along, and what is refused before it reaches an executor.</summary>
public sealed class TaskOptionsTests
{
    private static readonly Func<int> s_function = static () => 1;

    [Fact]
    public void Defaults_OfTaskOptions_AreNoLimitAndNoRetry()
    {
        TaskOptions options = new WorkRequest(s_function, []).Options;

        Assert.Equal(Timeout.InfiniteTimeSpan, options.Timeout);
        Assert.Equal(TimeoutStart.Start, options.TimeoutStart);
        Assert.Equal(0, options.Retries.Count);
        Assert.False(options.CancellationToken.CanBeCanceled);
        Assert.Null(options.Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(4_300_000_000)]
    public void WorkRequest_WithATimeoutOutOfRange_IsRefusedWithTheValue(double milliseconds)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(milliseconds);

        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => new WorkRequest(s_function, [], new TaskOptions { Timeout = timeout }));

        Assert.Equal(timeout, refused.ActualValue);
    }

    [Fact]
    public void WorkRequest_WithAnUnknownTimeoutStart_IsRefusedWithTheValue()
    {
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkRequest(s_function, [], new TaskOptions { TimeoutStart = (TimeoutStart)7 }));

        Assert.Equal((TimeoutStart)7, refused.ActualValue);
    }

    [Fact]
    public void WorkRequest_WithoutFunctionArgumentsOrRetries_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(static () => new WorkRequest(null!, []));
        Assert.Throws<ArgumentNullException>(static () => new WorkRequest(s_function, null!));
        Assert.Throws<ArgumentNullException>(static () => new WorkRequest(s_function, [], new TaskOptions { Retries = null! }));
    }

    [Fact]
    public void Submit_WithoutAnExecutor_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(static () => ((IExecutor)null!).Submit(s_function));
        Assert.Throws<ArgumentNullException>(static () => ((IExecutor)null!).Stream(static () => AsyncEnumerable.Empty<int>()));
    }
}
