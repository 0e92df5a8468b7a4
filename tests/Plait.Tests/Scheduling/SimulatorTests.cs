using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>The machine: devices, processors, the cost of changes, periods, and what it refuses.</summary>
public sealed class SimulatorTests
{
    [Theory]
    [InlineData("washer", "stove", "kettle", 40)]
    [InlineData("washer", "stove", "stove", 70)]
    [InlineData("stove", "stove", "stove", 100)]
    [InlineData(null, null, null, 40)]
    public void Run_OfJobsThatWantDevices_OverlapsThoseOfDifferentOnes(string? wash, string? cook, string? boil, long end)
    {
        SimulationTrace trace = Simulator.Run([new Job("wash", Burst.IO(30, wash)), new Job("cook", Burst.IO(30, cook)), new Job("boil", Burst.IO(40, boil))], new FifoPolicy());

        Assert.Equal(end, trace.End);
        Assert.Equal(100, trace.Devices.Sum(static device => device.Busy));
        Assert.All(trace.Devices, device => Assert.Equal((double)device.Busy / end, device.Utilisation));
        Assert.Equal(0, trace.Utilisation());
    }

    [Fact]
    public void Run_OfAJobThatBlocks_LetsAnotherRunMeanwhile()
    {
        SimulationTrace trace = Simulator.Run([new Job("A", Burst.Cpu(5), Burst.IO(10), Burst.Cpu(5)), new Job("B", Burst.Cpu(10))], new FifoPolicy());

        Assert.Equal(["A 0-5", "B 5-15", "A 15-20"], trace.Slices.Select(slice => $"{trace.Jobs[slice.Job].Name} {slice.Start}-{slice.End}"));
        Assert.Equal(
            [(0L, JobState.Ready), (0, JobState.Running), (5, JobState.Blocked), (15, JobState.Ready), (15, JobState.Running), (20, JobState.Terminated)],
            trace.StateChanges.Where(static change => change.Job == 0).Select(static change => (change.Time, change.To)));
        Assert.Equal(1, trace.Utilisation());
    }

    [Fact]
    public void Run_WithACostOfChanges_CountsThemAsWaiting()
    {
        SimulationTrace trace = Simulator.Run([new Job("A", Burst.Cpu(4)), new Job("B", Burst.Cpu(4))], new RoundRobinPolicy(2), new SimulationOptions { ContextSwitch = 1 });

        Assert.Equal(["A 0-2", "B 2-3 change", "B 3-5", "A 5-6 change", "A 6-8", "B 8-9 change", "B 9-11"], trace.Slices.Select(slice => $"{trace.Jobs[slice.Job].Name} {slice.Start}-{slice.End}{(slice.IsSwitch ? " change" : "")}"));
        Assert.Equal((3, 8L, 11L), (trace.ContextSwitches, trace.Jobs[0].Finish!.Value, trace.End));
        Assert.Equal([4L, 7], trace.Jobs.Select(static job => job.Waiting));
        Assert.Equal(8 / 11.0, trace.Utilisation());
    }

    [Fact]
    public void Run_OnSeveralProcessors_KeepsJobsWhereTheyMayRun()
    {
        Job[] jobs = [new Job("bound", Burst.Cpu(30)) { Affinity = [0] }, new Job("a", Burst.Cpu(20)), new Job("b", Burst.Cpu(20)), new Job("c", Burst.Cpu(10))];

        SimulationTrace trace = Simulator.Run(jobs, new RoundRobinPolicy(5), new SimulationOptions { Cpus = 2 });

        Assert.Equal([45L, 30, 35, 20], trace.Jobs.Select(static job => job.Turnaround!.Value));
        Assert.All(trace.Slices.Where(static slice => slice.Job == 0), static slice => Assert.Equal(0, slice.Place));
    }

    [Fact]
    public void Run_OfAJobThatStoppedAnother_MovesTheOtherToAProcessorThatIsFree()
    {
        // The urgent one may use the first processor only, where the other runs, who may use both.
        Job[] jobs = [new Job("anywhere", Burst.Cpu(10)) { Priority = 5 }, new Job("urgent", Burst.Cpu(4)) { Arrival = 2, Priority = 1, Affinity = [0] }];

        SimulationTrace trace = Simulator.Run(jobs, new PriorityPolicy(new() { IsPreemptive = true }), new SimulationOptions { Cpus = 2 });

        Assert.Equal(["0: 0 0-2", "0: 1 2-6", "1: 0 2-10"], trace.Slices.Select(static slice => $"{slice.Place}: {slice.Job} {slice.Start}-{slice.End}"));
    }

    [Fact]
    public void Run_UntilATime_CutsOffWhatRuns()
    {
        SimulationTrace trace = Simulator.Run([new Job("A", Burst.Cpu(10)), new Job("B", Burst.Cpu(10))], new FifoPolicy(), new SimulationOptions { Until = 15 });

        Assert.Equal((15L, 10L, (long?)null), (trace.End, trace.Jobs[0].Finish!.Value, trace.Jobs[1].Finish));
        Assert.Equal((5L, 10L), (trace.Jobs[1].CpuTime, trace.Jobs[1].Waiting));
        Assert.Equal(10, trace.MeanTurnaround);
    }

    [Fact]
    public void Run_OfAPeriodicJob_IsARoundAPeriod()
    {
        SimulationTrace trace = Simulator.Run([new Job("P", Burst.Cpu(2)) { Period = 10, Arrival = 1 }], new RateMonotonicPolicy(), new SimulationOptions { Until = 30 });

        Assert.Equal([(1, 1L, 3L), (2, 11, 13), (3, 21, 23)], trace.Jobs.Select(static job => (job.Round, job.Arrival, job.Finish!.Value)));
        Assert.Empty(trace.MissedDeadlines);
    }

    [Fact]
    public void Run_OfAJobThatIsDoneAtItsDeadline_MissesNothing()
    {
        Job[] jobs = [new Job("just", Burst.Cpu(5)) { Deadline = 5 }, new Job("late", Burst.Cpu(5)) { Deadline = 9 }];

        SimulationTrace trace = Simulator.Run(jobs, new EarliestDeadlineFirstPolicy());

        Assert.Equal([new MissedDeadline(1, 9, 10)], trace.MissedDeadlines);
    }

    [Fact]
    public void Run_WithoutClairvoyance_LearnsFromPastRunsOfTheName()
    {
        Job[] jobs = [new Job("long", Burst.Cpu(50)), new Job("short", Burst.Cpu(2))];
        var blind = new SimulationOptions { IsClairvoyant = false };
        var policy = new ShortestJobFirstPolicy(10);

        SimulationTrace first = Simulator.Run(jobs, policy, blind);
        SimulationTrace second = Simulator.Run(jobs, policy, blind);

        // Alike to look at, so they ran in their order; then it knew which is the short one.
        Assert.Equal([0L, 50], first.Jobs.Select(static job => job.Response!.Value));
        Assert.Equal([2L, 0], second.Jobs.Select(static job => job.Response!.Value));
    }

    [Fact]
    public void Run_OfACancelledSimulation_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => Simulator.Run([new Job("A", Burst.Cpu(1))], new FifoPolicy(), cancellation: cancelled.Token));
    }

    [Fact]
    public void Run_OfWhatCannotBe_IsRefusedWithTheValue()
    {
        Assert.Contains("'A'", Assert.Throws<ArgumentException>(static () => new Job("A")).Message);
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(static () => Burst.Cpu(-1)).Message);
        Assert.Contains("Affinity is 3", Assert.Throws<ArgumentException>(static () => Simulator.Run([new Job("A", Burst.Cpu(1)) { Affinity = [3] }], new FifoPolicy())).Message);
        Assert.Contains("Period", Assert.Throws<ArgumentException>(static () => Simulator.Run([new Job("A", Burst.Cpu(1)) { Period = 3 }], new FifoPolicy())).Message);
        Assert.Contains("65", Assert.Throws<ArgumentOutOfRangeException>(static () => Simulator.Run([], new FifoPolicy(), new SimulationOptions { Cpus = 65 })).Message);
        var used = new FifoPolicy();
        used.Add(new SchedulingEntry<int>(0), now: 0);
        Assert.Contains("1 entries", Assert.Throws<ArgumentException>(() => Simulator.Run([], used)).Message);
    }

    [Fact]
    public void MoveTo_OfAnyPairOfStates_AllowsTheSixSteps()
    {
        (JobState, JobState)[] steps =
        [
            (JobState.New, JobState.Ready), (JobState.Ready, JobState.Running), (JobState.Running, JobState.Ready),
            (JobState.Running, JobState.Blocked), (JobState.Running, JobState.Terminated), (JobState.Blocked, JobState.Ready),
        ];
        JobState[] path = [JobState.Ready, JobState.Running, JobState.Terminated];

        foreach (JobState from in Enum.GetValues<JobState>())
        {
            foreach (JobState to in Enum.GetValues<JobState>())
            {
                var life = new JobLife("it");
                foreach (JobState step in from == JobState.Blocked ? [JobState.Ready, JobState.Running, JobState.Blocked] : path.Take(Array.IndexOf(path, from) + 1))
                {
                    life.MoveTo(step);
                }

                Assert.Equal(from, life.State);
                Exception? refused = Record.Exception(() => life.MoveTo(to));
                Assert.Equal(steps.Contains((from, to)), refused is null);
                Assert.Equal(refused is null ? to : from, life.State);
                Assert.True(refused is null or InvalidOperationException);
            }
        }
    }
}
