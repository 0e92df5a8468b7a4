using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Deadlock() : Chapter(
    "deadlock",
    Parts.LocksAndThreads,
    "Each unit has one of two locks and waits for the other: nobody goes on, for ever. First ten threads, then two processes.\n"
        + "The waits are found to be a circle; one unit is told, with every unit's name, file and line. It lets go, and all end.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Threads = 10;
    private static readonly TimeSpan s_threshold = TimeSpan.FromSeconds(0.05);

    public override async Task RunAsync(ChapterContext context)
    {
        TimeSpan usual = DeadlockDetection.Threshold;
        DeadlockDetection.Threshold = s_threshold;
        try
        {
            using var scope = ThreadScope.Create();
            Show(context, "threads", Quarrel.Run(context, Threads, scope.CreateLock("noodles"), scope.CreateLock("fork"), context.IsBroken), Threads);
        }
        finally
        {
            DeadlockDetection.Threshold = usual;
        }

        using var processes = ProcessScope.Create();
        (ILock noodles, ILock fork) = (processes.CreateLock("noodles"), processes.CreateLock("fork"));
        (IEvent first, IEvent second) = (processes.CreateEvent(), processes.CreateEvent());
        var moment = TimeSpan.FromSeconds(context.IsBroken ? 0.1 : 20);
        await using ChildProcess<Told> ann = ChildProcess.Start(Eat, (noodles, fork), (first, second), moment, new ChildProcessOptions { Name = "ann" });
        await using ChildProcess<Told> bob = context.IsBroken
            ? ChildProcess.Start(Eat, (noodles, fork), (first, second), moment, new ChildProcessOptions { Name = "bob" })
            : ChildProcess.Start(Eat, (fork, noodles), (second, first), moment, new ChildProcessOptions { Name = "bob" });
        Told[] told = await Task.WhenAll(ann.GetResultAsync(context.Cancellation), bob.GetResultAsync(context.Cancellation));
        string[] reports = [.. told.SelectMany(t => t.Reports)];
        context.Say(reports.FirstOrDefault() ?? "the two processes met no deadlock");
        context.Fact("processes_ended", told.Sum(t => t.Ended));
        context.Fact("processes_deadlocks", reports.Length);
        context.Expect(told.Sum(t => t.Ended) == 2, "both processes end");
        context.Expect(reports is [var report] && IsComplete(report, $"ann (pid {ann.Pid})", $"bob (pid {bob.Pid})"), "one of the two is told of the deadlock, once, with both names, both locks, file and line");
    }

    private static void Show(ChapterContext context, string name, (int Ended, IReadOnlyList<DeadlockReport> Reports) run, int units)
    {
        string report = run.Reports is [var first, ..] ? first.ToString() : "no deadlock";
        context.Say(report);
        context.Fact($"{name}_ended", run.Ended);
        context.Fact($"{name}_deadlocks", run.Reports.Count);
        context.Expect(run.Ended == units, $"all {units} {name} end");
        context.Expect(IsComplete(report, $"(pid {Environment.ProcessId}), thread"), $"the deadlock of {name} is found: the report names the {name}, both locks, file and line");
    }

    private static bool IsComplete(string report, params string[] units) =>
        units.Concat(["'noodles'", "'fork'", "waits for lock", "Quarrel.cs:"]).All(part => report.Contains(part, StringComparison.Ordinal));

    private static Told Eat((ILock, ILock) locks, (IEvent, IEvent) taken, TimeSpan moment)
    {
        DeadlockDetection.Threshold = s_threshold;
        var reports = new List<string>();
        return new Told(Quarrel.TakeBoth(locks.Item1, locks.Item2, taken.Item1, taken.Item2, moment, report => reports.Add(report.ToString())), [.. reports]);
    }

    private sealed record Told(int Ended, string[] Reports);
}
