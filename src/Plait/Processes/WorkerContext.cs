using System.Collections.Concurrent;

namespace Plait.Processes;

/// <summary>The worker that runs the calling function: <see cref="ProcessExecutor.Current"/>.</summary>
public sealed class WorkerContext
{
    private long _tasks;
    private IDictionary<string, object?>? _state;

    internal WorkerContext(int id) => Id = id;

    /// <summary>The worker's number within its executor, never used again.</summary>
    public int Id { get; }

    /// <summary>Tasks this worker has begun, the running one included.</summary>
    public long TaskNumber => Interlocked.Read(ref _tasks);

    /// <summary>Values that stay in this worker from task to task: what the initializer makes, tasks find here. Safe for all threads.</summary>
    public IDictionary<string, object?> State =>
        _state ?? Interlocked.CompareExchange(ref _state, new ConcurrentDictionary<string, object?>(StringComparer.Ordinal), null) ?? _state;

    internal void CountTask() => Interlocked.Increment(ref _tasks);
}
