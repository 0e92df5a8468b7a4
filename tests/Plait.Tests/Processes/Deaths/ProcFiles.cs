using System.Globalization;

namespace Plait.Tests.Processes.Deaths;

/// <summary>What /proc tells of any process. A process that is gone has the state 'X'.</summary>
internal static class ProcFiles
{
    public static IEnumerable<int> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where char.IsAsciiDigit(name[0])
        select int.Parse(name, CultureInfo.InvariantCulture);

    /// <summary>R, S, D, T (stopped), Z (ended, not reaped), or X for a process that is gone.</summary>
    public static char State(int pid) => Stat(pid) is { } fields ? fields[0][0] : 'X';

    public static int Parent(int pid) => Stat(pid) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    public static bool IsAlive(int pid) => State(pid) is not ('Z' or 'X');

    /// <summary>SIGKILL is on its way to it, or its end has begun.</summary>
    public static bool IsDying(int pid)
    {
        const long Exiting = 4;
        const long Kill = 1 << 8;
        string? pending = Read(pid, "status").Split('\n').FirstOrDefault(static line => line.StartsWith("SigPnd:", StringComparison.Ordinal));
        return Stat(pid) is not { } fields || pending is null
            || (long.Parse(fields[6], CultureInfo.InvariantCulture) & Exiting) != 0
            || (long.Parse(pending["SigPnd:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Kill) != 0;
    }

    public static string CommandLine(int pid) => Read(pid, "cmdline").Replace('\0', ' ');

    public static string Environ(int pid) => Read(pid, "environ");

    /// <summary>The keepers that belong to the processes given. They have no environment of ours, and a session of their own.</summary>
    public static int[] KeepersOf(IReadOnlyCollection<int> owners) =>
        [.. All().Where(pid => CommandLine(pid).StartsWith("plait-keeper", StringComparison.Ordinal) && owners.Contains(Parent(pid)))];

    // The name, in parentheses, may hold anything: the fields begin after its end.
    private static string[]? Stat(int pid)
    {
        string stat = Read(pid, "stat");
        return stat.Length == 0 ? null : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
