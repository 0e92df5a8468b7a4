using Plait.Execution;

namespace Plait.Processes.Pooling;

internal sealed class WorkerPool(ProcessExecutorOptions options)
{
    public ProcessExecutorOptions Options => options;

    public string Name => options.Name ?? "pool";

    public int Size => options.Workers;

    public PoolEvents Events { get; } = new();

    public IReadOnlyList<WorkerInfo> GetWorkers() => throw new NotSupportedException();

    public void Resize(int workers) => throw new NotSupportedException();

    public Future<TResult> Submit<TResult>(WorkRequest work, bool hasResult) => throw new NotSupportedException();

    public ValueTask WaitForRoomAsync(CancellationToken token) => throw new NotSupportedException();

    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout) => throw new NotSupportedException();

    public ExecutorStatistics GetStatistics() => throw new NotSupportedException();

    public void Abandon()
    {
    }
}
