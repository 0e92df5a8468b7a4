using Plait.Execution;
using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>The values of a stream, for one enumeration: the function begins with it, and ends with it.</summary>
/// <remarks>It refers to the executor, so that this is not collected while values are still to come.</remarks>
internal sealed class WorkerStream<T> : IAsyncEnumerable<T>
{
    private readonly WorkerPool _pool;
    private readonly WorkRequest _work;
    private readonly IExecutor _owner;
    private int _isTaken;

    public WorkerStream(WorkerPool pool, WorkRequest work, IExecutor owner)
    {
        pool.ThrowIfCannotKeep(work);
        Type declared = FunctionReference.ShapeOf(work.Function).ResultType;
        if (!typeof(IAsyncEnumerable<T>).IsAssignableFrom(declared) && !typeof(IEnumerable<T>).IsAssignableFrom(declared))
        {
            throw new ArgumentException($"{FunctionName.Of(work.Function.Method)} returns {declared}, which is no sequence of {typeof(T)}.", nameof(work));
        }

        _pool = pool;
        _work = work;
        _owner = owner;
    }

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            throw new InvalidOperationException("A stream can be enumerated once. Call Stream again to run the function again.");
        }

        var call = new StreamCall(_pool, _work, typeof(T));
        _pool.SubmitStream(call, _work.ArgumentArray);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((StreamCall)state!).Pool.Stop((StreamCall)state, StopReason.Cancelled(token)), call);
        try
        {
            while (await call.TakeAsync().ConfigureAwait(false) is (true, var value))
            {
                yield return (T)value!;
            }
        }
        finally
        {
            _ = _pool.Stop(call, StopReason.Cancelled(new CancellationToken(canceled: true)));
            await call.Ended.ConfigureAwait(false);
            call.DropSource();
            GC.KeepAlive(_owner);
        }
    }
}
