using System.Reflection;
using Plait.Execution;
using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>Bytes of a chunk that have arrived and wait for the one who enumerates. Until then its worker's shared memory stays mapped, for they may refer to it.</summary>
internal abstract class ChunkArrival : IDeferred
{
    private PooledWorker? _worker;

    protected ChunkArrival(PooledWorker worker)
    {
        worker.AddUse();
        _worker = worker;
    }

    /// <summary>An enumeration that nobody ended keeps nothing mapped.</summary>
    ~ChunkArrival() => Release();

    protected PooledWorker Worker => _worker!;

    public void Drop() => Release();

    // The finalizer that still comes then finds nothing: to suppress it is not worth a rule broken.
    private void Release() => Interlocked.Exchange(ref _worker, null)?.DropUse();
}

/// <summary>Values of a chunk, each in a block of its own.</summary>
internal sealed class ChunkValues<TOut>(WorkerPool pool, PooledWorker worker, byte[] bytes) : ChunkArrival(worker), IDeferredValues<TOut>
{
    public void Decode(Span<TOut> target)
    {
        try
        {
            var reader = new PayloadReader(bytes);
            for (int i = 0; i < target.Length; i++)
            {
                var one = new PayloadReader(reader.ReadBlock(), Worker.Channel.Store);
                target[i] = (TOut)pool.Results.Read(ref one, typeof(TOut))!;
            }
        }
        finally
        {
            Drop();
        }
    }
}

/// <summary>What the function threw for an item.</summary>
internal sealed class ChunkError(PooledWorker worker, byte[] bytes, Assembly functionAssembly) : ChunkArrival(worker), IDeferredError
{
    public Exception Decode()
    {
        try
        {
            var reader = new PayloadReader(bytes, Worker.Channel.Store);

            // The worker's bytes choose a type only inside the assembly of the function itself.
            return ExceptionCodec.Read(ref reader, ExceptionTypes.In(functionAssembly));
        }
        catch (Exception error)
        {
            return error;
        }
        finally
        {
            Drop();
        }
    }
}
