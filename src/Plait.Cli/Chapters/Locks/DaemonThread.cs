using System.Reflection;
using Plait.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class DaemonThread() : Chapter(
    "daemon-thread",
    Parts.LocksAndThreads,
    "When a program's main code has ended, the process waits for its threads, except for daemons: those end with it.\n"
        + "A daemon that is done before the others prints its last line, one that takes longer never does.",
    "docs/threads.md",
    hasBreak: true)
{
    /// <summary>The tool's first argument when it is to be a program of this chapter; its threads follow, each as <c>LINE SECONDS IS-DAEMON</c>.</summary>
    public const string Role = "--daemon-thread-program";

    public override async Task RunAsync(ChapterContext context)
    {
        double wait = context.IsQuick ? 0.15 : 1;
        (double daemon, double other) = context.IsBroken ? (3 * wait, wait) : (wait, 3 * wait);
        string[] lines = await RunAsync(context, "patient", $"123 {daemon} true", $"456 {other} false");
        string[] late = await RunAsync(context, "late", "789 600 true");
        context.Fact("lines", lines);
        context.Fact("late_daemon", late);
        context.Expect(lines.SequenceEqual(["123", "456", "main", "end123", "end456"]), "the lines are exactly 123, 456, main, end123, end456: a daemon's last line prints if another thread keeps the process alive for so long");
        context.Expect(late.SequenceEqual(["789", "main"]), "the last line of a daemon that would take longer never prints");
    }

    /// <summary>A program: threads that print, wait and print again; its main code does not wait for them.</summary>
    public static int RunProgram(IEnumerable<string> threads)
    {
        foreach (string[] words in threads.Select(t => t.Split(' ')))
        {
            StartAndWait(words[0], TimeSpan.FromSeconds(double.Parse(words[1])), bool.Parse(words[2]));
        }

        Console.WriteLine("main");
        return ExitCode.Ok;
    }

    // The rule is one for the end of a whole program, so there must be one: this tool, in another role.
    private static async Task<string[]> RunAsync(ChapterContext context, string name, params string[] threads)
    {
        string tool = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(tool) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        await using ChildProcess program = ChildProcess.StartProgram(tool, [.. host, Role, .. threads], new ChildProcessOptions { Name = name, StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(program.StandardOutput!);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(context.Cancellation) is { } line)
        {
            context.Say($"{name}: {line}");
            lines.Add(line);
        }

        await program.JoinAsync(cancellationToken: context.Cancellation);
        context.Expect(program.Outcome!.IsSuccess, $"the {name} program ends in order");
        return [.. lines];
    }

    // Until its first line is out: the order of the lines is then settled by the rules alone.
    private static void StartAndWait(string line, TimeSpan wait, bool isDaemon)
    {
        using var begun = new ManualResetEventSlim();
        _ = WorkerThread.Start(
            () =>
            {
                Console.WriteLine(line);
                begun.Set();
                Sleep.AtLeast(wait);
                Console.WriteLine($"end{line}");
            },
            new WorkerThreadOptions { Name = line, IsDaemon = isDaemon });
        begun.Wait();
    }
}
