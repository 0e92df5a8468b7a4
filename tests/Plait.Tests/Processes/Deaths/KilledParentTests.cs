using System.Globalization;
using Plait.Interop;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>A parent is killed with SIGKILL, which runs no code of anybody: everything below it is gone within a second, foreign programs included.</summary>
public sealed class KilledParentTests
{
    /// <summary>The pids that one worker of the tree told.</summary>
    private sealed record Worker(int Generation, int Pid, int SleepOfFramework, int SleepOfOurs);

    [Theory]
    [InlineData("idle", 1)]
    [InlineData("idle", 2)]
    [InlineData("idle", 3)]
    [InlineData("busy", 1)]
    [InlineData("busy", 2)]
    [InlineData("busy", 3)]
    public void Parent_KilledAboveGenerations_LeavesNobody(string mode, int generations)
    {
        using Dummy parent = Dummy.Start(["tree", mode, generations.ToString(CultureInfo.InvariantCulture)]);
        Worker[] workers = ReadTree(parent, generations);
        int[] keepers = KeepersOf(generations + 1, [parent.Pid, .. workers.Select(worker => worker.Pid)]);
        Assert.All(workers, worker => Assert.True(ProcFiles.IsAlive(worker.SleepOfFramework) && ProcFiles.IsAlive(worker.SleepOfOurs)));

        parent.Signal(Signals.Kill);

        AssertAllGone(parent, keepers);
    }

    [Fact]
    public void Parent_KilledWithAStoppedChild_LeavesNobody()
    {
        using Dummy parent = Dummy.Start(["tree", "idle", "2"]);
        Worker[] workers = ReadTree(parent, 2);
        int[] stopped = [workers[1].Pid, workers[1].SleepOfFramework, workers[0].SleepOfOurs];
        foreach (int pid in stopped)
        {
            Family.Signal(pid, Signals.Stop);
            Limits.Until(() => ProcFiles.State(pid) == 'T', $"process {pid} stopped");
        }

        parent.Signal(Signals.Kill);

        AssertAllGone(parent, []);
    }

    [Fact]
    public void Parent_KilledAfterItsKeeperWas_LeavesNobody()
    {
        using Dummy parent = Dummy.Start(["tree", "idle", "1"]);
        Worker worker = ReadTree(parent, 1)[0];
        int first = KeepersOf(1, parent.Pid)[0];

        Family.Signal(first, Signals.Kill);
        int[] second = [];
        Limits.Until(() => (second = [.. ProcFiles.KeepersOf([parent.Pid]).Where(pid => pid != first)]).Length == 1, "a second keeper");
        Assert.True(ProcFiles.IsAlive(worker.Pid));
        Assert.Equal('X', ProcFiles.State(first));

        // The new keeper is told of the groups right after its start; reading them it sleeps again.
        Limits.Until(() => ProcFiles.State(second[0]) == 'S', "the second keeper waiting");
        parent.Signal(Signals.Kill);

        AssertAllGone(parent, second);
    }

    [Fact]
    public void Parent_KilledTogetherWithItsKeeper_LeavesNoWorker()
    {
        using Dummy parent = Dummy.Start(["tree", "busy", "2"]);
        Worker[] workers = ReadTree(parent, 2);
        int keeper = KeepersOf(1, parent.Pid)[0];
        Family.Signal(parent.Pid, Signals.Stop);
        Limits.Until(() => ProcFiles.State(parent.Pid) == 'T', "the parent stopped, so that it starts no second keeper");

        Family.Signal(keeper, Signals.Kill);
        Family.Signal(parent.Pid, Signals.Kill);

        // What a first-generation function started itself has lost both that knew of it; the workers, and what the second
        // generation started, have not: its own parent's keeper is still there.
        using var others = new Family();
        int[] below = [.. workers.Select(worker => worker.Pid), workers[1].SleepOfFramework, workers[1].SleepOfOurs, workers[0].SleepOfOurs];
        Assert.Equal(string.Empty, others.WaitUntilGone(Limits.OneSecond(), below).Left);
        Assert.Equal(Signals.Kill, parent.Outcome.Signal);
    }

    [Fact]
    public void MiddleGeneration_Killed_TakesEverythingBelowWithIt()
    {
        using Dummy parent = Dummy.Start(["tree", "busy", "3"]);
        Worker[] workers = ReadTree(parent, 3);

        Family.Signal(workers[1].Pid, Signals.Kill);

        // The first generation sweeps the second's group and stays; the second's keeper sweeps the third's.
        using var others = new Family();
        int[] below = [.. workers[1..].SelectMany(worker => new[] { worker.Pid, worker.SleepOfFramework, worker.SleepOfOurs })];
        Assert.Equal(string.Empty, others.WaitUntilGone(Limits.OneSecond(), below).Left);
        Assert.True(ProcFiles.IsAlive(workers[0].Pid));
        Assert.True(ProcFiles.IsAlive(workers[0].SleepOfFramework));
    }

    // A process that has just been exec'd has no command line for a moment.
    private static int[] KeepersOf(int count, params int[] owners)
    {
        int[] keepers = [];
        Limits.Until(() => (keepers = ProcFiles.KeepersOf(owners)).Length == count, $"{count} keepers");
        return keepers;
    }

    // In order of generation.
    private static Worker[] ReadTree(Dummy parent, int generations)
    {
        var workers = new List<Worker>();
        while (workers.Count < generations)
        {
            int[] numbers = [.. parent.ReadLine()!.Split(' ')[1..].Select(static field => int.Parse(field, CultureInfo.InvariantCulture))];
            workers.Add(new Worker(numbers[0], numbers[1], numbers[2], numbers[3]));
        }

        return [.. workers.OrderBy(static worker => worker.Generation)];
    }

    private static void AssertAllGone(Dummy parent, int[] keepers)
    {
        (TimeSpan elapsed, string left) = parent.Family.WaitUntilGone(Limits.OneSecond(), keepers);
        Assert.Equal(string.Empty, left);
        TestContext.Current.TestOutputHelper?.WriteLine($"all gone after {elapsed.TotalMilliseconds:0} ms");
        Assert.Equal(Signals.Kill, parent.Outcome.Signal);
        Assert.Empty(parent.ReadToEnd());
    }
}
