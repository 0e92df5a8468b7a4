using Plait.Cli.Chapters.Processes;
using Plait.Processes;

namespace Plait.Cli.Chapters.Locks;

internal sealed class ThreadLimit() : Chapter(
    "thread-limit",
    Parts.LocksAndThreads,
    "Four hundred threads that sleep for two seconds take little more than two seconds together: sleepers need no core.\n"
        + "But each costs memory and a place under the system's limits: at the limit a start is refused with a typed error, nothing is lost.",
    "docs/threads.md")
{
    private const int Sleepers = 400;
    private const int Many = 40_000;

    public override async Task RunAsync(ChapterContext context)
    {
        var sleep = TimeSpan.FromSeconds(context.IsQuick ? 0.2 : 2);
        TimeSpan slept = Crew.Run(context, Sleepers, _ => context.WaitAsync(sleep).Wait(context.Cancellation));
        context.Say($"{Sleepers} threads slept {sleep.TotalSeconds} s each: {slept.TotalSeconds:0.00} s in all");
        context.Fact("sleepers", Sleepers);
        context.Fact("sleep", sleep);
        context.Fact("slept", slept);
        context.Expect(slept >= sleep && slept < Sleepers * sleep / 10, "they sleep together, not one after another");

        int measured = context.IsQuick ? 200 : 4000;
        await using ChildProcess<ThreadCost> child = ChildProcess.Start(ThreadCost.Measure, measured, new ChildProcessOptions { Name = "many" });
        ThreadCost cost = await child.GetResultAsync(context.Cancellation);
        context.Say($"{cost.Started} threads that wait: {cost.Started * cost.StartMicroseconds / 1e6:0.00} s to start, {cost.Started * cost.Kibibytes / 1024:0} MiB of RAM, {cost.Mappings:0.0} memory mappings each");
        context.Say($"40,000 would take {Many * cost.StartMicroseconds / 1e6:0.0} s, {Many * cost.Kibibytes / 1024:0} MiB and {Many * cost.Mappings:0} mappings, of which a process may have {cost.MostMappings}; the machine has {cost.MostPids} thread numbers");
        context.Fact("many_measured", cost.Started);
        context.Fact("start_us", cost.StartMicroseconds);
        context.Fact("kib_each", cost.Kibibytes);
        context.Fact("mappings_each", cost.Mappings);
        context.Fact("many_mib", Many * cost.Kibibytes / 1024);
        context.Fact("many_possible", Many * cost.Mappings < cost.MostMappings && Many < cost.MostPids);
        context.Expect(cost.Kibibytes > 1, "a thread that does nothing costs memory all the same");

        if (PidGroup.Create() is not { } group)
        {
            context.Fact("limit", "not-permitted");
            context.Say("no start under a limit: it takes root and the pids control group");
            return;
        }

        try
        {
            await using ChildProcess<ThreadRefusal> limited = ChildProcess.Start(ThreadRefusal.StartWithoutEnd, group, new ChildProcessOptions { Name = "limited" });
            ThreadRefusal refusal = await limited.GetResultAsync(context.Cancellation);
            context.Say(refusal.Message);
            context.Fact("limit", refusal.Limit);
            context.Fact("started", refusal.Started);
            context.Fact("ended_well", refusal.EndedWell);
            context.Expect(refusal.Limit == refusal.ToldLimit, "at the limit a start is refused with a ThreadStartRefusedException that names it");
            context.Expect(refusal.Started > 0 && refusal.EndedWell == refusal.Started && refusal.RunsAgain, "nothing is lost: all that were started end well, and afterwards one starts again");
        }
        finally
        {
            await ProcessTable.WaitUntilAsync(() => File.ReadAllText($"{group}/cgroup.procs").Length == 0, TimeSpan.FromSeconds(5), context.Time, CancellationToken.None);
            Directory.Delete(group);
        }
    }
}
