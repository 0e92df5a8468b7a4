using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Cancellation, timeouts and retries.
public abstract partial class KillingExecutorContract
{
    [Fact]
    public async Task Cancel_OfAFunctionThatDefiesIt_StopsIt()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();
        Future<int> future = executor.Submit(Work.Defy, gate.Path);
        Visitor visitor = await gate.NextAsync();

        Assert.True(future.Cancel());

        await future.IsCancelled();
        await visitor.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatDefiesIt_StopsItAndHarmsNoNeighbour()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] neighbour = await OccupyAsync(executor, neighbours, 1);

        Future<int> future = executor.Submit(Work.Defy, gate.Path, timeout: TimeSpan.FromMilliseconds(200));
        Visitor visitor = await gate.NextAsync();

        await future.FailsWith<TimeoutException>();
        await visitor.GoneAsync();
        Assert.Equal(FutureState.Running, neighbour[0].State);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        neighbours.Open();
        await neighbour[0].InTime();
    }
}
