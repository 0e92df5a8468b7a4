using Plait.Execution;
using Plait.Interop;
using Plait.Processes;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Plait.Tests.Scheduling;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>A hybrid executor whose order a policy decides.</summary>
public sealed class HybridExecutorPolicyTests : UnstoppedPolicyContract
{
    private static readonly int[] s_mixed = [3, 1, 4, 0, 2];

    protected override IExecutor Create(int workers, SchedulingPolicy policy) => Create(processes: 1, workers, policy);

    [Fact]
    public async Task Submit_WithRoomBesideOthers_SpreadsTasksOverTheProcesses()
    {
        await using HybridExecutor executor = Create(processes: 2, tasks: 3, new PriorityPolicy());
        using var gate = new Gate();
        await UntilAsync(() => executor.GetStatistics().Workers == 6);

        List<Future<int>> futures = [.. Enumerable.Range(0, 4).Select(number => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Priority = number }))];
        Assert.Equal([2, 2], (await gate.NextAsync(4)).GroupBy(static visitor => visitor.Pid).Select(static group => group.Count()));

        // The rest of the places, and one too many.
        futures.AddRange(Enumerable.Range(0, 3).Select(number => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Priority = number })));
        await gate.NextAsync(2);
        Assert.Equal(1, executor.GetStatistics().Pending);
        Assert.False(gate.HasVisitor);
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_WithOneFreePlaceOfFour_GivesItToTheMostUrgent()
    {
        await using HybridExecutor executor = Create(processes: 2, tasks: 2, new PriorityPolicy());
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] visitors = await gate.NextAsync(4);
        Future[] waiting = [.. s_mixed.Select(priority => executor.Submit(Work.Note, note, $"{priority}", new TaskOptions { Priority = priority }))];

        visitors[2].LetPass();
        await Task.WhenAll(waiting.Select(static future => future.Task)).InTime();

        Assert.Equal(["0", "1", "2", "3", "4"], Lines(note));
        gate.Open();
        await Task.WhenAll(busy.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_OfSeveralInOneProcess_TellsThePolicyWhatEachRan()
    {
        var policy = new WatchedPolicy();
        await using HybridExecutor executor = Create(processes: 1, tasks: 3, policy);
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 3).Select(number => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Name = $"{number}" }))];
        await gate.NextAsync(3);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        await timer.WaitForNextTickAsync();
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        await UntilAsync(() => policy.Ended.Count == 3);
        Assert.Equal(["0", "1", "2"], policy.Ended.Select(static end => end.Name).Order());
        Assert.All(policy.Ended, static end => Assert.InRange(end.Ran, 30 * SchedulingTime.Millisecond, SchedulingTime.Of(Waits.Hang)));
    }

    [Fact]
    public async Task Submit_OfWhatIsGivenUp_TellsThePolicyOfItsEndOnce()
    {
        var policy = new WatchedPolicy();
        await using HybridExecutor executor = Create(processes: 1, tasks: 2, policy, grace: TimeSpan.Zero);
        using var gate = new Gate();
        Future<int> neighbour = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Name = "neighbour" });
        Visitor visitor = await gate.NextAsync();
        Future<int> deaf = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Name = "deaf", Timeout = TimeSpan.FromMilliseconds(100) });
        Visitor left = await gate.NextAsync();

        await deaf.FailsWith<TimeoutException>();
        visitor.LetPass();
        await neighbour.InTime();
        await left.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2, new TaskOptions { Name = "next" }).InTime());

        await UntilAsync(() => policy.Ended.Count == 3);
        Assert.Equal(["deaf", "neighbour", "next"], policy.Ended.Select(static end => end.Name));
        Assert.InRange(policy.Ended.First().Ran, 90 * SchedulingTime.Millisecond, SchedulingTime.Of(Waits.Hang));
    }

    [Fact]
    public async Task Submit_OfWhatDiesTogether_IsOrderedAnewAndToldToThePolicyOnceAnAttempt()
    {
        var policy = new WatchedPolicy();
        await using HybridExecutor executor = Create(processes: 1, tasks: 2, policy);
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 2).Select(number => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Name = $"{number}", Retries = 1 }))];
        Visitor[] visitors = await gate.NextAsync(2);

        Family.Signal(visitors[0].Pid, Signals.Kill);
        await gate.NextAsync();
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        await UntilAsync(() => policy.Ended.Count == 4);
        Assert.Equal(["0", "0", "1", "1"], policy.Ended.Select(static end => end.Name).Order());
        Assert.Equal(0, executor.GetStatistics().Pending);
        Assert.Equal(0, policy.Count);
    }

    private static HybridExecutor Create(int processes, int tasks, SchedulingPolicy policy, TimeSpan? grace = null) =>
        new(new HybridExecutorOptions { Processes = processes, TasksPerProcess = tasks, Spares = 0, Policy = policy, Grace = grace ?? TimeSpan.FromSeconds(20) });
}
