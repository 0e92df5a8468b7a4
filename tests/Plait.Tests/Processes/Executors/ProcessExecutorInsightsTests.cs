using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Where the time of worker processes goes: what only these have.</summary>
public sealed class ProcessExecutorInsightsTests : ExecutorTest
{
    [Fact]
    public async Task GetInsights_OfAnInitializer_HasItApart()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, Initializer = Initialize });

        TimeSpan inside = await executor.Submit(static () => s_inside).InTime();
        WorkerInsights worker = Assert.Single(executor.GetInsights().Workers);

        Assert.True(worker.Initializing >= inside, $"{worker.Initializing} of initializing, {inside} inside");
        Assert.True(worker.Starting > TimeSpan.Zero);
    }

    [Fact]
    public async Task GetInsights_OfBigArgumentsAndResults_CountsTheirEncoding()
    {
        await using var executor = new ProcessExecutor(1);
        string[] words = [.. Enumerable.Range(0, 20_000).Select(static number => $"word {number}")];

        await executor.Submit(static (string[] words) => words, words).InTime();

        Assert.True(executor.GetInsights().Total.Encoding > TimeSpan.Zero);
    }

    [Fact]
    public async Task GetInsights_OfWorkersThatAreGone_HasThemInTheTotal()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, MaxTasksPerWorker = 1 });
        for (int i = 0; i < 3; i++)
        {
            await executor.Submit(Work.Add, i, 1).InTime();
        }

        ExecutorInsights insights = executor.GetInsights();

        Assert.Equal(3, insights.Total.Tasks);
        Assert.True(insights.Total.Working > TimeSpan.Zero);
        Assert.True(insights.Workers.Count <= 2);
    }

    [Fact]
    public async Task GetInsights_OfATaskThatDied_HasItAmongTheSlowest()
    {
        await using var executor = new ProcessExecutor(1);

        await executor.Submit(Reporting.CountThenDie, new Reports<int>(), 1, new TaskOptions { Name = "the one that died" }).FailsWith<WorkerDiedException>();

        SlowTask task = Assert.Single(executor.GetInsights().SlowestTasks);
        Assert.Equal("the one that died", task.Name);
        Assert.True(task.Time > TimeSpan.Zero);
    }

    [Fact]
    public async Task GetInsights_OfAMap_NamesItsChunks()
    {
        await using var executor = new ProcessExecutor(1);

        await executor.Map(Enumerable.Range(0, 8), MapOrderTests.Square, new() { Name = "squares", ChunkSize = 4 }).ToArrayAsync(TestContext.Current.CancellationToken);

        // A map is over with its last result; the end of a chunk comes a moment later. How it is cut is the map's affair.
        await UntilAsync(() => executor.GetInsights().SlowestTasks.Count > 0);
        Assert.All(executor.GetInsights().SlowestTasks, static task => Assert.Matches("^squares \\(items? [0-7]( to [1-7])?\\)$", task.Name));
    }

    [Fact]
    public async Task GetInsights_OfThreadsThatAreNotMeasured_HasNoTimes()
    {
        await using var executor = new ThreadExecutor(1);
        await executor.Submit(Work.Add, 1, 2).InTime();

        ExecutorInsights insights = executor.GetInsights();

        Assert.False(insights.IsMeasured);
        Assert.Equal(TimeSpan.Zero, insights.Total.Working);
        Assert.Empty(insights.SlowestTasks);
    }

    private static TimeSpan s_inside;

    private static void Initialize()
    {
        long start = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start).TotalMilliseconds > 5);
        s_inside = Stopwatch.GetElapsedTime(start);
    }
}
