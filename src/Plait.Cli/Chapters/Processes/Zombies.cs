using Plait.Cli.Terminal;
using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Zombies() : Chapter(
    "zombies",
    Parts.Processes,
    "A child that ended and was not collected by its parent is a zombie: state Z, its pid kept, one less for others.\n"
        + "Plait collects every child of its own as it ends, joined or not: none is ever left.",
    "docs/child-process.md",
    hasBreak: true)
{
    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(10);

    public override async Task RunAsync(ChapterContext context)
    {
        using (ChildProcess parent = StartZombies(1))
        {
            int zombie = int.Parse(new StreamReader(parent.StandardOutput!).ReadLine()!);
            await ProcessTable.WaitUntilAsync(() => ProcessTable.Find(zombie)?.State == 'Z', TimeSpan.FromSeconds(20), context.Time, context.Cancellation);
            (char state, int of) = ProcessTable.Find(zombie)!.Value;
            context.Say($"pid {zombie} has ended; its parent, {of}, does not ask");
            context.Fact("state", state);
            context.Fact("pid_kept", zombie);
            context.Expect(state == 'Z' && of == parent.Pid, "the ended child of a parent that does not collect it is a zombie, its pid in use");
        }

        string? limit = await ZombieLimit.RunAsync(context);
        context.Fact("limit", limit ?? "not-permitted");
        if (limit is not null)
        {
            context.Expect(limit == "ProcessLimit,ok", "under a limit on processes no new one starts until the zombies are collected; one does then");
        }

        int count = context.IsQuick ? 50 : 1000;
        int left = context.IsBroken ? await CountUncollectedAsync(context, count) : await CountLeftAsync(context, count);
        context.Fact("children", count);
        context.Fact("zombies_left", left);
        context.Expect(left == 0, $"{count} children leave no zombie");
    }

    /// <summary>A shell starts programs that end, prints the pid of the last and stops itself: it collects nobody before it is continued.</summary>
    internal static ChildProcess StartZombies(int count) => ChildProcess.StartProgram(
        "/bin/sh",
        ["-c", $"i=0; while [ $i -lt {count} ]; do sleep 0.3 & i=$((i+1)); done; echo $!; kill -STOP $$; wait; echo collected; read line"],
        new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe });

    private static async Task<int> CountUncollectedAsync(ChapterContext context, int count)
    {
        using ChildProcess parent = StartZombies(count);
        await ProcessTable.WaitUntilAsync(() => ProcessTable.CountZombiesOf(parent.Pid) == count, TimeSpan.FromSeconds(20), context.Time, context.Cancellation);
        return ProcessTable.CountZombiesOf(parent.Pid);
    }

    private static async Task<int> CountLeftAsync(ChapterContext context, int count)
    {
        using ProgressBar bar = context.Progress(count, "children");
        await Parallel.ForAsync(0, count, context.Cancellation, async (_, token) =>
        {
            await using ChildProcess child = ChildProcess.Start(static () => { });
            await child.JoinAsync(cancellationToken: token);
            bar.Advance();
        });
        return ProcessTable.CountZombiesOf(Environment.ProcessId);
    }
}
