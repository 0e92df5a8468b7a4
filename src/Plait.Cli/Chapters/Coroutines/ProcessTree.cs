using System.Globalization;
using Plait.Cli.Chapters.Processes;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>What a process and all its descendants are and have, by /proc.</summary>
/// <param name="Processes">How many they are.</param>
/// <param name="Threads">Their threads.</param>
/// <param name="Mebibytes">Their memory in RAM that lies in no file.</param>
internal readonly record struct ProcessTree(int Processes, int Threads, double Mebibytes)
{
    public static ProcessTree Of(int root)
    {
        ILookup<int, int> children = Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), out int pid) ? pid : 0)
            .Where(static pid => pid > 0)
            .ToLookup(static pid => ProcessTable.Find(pid)?.ParentPid ?? 0);
        var tree = default(ProcessTree);
        var open = new Queue<int>([root]);
        while (open.TryDequeue(out int pid))
        {
            Array.ForEach([.. children[pid]], open.Enqueue);
            tree = tree.With(pid);
        }

        return tree;
    }

    private ProcessTree With(int pid)
    {
        try
        {
            Dictionary<string, string> status = File.ReadLines($"/proc/{pid}/status").Select(static line => line.Split(':', 2)).ToDictionary(static line => line[0], static line => line[1]);
            return status.TryGetValue("RssAnon", out string? kibibytes)
                ? new ProcessTree(Processes + 1, Threads + int.Parse(status["Threads"], CultureInfo.InvariantCulture), Mebibytes + (double.Parse(kibibytes.Replace("kB", ""), CultureInfo.InvariantCulture) / 1024))
                : this;
        }
        catch (IOException)
        {
            // It has just ended.
            return this;
        }
    }
}
