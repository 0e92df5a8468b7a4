using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>More workers and fewer, asked for and by themselves.</summary>
public sealed class ProcessExecutorResizeTests : ProcessExecutorTest
{
    [Fact]
    public async Task Resize_Up_RunsMoreAtOnce()
    {
        await using var executor = new ProcessExecutor(Small(1));
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        await gate.NextAsync();

        executor.Resize(3);

        await gate.NextAsync(2);
        Assert.Equal(3, executor.WorkerCount);
        Assert.False(gate.HasVisitor);
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Resize_DownWhileTheyRun_LetsThemFinish()
    {
        await using var executor = new ProcessExecutor(Small(3));
        var events = Watch(executor);
        using var gate = new Gate();
        Future<int>[] running = await OccupyAsync(executor, gate, 3);

        executor.Resize(1);

        Assert.Equal(1, executor.WorkerCount);
        Assert.All(running, static future => Assert.Equal(FutureState.Running, future.State));
        gate.Open();
        int[] pids = await Task.WhenAll(running.Select(static future => future.Task)).InTime();
        await UntilAsync(() => executor.GetWorkers().Count == 1);
        Assert.Contains(await executor.Submit(static () => Environment.ProcessId).InTime(), pids);
        await UntilAsync(() => events.Count(static happened => happened.Kind == WorkerEventKind.Retired) == 2);
        Assert.Equal((3L, 0L), (executor.GetStatistics().WorkersStarted, executor.GetStatistics().WorkersDied));
    }

    [Fact]
    public async Task Resize_DownWithManyWaiting_LosesNone()
    {
        await using var executor = new ProcessExecutor(Small(3));
        Future<int>[] futures = [.. Enumerable.Range(0, 300).Select(number => executor.Submit(Work.Add, number, 0))];

        executor.Resize(1);

        Assert.Equal(Enumerable.Range(0, 300), await Task.WhenAll(futures.Select(static future => future.Task)).InTime());
    }

    [Fact]
    public async Task Resize_ManyTimes_EndsWithTheLast()
    {
        await using var executor = new ProcessExecutor(Small(1));
        var futures = new List<Future<int>>();
        foreach (int workers in new[] { 3, 1, 2, 3, 2, 1, 3, 2 })
        {
            executor.Resize(workers);
            futures.AddRange(Enumerable.Range(0, 10).Select(number => executor.Submit(Work.Add, number, 0)));
        }

        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        await UntilAsync(() => executor.GetWorkers().Count == 2 && executor.GetStatistics().Workers == 2);
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task Resize_OutOfRangeOrAfterTheEnd_IsRefused()
    {
        var executor = new ProcessExecutor(Small());

        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(() => executor.Resize(0)).Message, StringComparison.Ordinal);
        Assert.Contains("10001", Assert.Throws<ArgumentOutOfRangeException>(() => executor.Resize(10_001)).Message, StringComparison.Ordinal);
        await executor.DisposeAsync();
        Assert.Throws<ExecutorClosedException>(() => executor.Resize(2));
    }

    [Fact]
    public async Task IdleTimeout_Passed_EndsTheWorkersBeyondTheLeast()
    {
        ProcessExecutorOptions options = Small(3);
        options.MinimumWorkers = 1;
        options.IdleTimeout = TimeSpan.FromMilliseconds(300);
        await using var executor = new ProcessExecutor(options);
        var events = Watch(executor);
        for (int round = 0; round < 2; round++)
        {
            using var gate = new Gate();
            Future<int>[] futures = await OccupyAsync(executor, gate, 3);
            gate.Open();
            await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

            await UntilAsync(() => executor.GetWorkers().Count == 1);
        }

        await UntilAsync(() => events.Count(static happened => happened.Kind == WorkerEventKind.Retired) == 4);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Equal((3, 0L), (executor.WorkerCount, executor.GetStatistics().WorkersDied));
    }

    [Fact]
    public async Task IdleTimeout_OfTheLastWorkerToo_StartsOneForTheNextTask()
    {
        ProcessExecutorOptions options = Small(1);
        options.MinimumWorkers = 0;
        options.IdleTimeout = TimeSpan.FromMilliseconds(100);
        await using var executor = new ProcessExecutor(options);
        var pids = new HashSet<int>();
        for (int round = 0; round < 3; round++)
        {
            pids.Add(await executor.Submit(static () => Environment.ProcessId).InTime());
            await UntilAsync(() => executor.GetWorkers().Count == 0);
        }

        Assert.Equal(3, pids.Count);
    }

    [Fact]
    public async Task IdleTimeout_WhileTasksCome_LosesNone()
    {
        ProcessExecutorOptions options = Small(1);
        options.MinimumWorkers = 0;
        options.IdleTimeout = TimeSpan.FromMilliseconds(20);
        await using var executor = new ProcessExecutor(options);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));

        // Each comes at about the moment at which the worker has been idle for long enough.
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i, await executor.Submit(Work.Add, i, 0).InTime());
            await timer.WaitForNextTickAsync();
        }

        Assert.Equal(0, executor.GetStatistics().Failed);
    }
}
