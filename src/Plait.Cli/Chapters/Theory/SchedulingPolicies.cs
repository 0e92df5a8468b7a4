using Plait.Cli.Workloads;
using Plait.Scheduling;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Chapters.Theory;

internal sealed class SchedulingPolicies() : Chapter(
    "scheduling",
    Parts.Theory,
    "First come, first served is good for long jobs and bad for short ones, shortest job first the reverse. Taking turns, and multilevel feedback,\n"
        + "serve short jobs soon without knowing which they are. How many times longer than alone jobs take tells; and the answers of textbooks come out.",
    "docs/scheduling.md",
    hasBreak: true)
{
    private static readonly Job[] s_jobs =
    [
        .. Enumerable.Range(1, 2).Select(static i => new Job($"long {i}", Burst.Cpu(100))),
        .. Enumerable.Range(0, 30).Select(static i => new Job($"short {i + 1}", Burst.Cpu(5)) { Arrival = 1 + (i * 10) }),
    ];

    public override Task RunAsync(ChapterContext context)
    {
        SchedulingPolicy first = new FifoPolicy();
        SchedulingPolicy shortest = new ShortestJobFirstPolicy();
        if (context.IsBroken)
        {
            (first, shortest) = (shortest, first);
        }

        (double Short, double Long) fcfs = Slowdowns("fcfs", first, context);
        (double Short, double Long) sjf = Slowdowns("sjf", shortest, context);
        (double Short, double Long) turns = Slowdowns("rr", new RoundRobinPolicy(quantum: 5), context);
        (double Short, double Long) feedback = Slowdowns("mlfq", new MultilevelFeedbackPolicy(new() { Levels = [new(5), new(20), new(80)], BoostInterval = 500 }), context);

        int known = 0;
        var differences = new List<string>();
        foreach (Workload workload in KnownWorkloads.Names.Select(static name => KnownWorkloads.Find(name, seed: 0)))
        {
            foreach (Expectation expectation in workload.Expectations)
            {
                known++;
                differences.AddRange(expectation.Differences(workload.Run(expectation.Policy, context.Cancellation)).Select(text => $"{workload.Name} {expectation.Policy}: {text}"));
            }
        }

        context.Fact("textbook_answers", known);
        context.Fact("textbook_differences", differences);
        context.Expect(fcfs.Long < sjf.Long, "first come, first served is better for long jobs than shortest job first");
        context.Expect(sjf.Short < fcfs.Short / 2, "shortest job first is far better for short jobs");
        context.Expect(turns.Short < fcfs.Short / 2, "so is taking turns, which does not know which they are");
        context.Expect(feedback.Short < turns.Short, "and multilevel feedback is better still, because long jobs go down");
        context.Expect(known > 20 && differences.Count == 0, "the answers of the textbooks come out");
        return Task.CompletedTask;
    }

    private static (double Short, double Long) Slowdowns(string name, SchedulingPolicy policy, ChapterContext context)
    {
        SimulationTrace trace = Simulator.Run(s_jobs, policy, cancellation: context.Cancellation);
        double Mean(string kind) => trace.Jobs.Where(job => job.Name.StartsWith(kind, StringComparison.Ordinal)).Average(static job => job.Slowdown!.Value);
        (double Short, double Long) means = (Mean("short"), Mean("long"));
        context.Fact($"{name}_short", means.Short);
        context.Fact($"{name}_long", means.Long);
        return means;
    }
}
