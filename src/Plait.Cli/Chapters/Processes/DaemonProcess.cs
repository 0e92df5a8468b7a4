using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class DaemonProcess() : Chapter(
    "daemon-process",
    Parts.Processes,
    "A daemon child is ended when its parent's main code ends, before the other children are joined.\n"
        + "Its last line never prints; and whether a child is a daemon is settled by its start.",
    "docs/child-process.md",
    hasBreak: true)
{
    private static readonly string[] s_lines =
        ["daemon begins", "worker begins", "main: a started child cannot become a daemon, or cease to be one", "main ends", "worker ends, after the daemon"];

    public override async Task RunAsync(ChapterContext context)
    {
        using ChildProcess main = ChildProcess.Start(RunMain, !context.IsBroken, new ChildProcessOptions { Name = "main", StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(main.StandardOutput!);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(context.Cancellation) is { } line)
        {
            context.Say(line);
            lines.Add(line);
        }

        await main.JoinAsync(cancellationToken: context.Cancellation);
        context.Fact("lines", string.Join("; ", lines));
        context.Fact("last_line_prints", lines.Contains("daemon ends"));
        context.Expect(main.Outcome!.IsSuccess, "the process that had them ends in order");
        context.Expect(!lines.Contains("daemon ends"), "the daemon's last line never prints");
        context.Expect(lines.SequenceEqual(s_lines), "the lines are exactly those, in that order");
    }

    private static void RunMain(bool isDaemon)
    {
        ChildProcess daemon = ChildProcess.Create(RunDaemon, new ChildProcessOptions { Name = "daemon", StandardError = ChildOutput.Pipe });
        daemon.IsDaemon = isDaemon;
        StartAndWait(daemon);
        int pid = daemon.Pid;
        StartAndWait(ChildProcess.Create(() => RunWorker(pid), new ChildProcessOptions { Name = "worker", StandardError = ChildOutput.Pipe }));
        try
        {
            daemon.IsDaemon = !isDaemon;
        }
        catch (InvalidOperationException)
        {
            Console.WriteLine("main: a started child cannot become a daemon, or cease to be one");
        }

        Console.WriteLine("main ends");
    }

    private static void StartAndWait(ChildProcess child)
    {
        child.Start();
        _ = child.StandardError!.ReadByte();
    }

    private static void RunDaemon()
    {
        Begin("daemon begins");
        Sleep.AtLeast(TimeSpan.FromSeconds(3));
        Console.WriteLine("daemon ends");
    }

    private static void RunWorker(int daemon)
    {
        Begin("worker begins");
        bool isGone = ProcessTable.WaitUntilAsync(() => ProcessTable.HasEnded(daemon), TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None).Result;
        Console.WriteLine(isGone ? "worker ends, after the daemon" : "worker ends, the daemon does not");
    }

    private static void Begin(string line)
    {
        Console.WriteLine(line);
        Console.Error.Write('!');
    }
}
