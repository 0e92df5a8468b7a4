using Plait.Processes;
using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Theory;

internal sealed class ThreeStates() : Chapter(
    "three-states",
    Parts.Theory,
    "Ready, running, blocked: every job is ready before it runs, and again after it was blocked; other steps are refused.\n"
        + "Beside the simulation a real child, as the kernel sees it: R while it computes, S while it waits, T while it is stopped.",
    "docs/scheduling.md",
    hasBreak: true)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public override async Task RunAsync(ChapterContext context)
    {
        Job[] jobs = [.. Enumerable.Range(1, 6).Select(i => new Job($"job {i}", Burst.Cpu(i * 3), Burst.IO(5, i % 2 == 0 ? "disk" : null), Burst.Cpu(4)) { Arrival = i })];
        SimulationTrace trace = Simulator.Run(jobs, new RoundRobinPolicy(quantum: 4));
        List<StateChange> steps = [.. trace.StateChanges];
        if (context.IsBroken)
        {
            // A job that lost a processor it did not have.
            steps.Insert(steps.Count / 2, new StateChange(steps[steps.Count / 2].Time, Job: 0, JobState.Running, JobState.Ready));
        }

        int broken = 0;
        var states = new JobState[jobs.Length];
        foreach (StateChange step in steps)
        {
            bool endsARun = step.From != JobState.Running || trace.StateChanges.Any(run => run.Job == step.Job && run.To == JobState.Running && run.Time < step.Time);
            broken += states[step.Job] == step.From && JobLife.IsStep(step.From, step.To) && endsARun ? 0 : 1;
            states[step.Job] = step.To;
        }

        int refused = Refused();
        context.Say($"six jobs made {steps.Count} steps; of the 25 pairs of states {refused} are no steps and are refused");
        context.Fact("steps", steps.Count);
        context.Fact("blocked", steps.Count(static step => step.To == JobState.Blocked));
        context.Fact("wrong_steps", broken);
        context.Fact("refused_pairs", refused);
        context.Expect(broken == 0, "each step begins where the last one ended, and nothing runs that was not ready");
        context.Expect(refused == 19, "of the 25 pairs of states six are steps, and all others are refused");
        context.Expect(steps.Count(static step => step.To == JobState.Blocked) == jobs.Length, "a job that asks its device is blocked");
        await WatchChildAsync(context);
    }

    private static int Refused()
    {
        JobState[] states = Enum.GetValues<JobState>();
        return states.Sum(from => states.Count(to => !JobLife.IsStep(from, to)));
    }

    private static async Task WatchChildAsync(ChapterContext context)
    {
        using var scope = ProcessScope.Create();
        using IEvent begun = scope.CreateEvent();
        using IEvent tired = scope.CreateEvent();
        using IEvent over = scope.CreateEvent();
        await using ChildProcess child = ChildProcess.Start(KernelStates.Work, begun, tired, over);
        await begun.WaitAsync(s_patience, context.Cancellation);
        bool runs = await KernelStates.ReachAsync(child.Pid, 'R', context, s_patience);
        KernelStates.Send("STOP", child.Pid);
        bool isStopped = await KernelStates.ReachAsync(child.Pid, 'T', context, s_patience);
        KernelStates.Send("CONT", child.Pid);
        bool goesOn = await KernelStates.ReachAsync(child.Pid, 'R', context, s_patience);
        tired.Set();
        bool sleeps = await KernelStates.ReachAsync(child.Pid, 'S', context, s_patience);
        over.Set();
        context.Fact("child", $"{(runs ? 'R' : '-')}{(isStopped ? 'T' : '-')}{(goesOn ? 'R' : '-')}{(sleeps ? 'S' : '-')}");
        context.Expect(runs && isStopped && goesOn && sleeps, "the kernel shows a child that computes as R, stopped as T, again as R, and waiting as S");
        context.Expect(await child.JoinAsync(s_patience, context.Cancellation), "and it ends");
    }
}
