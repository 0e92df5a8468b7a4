namespace Plait.Processes;

/// <summary>The worker that runs the calling function: <see cref="ProcessExecutor.Current"/>.</summary>
public sealed class WorkerContext
{
    internal WorkerContext(int id) => Id = id;

    /// <summary>The worker's number within its executor, never used again.</summary>
    public int Id { get; }

    /// <summary>Tasks this worker has begun, the running one included.</summary>
    public long TaskNumber { get; internal set; }

    /// <summary>Values that stay in this worker from task to task: what the initializer makes, tasks find here. Not thread-safe.</summary>
    public IDictionary<string, object?> State { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}
