using Plait.Execution;

namespace Plait.Processes.Pooling;

internal sealed class WorkerStream<T>(WorkerPool pool, WorkRequest work, ProcessExecutor owner) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        GC.KeepAlive(owner);
        throw new NotSupportedException(pool.Name + work.Options.Name);
    }
}
