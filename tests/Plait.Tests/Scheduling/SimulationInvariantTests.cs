using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>What holds in every simulation, under every policy.</summary>
public sealed class SimulationInvariantTests
{
    public static TheoryData<string> Names => PolicyPairs.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfAnyJobs_FinishesAllAndAddsUp(string name) => ForEachSeed(name, static (jobs, _, trace) =>
    {
        for (int i = 0; i < jobs.Length; i++)
        {
            JobResult result = trace.Jobs[i];
            long cpu = jobs[i].Bursts.Where(static burst => !burst.IsIO).Sum(static burst => burst.Length);
            Assert.Equal(cpu, result.CpuTime);
            Assert.Equal(cpu, trace.Slices.Where(slice => slice.Job == i && !slice.IsSwitch).Sum(static slice => slice.Length));
            Assert.Equal(result.Turnaround, cpu + result.Waiting + TimeIn(JobState.Blocked, i, trace));
            Assert.InRange(result.Response!.Value, 0, result.Turnaround!.Value);
            Assert.True(result.Slowdown >= 1);
        }
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfAnyJobs_TakesOnlyLegalSteps(string name) => ForEachSeed(name, static (jobs, _, trace) =>
    {
        var states = new JobState[jobs.Length];
        long last = 0;
        foreach (StateChange change in trace.StateChanges)
        {
            Assert.Equal(states[change.Job], change.From);
            Assert.True(JobLife.IsStep(change.From, change.To), $"{change}");
            Assert.True(change.Time >= last);
            states[change.Job] = change.To;
            last = change.Time;
        }

        Assert.All(states, static state => Assert.Equal(JobState.Terminated, state));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfAnyJobs_GivesAProcessorOneJobAndAJobOneProcessor(string name) => ForEachSeed(name, static (jobs, options, trace) =>
    {
        foreach (IGrouping<int, GanttSlice> of in trace.Slices.GroupBy(static slice => slice.Place).Concat(trace.Slices.GroupBy(static slice => slice.Job)))
        {
            GanttSlice[] slices = [.. of.OrderBy(static slice => slice.Start).ThenBy(static slice => slice.End)];
            Assert.All(slices.Zip(slices.Skip(1)), static pair => Assert.True(pair.First.End <= pair.Second.Start, $"{pair.First} and {pair.Second} overlap"));
        }

        Assert.All(trace.Slices, slice => Assert.True(jobs[slice.Job].Affinity.Count == 0 || jobs[slice.Job].Affinity.Contains(slice.Place)));
        Assert.All(trace.Slices, slice => Assert.InRange(slice.Place, 0, options.Cpus - 1));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfAnyJobs_LeavesNoProcessorIdleThatAJobCouldHave(string name) => ForEachSeed(name, static (jobs, options, trace) =>
    {
        var states = new JobState[jobs.Length];
        foreach (IGrouping<long, StateChange> moment in trace.StateChanges.GroupBy(static change => change.Time))
        {
            foreach (StateChange change in moment)
            {
                states[change.Job] = change.To;
            }

            bool[] isBusy = new bool[options.Cpus];
            foreach (GanttSlice slice in trace.Slices.Where(slice => slice.Start <= moment.Key && moment.Key < slice.End))
            {
                isBusy[slice.Place] = true;
            }

            for (int job = 0; job < jobs.Length; job++)
            {
                Assert.True(
                    states[job] != JobState.Ready || Enumerable.Range(0, options.Cpus).All(cpu => isBusy[cpu] || (jobs[job].Affinity.Count > 0 && !jobs[job].Affinity.Contains(cpu))),
                    $"at {moment.Key} job {job} waits beside an idle processor");
            }
        }
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfTheSameJobsTwice_IsTheSame(string name)
    {
        for (int seed = 100; seed < 110; seed++)
        {
            (Job[] jobs, SimulationOptions options) = Workloads.Random(seed);

            SimulationTrace first = Simulator.Run(jobs, PolicyPairs.Real(name), options, TestContext.Current.CancellationToken);
            SimulationTrace second = Simulator.Run(jobs, PolicyPairs.Real(name), options, TestContext.Current.CancellationToken);

            Assert.Equal(first.StateChanges, second.StateChanges);
            Assert.Equal(first.Slices, second.Slices);
            Assert.Equal(first.Jobs, second.Jobs);
            Assert.Equal(first.MissedDeadlines, second.MissedDeadlines);
        }
    }

    private static void ForEachSeed(string name, Action<Job[], SimulationOptions, SimulationTrace> check)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            (Job[] jobs, SimulationOptions options) = Workloads.Random(seed);
            try
            {
                check(jobs, options, Simulator.Run(jobs, PolicyPairs.Real(name), options, TestContext.Current.CancellationToken));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new Xunit.Sdk.XunitException($"Workloads.Random({seed}) under {name}: {failure.Message}", failure);
            }
        }
    }

    private static long TimeIn(JobState state, int job, SimulationTrace trace)
    {
        StateChange[] changes = [.. trace.StateChanges.Where(change => change.Job == job)];
        return changes.Zip(changes.Skip(1)).Where(pair => pair.First.To == state).Sum(static pair => pair.Second.Time - pair.First.Time);
    }
}
