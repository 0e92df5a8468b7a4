using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Reclaim() : Chapter(
    "reclaim",
    Parts.Processes,
    "What a child held comes back in two ways: when it is joined, and when its parent ends.\n"
        + "A parent that ends in order waits for its child; one that ends by an unhandled exception takes the child with it.",
    "docs/child-process.md")
{
    public override async Task RunAsync(ChapterContext context)
    {
        using (ChildProcess first = ChildProcess.Start(static () => { }))
        {
            // The first child starts what all children share.
            first.Join();
        }

        int before = CountDescriptors();
        ChildProcess joined = ChildProcess.Start(static () => { });
        joined.Join();
        int pid = joined.Pid;
        joined.Dispose();
        int kept = Math.Max(0, CountDescriptors() - before);
        context.Fact("joined_left", ProcessTable.Find(pid) is null ? "none" : "process");
        context.Fact("joined_descriptors_left", kept);
        context.Expect(ProcessTable.Find(pid) is null && kept == 0, "of a child that was joined neither a process nor a descriptor is left");

        (string lines, ChildOutcome returned, _) = await EndParentAsync(context, crash: false);
        context.Fact("parent_returns", lines);
        context.Expect(returned.IsSuccess && lines == "child begins,parent ends,child ends", "a parent that returns is waited for until its child has ended by itself");

        (lines, ChildOutcome crashed, TimeSpan after) = await EndParentAsync(context, crash: true);
        context.Fact("parent_crashes", lines);
        context.Fact("parent_crashes_as", crashed.Kind);
        context.Fact("child_gone_after", after);
        context.Expect(crashed.Kind == ChildOutcomeKind.UnhandledException, "the other parent ended by its unhandled exception");
        context.Expect(lines == "child begins,parent ends" && after < TimeSpan.FromSeconds(1), "its child is gone within a second, and never came to its last line");
    }

    private static async Task<(string Lines, ChildOutcome Outcome, TimeSpan After)> EndParentAsync(ChapterContext context, bool crash)
    {
        var options = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Keep };
        using ChildProcess parent = ChildProcess.Start(RunParent, crash, options);
        using var reader = new StreamReader(parent.StandardOutput!);
        string begun = await reader.ReadLineAsync(context.Cancellation) ?? "";
        parent.StandardInput!.Dispose();
        await parent.JoinAsync(cancellationToken: context.Cancellation);
        TimeSpan ended = context.Elapsed;

        // The child has the same output: its end is reached when both are gone.
        string rest = await reader.ReadToEndAsync(context.Cancellation);
        string lines = string.Join(',', [begun, .. rest.Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
        context.Say($"{(crash ? "crashing" : "returning")} parent and its child: {lines}");
        return (lines, parent.Outcome!, context.Elapsed - ended);
    }

    private static void RunParent(bool crash)
    {
        _ = ChildProcess.Start(RunChild, TimeSpan.FromSeconds(crash ? 60 : 0.5));
        _ = Console.In.ReadToEnd();
        Console.WriteLine("parent ends");
        if (crash)
        {
            new Thread(() => throw new InvalidOperationException("nobody catches this")).Start();
            Thread.CurrentThread.Join();
        }
    }

    private static void RunChild(TimeSpan wait)
    {
        Console.WriteLine("child begins");
        Sleep.AtLeast(wait);
        Console.WriteLine("child ends");
    }

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
