using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Limits of memory of single tasks, where functions share the memory of the process.</summary>
public sealed class MemoryLimitTests
{
    public static TheoryData<string> Executors => ["threads", "inline"];

    [Theory]
    [MemberData(nameof(Executors))]
    public void MemoryLimit_WithoutIsolation_IsRefusedWithTheValueAndTheWayOut(string kind)
    {
        using IExecutor executor = kind == "threads" ? new ThreadExecutor(1) : new InlineExecutor("here");
        var options = new TaskOptions { MemoryLimit = 12_345_678, Name = "greedy" };

        ArgumentException refused = Assert.Throws<ArgumentException>(() => executor.Submit(Work.Add, 1, 2, options));
        Assert.Throws<ArgumentException>(() => { _ = executor.Submit(() => { }, options); });
        Assert.Throws<ArgumentException>(() => { executor.Stream<int>(new WorkRequest((Func<int, IAsyncEnumerable<int>>)Work.CountAsync, [1], options)); });

        Assert.Contains("12345678", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'greedy'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ProcessExecutor", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryLimit_Negative_IsRefusedWithTheValue() =>
        Assert.Contains("-5", Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkRequest(() => { }, [], new TaskOptions { MemoryLimit = -5 })).Message, StringComparison.Ordinal);
}
