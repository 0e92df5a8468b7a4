using Plait.Execution;
using Plait.Interop;
using Plait.Processes;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>A process executor whose order a policy decides.</summary>
public sealed class ProcessExecutorPolicyTests : ExecutorPolicyContract
{
    protected override IExecutor Create(int workers, SchedulingPolicy policy) => new ProcessExecutor(new ProcessExecutorOptions { Workers = workers, Spares = 0, Policy = policy });

    [Fact]
    public async Task Submit_OfWhatKillsItsWorker_IsOrderedAnewAndOthersKeepTheirs()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy());
        using var gate = new Gate();
        string note = NewPath();
        Future<int> killed = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Retries = 1, Priority = 9 });
        Visitor visitor = await gate.NextAsync();
        Future later = executor.Submit(Work.Note, note, "later", new TaskOptions { Priority = 5 });
        Future urgent = executor.Submit(Work.Note, note, "urgent", new TaskOptions { Priority = 1 });

        Family.Signal(visitor.Pid, Signals.Kill);
        await urgent.InTime();
        await later.InTime();
        await gate.NextAsync();
        gate.Open();
        await killed.InTime();

        Assert.Equal(["urgent", "later"], Lines(note));
        Assert.Equal(1, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task Submit_OfTheUrgentBehindMany_IsNotBehindWhatWasSentAhead()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy());

        // Short ones, after which a worker without a policy is sent many ahead.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => executor.Submit(Work.Add, number, 0).Task)).InTime();
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future[] many = [.. Enumerable.Range(0, 20).Select(number => executor.Submit(Work.Note, note, "many", new TaskOptions { Priority = 1 }))];
        Future urgent = executor.Submit(Work.Note, note, "urgent");
        gate.Open();
        await Task.WhenAll([busy[0].Task, urgent.Task, .. many.Select(static future => future.Task)]).InTime();

        Assert.Equal("urgent", Lines(note)[0]);
    }

    [Fact]
    public async Task Submit_OfBigArguments_IsOrderedToo()
    {
        await using IExecutor executor = Create(1, new LifoPolicy());
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        byte[] big = new byte[1 << 20];
        Future<int>[] futures = [.. Enumerable.Range(0, 8).Select(_ => executor.Submit(static (byte[] bytes) => bytes.Length, big))];
        gate.Open();

        Assert.All(await Task.WhenAll(futures.Select(static future => future.Task)).InTime(), static length => Assert.Equal(1 << 20, length));
        await busy[0].InTime();
    }
}
