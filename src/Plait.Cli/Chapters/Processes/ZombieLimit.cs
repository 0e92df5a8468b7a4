using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

/// <summary>Zombies under a limit on processes: a child of ours in a control group with just so many pids.</summary>
internal static class ZombieLimit
{
    private const int Count = 3;

    /// <summary>What a start came to while there were zombies, and after they were collected; null where no control group may be made.</summary>
    public static async Task<string?> RunAsync(ChapterContext context)
    {
        if (PidGroup.Create() is not { } group)
        {
            context.Say("no start under a limit: it takes root and the pids control group");
            return null;
        }

        try
        {
            var options = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe };
            using ChildProcess<string[]> limited = ChildProcess.Start(StartUnderLimit, group, options);
            string parent = await new StreamReader(limited.StandardOutput!).ReadLineAsync(context.Cancellation) ?? "";

            // From outside, where a process more is allowed: the zombies' parent goes on, and collects them.
            using ChildProcess kill = ChildProcess.StartProgram("/bin/sh", ["-c", $"kill -CONT {parent}"]);
            kill.Join();
            limited.StandardInput!.Dispose();
            return string.Join(',', await limited.GetResultAsync(context.Cancellation));
        }
        finally
        {
            await ProcessTable.WaitUntilAsync(() => File.ReadAllText($"{group}/cgroup.procs").Length == 0, TimeSpan.FromSeconds(5), context.Time, CancellationToken.None);
            Directory.Delete(group);
        }
    }

    private static string[] StartUnderLimit(string group)
    {
        File.WriteAllText($"{group}/cgroup.procs", Environment.ProcessId.ToString());
        using ChildProcess parent = Zombies.StartZombies(Count);
        ProcessTable.WaitUntilAsync(() => ProcessTable.CountZombiesOf(parent.Pid) == Count, TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None).Wait();

        // As many as there are now, zombies counted.
        File.WriteAllText($"{group}/pids.max", File.ReadAllText($"{group}/pids.current"));
        string refused = Start();
        Console.WriteLine(parent.Pid);
        _ = Console.In.ReadToEnd();
        var lines = new StreamReader(parent.StandardOutput!);
        while (lines.ReadLine() is not (null or "collected"))
        {
            // The pid of a zombie.
        }

        return [refused, Start()];
    }

    private static string Start()
    {
        try
        {
            using ChildProcess program = ChildProcess.StartProgram("true");
            program.Join();
            return program.Outcome!.IsSuccess ? "ok" : program.Outcome.Explanation;
        }
        catch (ChildStartException refused)
        {
            return refused.Failure.ToString();
        }
    }
}
