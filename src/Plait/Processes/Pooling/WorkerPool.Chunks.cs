using Plait.Execution;
using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <content>Chunks of maps.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Throws what a submission of the function would throw.</summary>
    public void CheckFunction(Delegate function)
    {
        using var probe = new PayloadWriter();
        FunctionReference.Write(probe, function, _arguments);
        lock (_gate)
        {
            ThrowIfClosed_UnderGate();
        }
    }

    /// <summary>Takes a chunk, past <see cref="PooledExecutorOptions.QueueLimit"/>: a map bounds itself, and must not wait for room while results wait for it.</summary>
    public IChunkControl SubmitChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk)
    {
        var call = new ChunkCall<TIn, TOut>(this, chunk);
        call.Encode(_arguments);
        lock (_gate)
        {
            try
            {
                ThrowIfClosed_UnderGate();
            }
            catch
            {
                call.Release();
                throw;
            }

            Accept_UnderGate(call);
        }

        call.Trace?.Accept();
        return call;
    }

    /// <summary>Cuts a chunk that a worker runs: what <paramref name="cut"/> says, or <see cref="ChunkEnd.Nobody"/> when it has not begun or is to stop.</summary>
    public int CutChunk(PooledCall call, Func<PooledWorker, int> cut)
    {
        lock (_gate)
        {
            return call is { Stage: CallStage.Sent, Stop: null, Worker: { IsGone: false } worker } && worker.CallAt(call.Number) == call && worker.Claimed >= call.Number
                ? cut(worker)
                : ChunkEnd.Nobody;
        }
    }
}
