using Plait.Execution;
using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What executors keep besides that do not stop a task for another, whatever the policy would like.</summary>
public abstract class UnstoppedPolicyContract : ExecutorPolicyContract
{
    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Submit_UnderAnyPolicy_LeavesNoPlaceIdleWhileATaskWaits(string name)
    {
        await using IExecutor executor = Create(3, Make(name));
        using var gate = new Gate();

        Future<int>[] futures =
        [
            .. Enumerable.Range(0, 12).Select(number => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Priority = number % 4, ShareClass = $"c{number % 2}", ExpectedCost = TimeSpan.FromMilliseconds(12 - number) })),
        ];
        var here = new Queue<Visitor>(await gate.NextAsync(3));
        for (int i = 0; i < 9; i++)
        {
            // Whoever goes makes room for exactly one.
            Assert.False(gate.HasVisitor);
            here.Dequeue().LetPass();
            here.Enqueue(await gate.NextAsync());
        }

        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_OfTheMoreUrgentUnderPreemption_WaitsForTheEndOfWhatRuns()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy(new PriorityPolicyOptions { IsPreemptive = true, Quantum = 10 * SchedulingTime.Millisecond }));
        using var gate = new Gate();
        string note = NewPath();
        Future<int> running = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Priority = 9 });
        Visitor visitor = await gate.NextAsync();
        Future later = executor.Submit(Work.Note, note, "later", new TaskOptions { Priority = 5 });
        Future urgent = executor.Submit(Work.Note, note, "urgent", new TaskOptions { Priority = -5 });

        // Many times the quantum.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        await timer.WaitForNextTickAsync();
        Assert.Empty(Lines(note));
        visitor.LetPass();
        await Task.WhenAll(running.Task, urgent.Task, later.Task).InTime();

        Assert.Equal(["urgent", "later"], Lines(note));
    }
}
