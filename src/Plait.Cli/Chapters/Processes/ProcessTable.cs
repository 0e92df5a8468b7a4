namespace Plait.Cli.Chapters.Processes;

/// <summary>What the kernel tells in /proc of a process, whoever started it.</summary>
internal static class ProcessTable
{
    /// <summary>The state by its letter (R, S, Z and so on) and the pid of the parent; null when there is no such process.</summary>
    public static (char State, int ParentPid)? Find(int pid)
    {
        if (TryRead($"/proc/{pid}/stat") is not { } stat)
        {
            return null;
        }

        // The name before them stands in brackets and may hold anything, brackets too.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], int.Parse(fields[1]));
    }

    /// <summary>Whether it has ended: there is none of that pid, or only the entry that its parent has not collected.</summary>
    public static bool HasEnded(int pid) => Find(pid) is null or { State: 'Z' };

    /// <summary>How many ended children a process has not collected.</summary>
    public static int CountZombiesOf(int parent) =>
        Directory.EnumerateDirectories("/proc").Count(d => int.TryParse(Path.GetFileName(d), out int pid) && Find(pid) is ('Z', var of) && of == parent);

    /// <summary>The memory of a process that is in RAM, in MiB.</summary>
    public static double ResidentMebibytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    /// <summary>Waits until it holds, looking every few milliseconds: nobody is told of what happens to processes that are not his own children.</summary>
    /// <returns>Whether it came to hold within the limit.</returns>
    public static async Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(start) > limit)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellation);
        }

        return true;
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // Gone before, or while it was read.
            return null;
        }
    }
}
