using System.Globalization;

namespace Plait.Processes.Spawning;

/// <summary>The kernel's count of processes it killed because memory ran out: this control group's where it can be read, else the machine's.</summary>
internal static class KernelMemoryKills
{
    private static readonly string? Source = FindSource();

    /// <summary>The count, or -1 when none can be read.</summary>
    public static long Read()
    {
        try
        {
            foreach (string line in Source is null ? [] : File.ReadLines(Source))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return -1;
        }

        return -1;
    }

    private static string? FindSource()
    {
        const string Machine = "/proc/vmstat";
        try
        {
            foreach (string line in File.ReadLines("/proc/self/cgroup"))
            {
                // "0::/path" for version 2, "7:memory:/path" for version 1.
                string[] parts = line.Split(':', 3);
                string file = parts[1] switch
                {
                    "" => $"/sys/fs/cgroup{parts[2]}/memory.events",
                    "memory" => $"/sys/fs/cgroup/memory{parts[2]}/memory.oom_control",
                    _ => string.Empty,
                };
                if (file.Length > 0 && File.Exists(file))
                {
                    return file;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return File.Exists(Machine) ? Machine : null;
        }

        return File.Exists(Machine) ? Machine : null;
    }
}
