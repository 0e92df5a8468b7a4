using System.Globalization;
using System.Text;
using Plait.Interop;

namespace Plait.Memory;

/// <summary>What tells one process from every other on this machine since boot: pid, start time and pid namespace.</summary>
/// <param name="Pid">The process id in its own pid namespace.</param>
/// <param name="StartTime">Clock ticks since boot (field 22 of /proc/PID/stat), 0 when /proc is closed to us.</param>
/// <param name="PidNamespace">Inode of the pid namespace, 0 when /proc is closed to us.</param>
internal readonly record struct ProcessIdentity(int Pid, ulong StartTime, ulong PidNamespace)
{
    public static ProcessIdentity Current { get; } = Read(ProcessCalls.CurrentPid);

    /// <summary>Reads a process's identity; its start time is 0 when it does not exist.</summary>
    public static ProcessIdentity Read(int pid) => new(pid, ReadStartTime(pid), ReadNamespace(pid));

    /// <summary>When a process started, in clock ticks since boot; 0 when it does not exist. One that has ended and is not reaped does.</summary>
    public static ulong ReadStartTime(int pid)
    {
        try
        {
            // The name in field 2 may hold spaces and brackets: fields are counted from the last closing one.
            string text = File.ReadAllText($"/proc/{pid}/stat", Encoding.UTF8);
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields.Length > 19 ? ulong.Parse(fields[19], CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static ulong ReadNamespace(int pid)
    {
        try
        {
            // The link reads "pid:[4026531836]".
            string? target = File.ResolveLinkTarget($"/proc/{pid}/ns/pid", returnFinalTarget: false)?.Name;
            return target is null ? 0 : ulong.Parse(target[(target.IndexOf('[') + 1)..^1], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
