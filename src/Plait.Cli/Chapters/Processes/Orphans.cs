using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Orphans() : Chapter(
    "orphans",
    Parts.Processes,
    "A child whose parent has ended is an orphan: it lives on, under another parent that adopts it.\n"
        + "Plait makes none: kill a parent with signal 9, and every process it had started, in every generation, ends.",
    "docs/child-process.md",
    hasBreak: true)
{
    // A session of its own: Plait ends what is left in a program's process group. It tells its pid when it is out of there.
    private const string Orphan = "setsid /bin/sh -c 'echo $$; exec sleep 600' &";

    private static readonly ChildProcessOptions s_piped = new() { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe };

    public override async Task RunAsync(ChapterContext context)
    {
        using (ChildProcess shell = ChildProcess.StartProgram("/bin/sh", ["-c", $"{Orphan} read line"], s_piped))
        {
            int orphan = ReadPids(shell, 1)[0];
            int? before = ProcessTable.Find(orphan)?.ParentPid;
            shell.StandardInput!.Dispose();
            await shell.JoinAsync(cancellationToken: context.Cancellation);
            (char state, int after)? adopted = ProcessTable.Find(orphan);
            End(orphan);
            context.Say($"pid {orphan} had the parent {before}; that one ended, and now it is {adopted?.after}");
            context.Fact("shell", shell.Pid);
            context.Fact("parent_before", before);
            context.Fact("parent_after", adopted?.after);
            context.Expect(before == shell.Pid && adopted is not (null or ('Z', _)) && adopted?.after != shell.Pid, "an orphan lives on under another parent");
        }

        using ChildProcess parent = context.IsBroken
            ? ChildProcess.StartProgram("/bin/sh", ["-c", $"{Orphan} {Orphan} {Orphan} read line"], s_piped)
            : ChildProcess.Start(RunFamily, 2, s_piped);
        int[] descendants = ReadPids(parent, 3);
        context.Expect(!descendants.Any(ProcessTable.HasEnded), "three descendants live: a child, its child, and the foreign program that this one started");
        context.Say($"killing {parent}, whose descendants are {string.Join(", ", descendants)}");
        TimeSpan start = context.Elapsed;
        parent.Kill();
        bool areGone = await ProcessTable.WaitUntilAsync(() => descendants.All(ProcessTable.HasEnded), TimeSpan.FromSeconds(1), context.Time, context.Cancellation);
        context.Fact("descendants", descendants.Length);
        context.Fact("left_after_kill", descendants.Count(pid => !ProcessTable.HasEnded(pid)));
        context.Fact("gone_after", context.Elapsed - start);
        context.Expect(areGone, "all of them are gone within a second after their root was killed");
        Array.ForEach(descendants, End);
    }

    private static void RunFamily(int generations)
    {
        ChildProcess next = generations == 0 ? ChildProcess.StartProgram("sleep", ["600"]) : ChildProcess.Start(RunFamily, generations - 1);
        Console.WriteLine(next.Pid);
        next.Join();
    }

    private static int[] ReadPids(ChildProcess parent, int count)
    {
        var reader = new StreamReader(parent.StandardOutput!);
        return [.. Enumerable.Range(0, count).Select(_ => int.Parse(reader.ReadLine()!))];
    }

    private static void End(int pid)
    {
        try
        {
            System.Diagnostics.Process.GetProcessById(pid).Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // As it should be.
        }
    }
}
