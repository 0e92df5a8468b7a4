using System.Text;

namespace Plait.Tests.Processes;

/// <summary>What this process owned when a test began, to be compared with what it owns at the end.</summary>
internal sealed class LeakWatch
{
    private const string Variable = "TESTS_OF_PLAIT_RUN";
    private const string Keeper = "plait-keeper";

    // The kernel keeps 15 letters of a thread's name.
    private const string Dispatcher = "Plait dispatche";
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(5);
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

    /// <summary>What is left behind, or an empty text. What is ending just now gets a moment for it.</summary>
    public async Task<string> SettleAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        long start = TimeProvider.System.GetTimestamp();
        string leaks = Find();
        while (leaks.Length > 0 && TimeProvider.System.GetElapsedTime(start) < s_settleTime)
        {
            await timer.WaitForNextTickAsync();
            leaks = Find();
        }

        return leaks;
    }

    /// <summary>Open descriptors of this process and what each stands for, without assemblies and their symbols: the runtime keeps those it has loaded open.</summary>
    public static List<string> Descriptors() =>
    [
        .. Directory.GetFileSystemEntries("/proc/self/fd").Select(static path => $"{Path.GetFileName(path)} -> {TargetOf(path)}")
            .Where(static descriptor => !descriptor.EndsWith(".dll", StringComparison.Ordinal) && !descriptor.EndsWith(".pdb", StringComparison.Ordinal)),
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

    private static string TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? string.Empty;
        }
        catch (IOException)
        {
            return string.Empty;
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
