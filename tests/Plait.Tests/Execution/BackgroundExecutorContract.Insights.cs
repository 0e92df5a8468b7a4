using System.Diagnostics;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Where the time of workers goes. Times are compared with what was measured inside of them: those are never longer.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task GetInsights_OfATaskThatWaitsAtAGate_CountsThatAsWork()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, MeasuresTasks = true });
        using var gate = new Gate();

        Future<TimeSpan> slow = executor.Submit(Pass, gate.Path, new TaskOptions { Name = "slow one" });
        Visitor visitor = await gate.NextAsync();
        ExecutorInsights meanwhile = ((IExecutorInsights)executor).GetInsights();
        visitor.LetPass();
        TimeSpan inside = await slow.InTime();
        await executor.Submit(Work.Fail, "quick one").FailsWith<InvalidDataException>();
        ExecutorInsights after = ((IExecutorInsights)executor).GetInsights();

        Assert.True(after.IsMeasured);
        Assert.True(meanwhile.Total.Working > TimeSpan.Zero);
        WorkerInsights worker = Assert.Single(after.Workers);
        Assert.True(worker.Working >= inside, $"{worker.Working} of work, {inside} inside");
        Assert.Equal((2, 2), (worker.Tasks, after.Total.Tasks));
        Assert.Equal(2, after.SlowestTasks.Count);
        Assert.True(after.SlowestTasks[0].Time >= after.SlowestTasks[1].Time);
        SlowTask found = Assert.Single(after.SlowestTasks, static task => task.Name == "slow one");
        Assert.True(found.Time >= inside);
        Assert.Equal(worker.Name, found.Worker);
        Assert.Contains("slow one", after.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetInsights_OfAWorkerWithoutWork_CountsThatAsWaiting()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, MeasuresTasks = true });
        await using IExecutor other = Create(1);
        await executor.Submit(Work.Add, 1, 2).InTime();
        using var gate = new Gate();

        // A whole task of another executor passes meanwhile.
        long start = Stopwatch.GetTimestamp();
        Future<int> elsewhere = other.Submit(Gate.Pass, gate.Path);
        (await gate.NextAsync()).LetPass();
        await elsewhere.InTime();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        Assert.True(((IExecutorInsights)executor).GetInsights().Total.Waiting >= elapsed);
    }

    [Fact]
    public async Task GetInsights_OfMoreThanTenTasks_KeepsTen()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, MeasuresTasks = true });

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Add, number, 1).Task)).InTime();
        ExecutorInsights insights = ((IExecutorInsights)executor).GetInsights();

        Assert.Equal(50, insights.Total.Tasks);
        Assert.Equal(10, insights.SlowestTasks.Count);
        Assert.Equal(insights.SlowestTasks.OrderByDescending(static task => task.Time), insights.SlowestTasks);
    }

    [Fact]
    public async Task GetInsights_AfterMapsOneAfterAnother_AddsThemUp()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, MeasuresTasks = true });
        for (int maps = 1; maps <= 3; maps++)
        {
            int[] squares = await executor.Map(Enumerable.Range(0, 10), MapOrderTests.Square, new() { ChunkSize = 1 }).ToArrayAsync(TestContext.Current.CancellationToken);

            // A map is over with its last result; the end of a chunk comes a moment later.
            Assert.Equal(10, squares.Length);
            await UntilAsync(() => ((IExecutorInsights)executor).GetInsights().Total.Tasks == 10 * maps);
        }

        ExecutorInsights insights = ((IExecutorInsights)executor).GetInsights();
        Assert.Equal(30, insights.Workers.Sum(static worker => worker.Tasks));
        Assert.True(insights.Total.Working > TimeSpan.Zero);
    }

    private static TimeSpan Pass(string gate)
    {
        long start = Stopwatch.GetTimestamp();
        Gate.Pass(gate);
        return Stopwatch.GetElapsedTime(start);
    }
}
