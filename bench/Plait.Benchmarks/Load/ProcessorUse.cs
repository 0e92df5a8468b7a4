using System.Globalization;
using Plait.Interop;

namespace Plait.Benchmarks.Load;

/// <summary>Processor time, so far or between two readings.</summary>
/// <param name="Total">All of it, to the nanosecond except for children that have ended: hundredths of a second.</param>
/// <param name="User">The part in the program itself, and not in the kernel, as far as the kernel knows: from samples of hundredths of a second.</param>
/// <param name="System">The part in the kernel, likewise.</param>
public readonly record struct ProcessorUse(TimeSpan Total, TimeSpan User, TimeSpan System)
{
    // USER_HZ, what /proc counts in: 100 wherever Linux runs .NET.
    private const double Tick = 0.01;

    /// <summary>What was used between an earlier reading and this one.</summary>
    public static ProcessorUse operator -(ProcessorUse later, ProcessorUse earlier) =>
        new(later.Total - earlier.Total, later.User - earlier.User, later.System - earlier.System);

    /// <summary>Both together.</summary>
    public static ProcessorUse operator +(ProcessorUse one, ProcessorUse other) => new(one.Total + other.Total, one.User + other.User, one.System + other.System);

    /// <summary>What a process has used so far, with all processes that it started, directly or not, and that are still its descendants or were reaped by one.</summary>
    /// <param name="pid">The process.</param>
    /// <returns>Its use; null when there is no such process.</returns>
    public static ProcessorUse? Read(int pid)
    {
        if (ReadOne(pid) is not { } sum)
        {
            return null;
        }

        ILookup<int, int> children = Children();
        var open = new Queue<int>(children[pid]);
        while (open.TryDequeue(out int child))
        {
            sum += ReadOne(child) ?? default;
            foreach (int grandchild in children[child])
            {
                open.Enqueue(grandchild);
            }
        }

        return sum;
    }

    // Without its living children, and with those that it has reaped.
    private static ProcessorUse? ReadOne(int pid)
    {
        if (ProcessClock.Read(pid) is not { } nanoseconds || Stat(pid) is not [_, _, _, _, _, _, _, _, _, _, _, var user, var system, var reapedUser, var reapedSystem, ..])
        {
            return null;
        }

        TimeSpan reaped = Ticks(reapedUser) + Ticks(reapedSystem);
        return new ProcessorUse(TimeSpan.FromMicroseconds(nanoseconds / 1000.0) + reaped, Ticks(user) + Ticks(reapedUser), Ticks(system) + Ticks(reapedSystem));
    }

    private static ILookup<int, int> Children() => Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(static pid => pid > 0)
        .Select(static pid => (Pid: pid, Parent: Stat(pid) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0))
        .ToLookup(static process => process.Parent, static process => process.Pid);

    // The fields behind the name, which may itself hold blanks and brackets; null when the process is gone.
    private static string[]? Stat(int pid)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static TimeSpan Ticks(string count) => TimeSpan.FromSeconds(long.Parse(count, CultureInfo.InvariantCulture) * Tick);
}
