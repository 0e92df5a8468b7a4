using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Children and executors inside of tasks.</summary>
public sealed class ProcessExecutorNestedTests : ProcessExecutorTest
{
    [Fact]
    public async Task ChildProcess_InATask_Works()
    {
        await using var executor = new ProcessExecutor(Small());

        (int worker, int child) = await executor.Submit(static () =>
        {
            using var child = ChildProcess.Start(static () => Environment.ProcessId);
            return (Environment.ProcessId, child.Result);
        }).InTime();

        Assert.NotEqual(worker, child);
        Assert.False(ProcessTable.Exists(child));
    }

    [Fact]
    public async Task ProcessExecutor_InATask_Works()
    {
        await using var executor = new ProcessExecutor(Small(2));

        Future<int>[] sums = [.. Enumerable.Range(1, 4).Select(number => executor.Submit(SumInExecutor, number * 10))];

        int[] values = await Task.WhenAll(sums.Select(static sum => sum.Task)).InTime();
        Assert.Equal([45, 190, 435, 780], values);
    }

    [Fact]
    public async Task ProcessExecutor_KeptInTheStateOfAWorker_EndsWithIt()
    {
        int inner;
        await using (var executor = new ProcessExecutor(Small()))
        {
            await executor.Submit(static () => { ProcessExecutor.Current!.State["inner"] = new ProcessExecutor(Small()); }).InTime();
            inner = await executor.Submit(static () => ((ProcessExecutor)ProcessExecutor.Current!.State["inner"]!).Submit(static () => Environment.ProcessId).Result()).InTime();
            Assert.True(ProcessTable.Exists(inner));
        }

        await UntilGoneAsync(inner);
    }

    [Fact]
    public async Task Kill_OfAWorkerWithAnExecutor_EndsItsWorkersToo()
    {
        await using var executor = new ProcessExecutor(Small());
        using var gate = new Gate();
        Future<int> future = executor.Submit(DefyInExecutor, gate.Path);
        Visitor inner = await gate.NextAsync();
        int worker = executor.GetWorkers().Single().Pid;
        Assert.NotEqual(worker, inner.Pid);

        Deaths.Family.Signal(worker, 9);

        await future.FailsWith<WorkerDiedException>();
        await inner.GoneAsync();
        await UntilGoneAsync(inner.Pid);
    }

    [Fact]
    public async Task ProcessExecutor_InEveryGeneration_IsRefusedInTheTenth()
    {
        ProcessExecutorOptions options = Small();
        options.Grace = TimeSpan.FromMilliseconds(100);
        await using var executor = new ProcessExecutor(options);

        string refusal = await executor.Submit(GoDeeper).InTime();

        Assert.StartsWith("10: ", refusal, StringComparison.Ordinal);
    }

    private static int SumInExecutor(int count)
    {
        using var executor = new ProcessExecutor(Small(2));
        Future<int>[] futures = [.. Enumerable.Range(0, count).Select(number => executor.Submit(Work.Add, number, 0))];
        return futures.Sum(static future => future.Result());
    }

    private static int DefyInExecutor(string gate)
    {
        using var executor = new ProcessExecutor(Small());
        return executor.Submit(Work.Defy, gate).Result();
    }

    private static string GoDeeper()
    {
        try
        {
            using var executor = new ProcessExecutor(Small());
            return executor.Submit(GoDeeper).Result();
        }
        catch (InvalidOperationException refused)
        {
            return $"{ChildProcess.Current.Depth}: {refused.Message}";
        }
    }
}
