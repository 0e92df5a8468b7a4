using System.Globalization;
using System.Text;

namespace Plait.Tests.Processes;

/// <summary>The processes of this machine, as /proc tells.</summary>
internal static class ProcessTable
{
    public static IEnumerable<ProcessEntry> ChildrenOf(int parent) => All().Where(entry => entry.Parent == parent);

    public static bool Exists(int pid) => Read(pid) is { State: not 'Z' };

    /// <summary>Processes whose environment held <paramref name="variable"/> when they began.</summary>
    public static IEnumerable<ProcessEntry> WithVariable(string variable) =>
        All().Where(entry => TryRead(entry.Pid, "environ").Split('\0').Contains(variable, StringComparer.Ordinal));

    public static ProcessEntry? Read(int pid)
    {
        // The name may hold spaces and brackets: what follows it is counted from the last closing one.
        string text = TryRead(pid, "stat");
        int open = text.IndexOf('(');
        int close = text.LastIndexOf(')');
        if (open < 0 || close < 0)
        {
            return null;
        }

        string[] fields = text[(close + 2)..].Split(' ');
        return new ProcessEntry(pid, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0], text[(open + 1)..close], TryRead(pid, "cmdline").Replace('\0', ' ').Trim());
    }

    /// <summary>What a process is doing: for the report of a test that hangs.</summary>
    public static string Describe(int pid)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"process {pid}: {TryRead(pid, "cmdline").Replace('\0', ' ')}");
        foreach (string line in TryRead(pid, "status").Split('\n').Where(static line => line.StartsWith("State", StringComparison.Ordinal) || line.StartsWith("Sig", StringComparison.Ordinal) || line.StartsWith("Threads", StringComparison.Ordinal)))
        {
            text.AppendLine("  " + line);
        }

        foreach (string task in Folders($"/proc/{pid}/task"))
        {
            string tid = Path.GetFileName(task);
            string stack = TryRead(pid, $"task/{tid}/stack").Trim().Replace("\n", " < ", StringComparison.Ordinal);
            text.AppendLine(CultureInfo.InvariantCulture, $"  thread {tid} {TryRead(pid, $"task/{tid}/comm").Trim()}: {TryRead(pid, $"task/{tid}/wchan")} {stack}");
        }

        return text.ToString();
    }

    private static IEnumerable<ProcessEntry> All() =>
        Folders("/proc").Select(static folder => int.TryParse(Path.GetFileName(folder), out int pid) ? Read(pid) : null).OfType<ProcessEntry>();

    private static string[] Folders(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string TryRead(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is none of ours.
            return string.Empty;
        }
    }
}

/// <param name="Pid">Its number.</param>
/// <param name="Parent">Its parent's number.</param>
/// <param name="State">The kernel's letter: R, S, Z and so on.</param>
/// <param name="Name">The name of its main thread.</param>
/// <param name="CommandLine">What it was started as; empty for a zombie.</param>
internal sealed record ProcessEntry(int Pid, int Parent, char State, string Name, string CommandLine);
