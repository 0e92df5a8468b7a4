using Plait.Execution;
using Plait.Tests.Processes;

namespace Plait.Tests.Execution;

/// <summary>Base of the tests of executors: gates, files, and the leak checks of process tests.</summary>
public abstract class ExecutorTest : ProcessTest
{
    private readonly List<string> _files = [];

    protected ExecutorTest() => Gate.WarmUp();

    /// <summary>A path where no file is yet; the file is deleted at the end of the test.</summary>
    protected string NewPath()
    {
        string path = Path.Combine(Path.GetTempPath(), $"note-{Guid.NewGuid():N}");
        _files.Add(path);
        return path;
    }

    protected static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    /// <summary>Occupies so many workers with tasks at a gate, and returns when they are there.</summary>
    internal static async Task<Future<int>[]> OccupyAsync(IExecutor executor, Gate gate, int workers)
    {
        Future<int>[] futures = [.. Enumerable.Range(0, workers).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        await gate.NextAsync(workers);
        return futures;
    }

    protected override void OnEnd()
    {
        foreach (string path in _files)
        {
            File.Delete(path);
        }
    }
}
