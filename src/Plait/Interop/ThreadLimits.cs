using System.Globalization;

namespace Plait.Interop;

/// <summary>What bounds the number of threads of this process, and how many it has; null where the system does not tell, or sets no bound.</summary>
/// <param name="Threads">The threads that this process has, the runtime's own among them.</param>
/// <param name="UserThreads">RLIMIT_NPROC: threads and processes of this user together. A privileged process is not held to it.</param>
/// <param name="ControlGroupThreads">The smallest pids.max on the way from this process's control group to the root.</param>
/// <param name="Mappings">vm.max_map_count: a thread's stack and its guard take two or three mappings.</param>
/// <param name="MachineThreads">kernel.threads-max.</param>
internal readonly record struct ThreadLimits(long? Threads, long? UserThreads, long? ControlGroupThreads, long? Mappings, long? MachineThreads)
{
    private const string ControlGroups = "/sys/fs/cgroup";

    /// <summary>Reads them all. Never fails: it is asked when the system is short of something.</summary>
    public static ThreadLimits Read() => new(
        ReadThreads(),
        ReadUserThreads(),
        ReadControlGroup(),
        ReadNumber("/proc/sys/vm/max_map_count"),
        ReadNumber("/proc/sys/kernel/threads-max"));

    private static unsafe long? ReadUserThreads()
    {
        const int NumberOfProcesses = 6;
        ulong* limit = stackalloc ulong[2];
        return Libc.getrlimit(NumberOfProcesses, limit) == 0 && limit[0] <= long.MaxValue ? (long)limit[0] : null;
    }

    private static long? ReadThreads()
    {
        string? line = Lines("/proc/self/status").FirstOrDefault(static line => line.StartsWith("Threads:", StringComparison.Ordinal));
        return line is null ? null : Parse(line["Threads:".Length..]);
    }

    private static long? ReadControlGroup()
    {
        foreach (string line in Lines("/proc/self/cgroup"))
        {
            // "0::/path" in version 2, "8:pids:/path" in version 1.
            string[] parts = line.Split(':', 3);
            bool isUnified = parts is ["0", "", _];
            if (!isUnified && (parts.Length != 3 || !parts[1].Split(',').Contains("pids", StringComparer.Ordinal)))
            {
                continue;
            }

            string root = isUnified ? ControlGroups : Path.Combine(ControlGroups, "pids");
            long? least = null;
            for (string? group = parts[2]; group is not null; group = Path.GetDirectoryName(group))
            {
                long? limit = ReadNumber(Path.Join(root, group, "pids.max"));
                least = limit is null || least < limit ? least : limit;
            }

            if (least is not null)
            {
                return least;
            }
        }

        return null;
    }

    // "max" is no number, and no bound.
    private static long? ReadNumber(string file) => Lines(file).Select(Parse).FirstOrDefault();

    private static long? Parse(string text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return [];
        }
    }
}
