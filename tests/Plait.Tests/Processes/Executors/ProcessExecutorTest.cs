using System.Collections.Concurrent;
using Plait.Processes;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes.Executors;

/// <summary>Base of the tests of process executors.</summary>
public abstract class ProcessExecutorTest : ExecutorTest
{
    /// <summary>A small executor: nothing but its workers, and a test that fails does not wait long for its end.</summary>
    protected static ProcessExecutorOptions Small(int workers = 1) => new() { Workers = workers, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>What happens to its workers from now on.</summary>
    protected static ConcurrentQueue<WorkerEvent> Watch(ProcessExecutor executor)
    {
        var seen = new ConcurrentQueue<WorkerEvent>();
        executor.WorkerChanged += seen.Enqueue;
        return seen;
    }

    protected static bool Has(ConcurrentQueue<WorkerEvent> events, WorkerEventKind kind) => events.Any(happened => happened.Kind == kind);

    protected static int[] Pids(ProcessExecutor executor) => [.. executor.GetWorkers().Select(static worker => worker.Pid)];

    protected static Task UntilGoneAsync(params IEnumerable<int> pids)
    {
        int[] all = [.. pids];
        return UntilAsync(() => !all.Any(ProcessTable.Exists));
    }
}
