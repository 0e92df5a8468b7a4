using System.Text;

namespace Plait.Tests.Processes;

/// <summary>What this process owned when a test began, to be compared with what it owns at the end.</summary>
internal sealed class LeakWatch
{
    private const string Variable = "TESTS_OF_PLAIT_RUN";
    private const string Keeper = "plait-keeper";

    // The kernel keeps 15 letters of a thread's name.
    private const string Dispatcher = "Plait dispatche";

    private const int MostLooks = 50;
    private const int FewestLooks = 5;
    private static readonly string s_mark = $"{Variable}={Environment.ProcessId}-{Guid.NewGuid():N}";

    private readonly List<string> _descriptors = Descriptors();
    private readonly List<string> _threads = Threads();
    private readonly List<string> _files = Files();

    // Everything that is started from here on inherits the mark, however many generations down.
    static LeakWatch() => Environment.SetEnvironmentVariable(Variable, s_mark[(Variable.Length + 1)..]);

    /// <summary>The processes that tests of this run have started and that are still there.</summary>
    public static List<ProcessEntry> LeftProcesses() =>
    [
        .. ProcessTable.ChildrenOf(Environment.ProcessId).Where(static entry => !entry.CommandLine.StartsWith(Keeper, StringComparison.Ordinal))
            .UnionBy(ProcessTable.WithVariable(s_mark), static entry => entry.Pid)
            .Where(static entry => entry.Pid != Environment.ProcessId),
    ];

    /// <summary>What is left behind, or an empty text. What is ending just now gets time for it: on a busy machine it may take long, and what is left for good is still there then.</summary>
    /// <param name="limit">The most of it; a test's time to hang if nothing is said.</param>
    public async Task<string> SettleAsync(TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? TimeSpan.FromSeconds(60);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        string leaks = Find();
        long start = TimeProvider.System.GetTimestamp();

        // On a busy machine one look may take longer than all the time there is: it does not decide alone.
        for (int looks = 1; leaks.Length > 0 && (looks < FewestLooks || TimeProvider.System.GetElapsedTime(start) < most); looks++)
        {
            await timer.WaitForNextTickAsync();
            leaks = Find();
        }

        return leaks;
    }

    /// <summary>
    /// Open descriptors of this process and what each stands for, without assemblies and their symbols: the runtime keeps those it has loaded open. Read until two
    /// looks agree: threads of the runtime and of Plait's open some for a moment.
    /// </summary>
    public static List<string> Descriptors()
    {
        List<string> seen = ReadDescriptors();
        for (int looks = 1; looks < MostLooks; looks++)
        {
            List<string> again = ReadDescriptors();
            if (again.SequenceEqual(seen))
            {
                break;
            }

            seen = again;
        }

        return seen;
    }

    // The look itself has one, and it is closed by the time it is asked what it stands for. As is any other that has ended since.
    private static List<string> ReadDescriptors() =>
    [
        .. Directory.GetFileSystemEntries("/proc/self/fd").Select(static path => (Name: Path.GetFileName(path), Target: TargetOf(path)))
            .Where(static descriptor => descriptor.Target is { } target && !target.EndsWith(".dll", StringComparison.Ordinal) && !target.EndsWith(".pdb", StringComparison.Ordinal))
            .Select(static descriptor => $"{descriptor.Name} -> {descriptor.Target}"),
    ];

    private string Find()
    {
        var text = new StringBuilder();
        foreach (ProcessEntry process in LeftProcesses())
        {
            text.AppendLine($"process {process.Pid} '{process.Name}' in state {process.State}: {process.CommandLine}");
        }

        List<string> descriptors = Descriptors();

        // Fewer is no leak: the runtime opens a pipe for a moment whenever it starts a thread, perhaps just when the test began.
        if (descriptors.Count > _descriptors.Count)
        {
            text.AppendLine($"{descriptors.Count} descriptors, {_descriptors.Count} before; new: {string.Join(", ", descriptors.Except(_descriptors))}; gone: {string.Join(", ", _descriptors.Except(descriptors))}");
        }

        foreach (IGrouping<string, string> threads in Threads().GroupBy(static name => name, StringComparer.Ordinal))
        {
            // One dispatcher serves 127 children; those that a crowd needed stay for the next.
            int allowed = threads.Key == Dispatcher ? 4 : _threads.Count(name => name == threads.Key);
            if (threads.Count() > allowed)
            {
                text.AppendLine($"{threads.Count()} threads called '{threads.Key}', {allowed} before");
            }
        }

        foreach (string file in Files().Except(_files))
        {
            text.AppendLine($"file {file}");
        }

        return text.ToString();
    }

    private static List<string> Threads() =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(static task => TryRead(Path.Combine(task, "comm")).Trim())
            .Where(static name => name.StartsWith("Plait", StringComparison.Ordinal)),
    ];

    private static List<string> Files() =>
        [.. new[] { "/dev/shm", Path.GetTempPath() }.Where(Directory.Exists).SelectMany(static folder => Directory.EnumerateFileSystemEntries(folder, "*plait*", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }))];

    // Null: it is closed.
    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
