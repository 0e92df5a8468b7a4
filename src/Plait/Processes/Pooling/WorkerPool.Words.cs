namespace Plait.Processes.Pooling;

/// <content>The words that a call has in shared memory while it is under way.</content>
internal sealed partial class WorkerPool
{
    /// <summary>
    /// Lets <paramref name="change"/> write to a call's words, unless its end has arrived or it was given up: then they are another's, or will be.
    /// No other call is sent meanwhile.
    /// </summary>
    public void ChangeWords(PooledCall call, Action<PooledCall, PooledWorker> change)
    {
        lock (_gate)
        {
            if (call is { Stage: CallStage.Sent, Worker: { IsGone: false } worker } && worker.CallAt(call.Number) == call)
            {
                change(call, worker);
            }
        }
    }
}
