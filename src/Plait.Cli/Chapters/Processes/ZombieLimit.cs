using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

/// <summary>Zombies under a limit on processes: a child of ours in a control group with just so many pids.</summary>
internal static class ZombieLimit
{
    private const int Count = 3;

    // The second version's root, when the first is not mounted; neither lets an ordinary user in.
    private static readonly string[] s_roots = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];

    /// <summary>What a start came to while there were zombies, and after they were collected; null where no control group may be made.</summary>
    public static async Task<string?> RunAsync(ChapterContext context)
    {
        if (MakeGroup() is not { } group)
        {
            context.Say("no start under a limit: it takes root and the pids control group");
            return null;
        }

        try
        {
            var options = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe };
            using ChildProcess<string[]> limited = ChildProcess.Start(StartUnderLimit, group, options);
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
        parent.Kill();
        parent.Join();
        ProcessTable.WaitUntilAsync(() => ProcessTable.CountZombiesOf(1) == 0, TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None).Wait();
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

    private static string? MakeGroup()
    {
        foreach (string root in s_roots)
        {
            string group = $"{root}/plait-zombies-{Environment.ProcessId}";
            try
            {
                Directory.CreateDirectory(group);
                if (File.Exists($"{group}/pids.max"))
                {
                    return group;
                }

                Directory.Delete(group);
            }
            catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
            {
                // Not ours to make: the next root, or none.
            }
        }

        return null;
    }
}
