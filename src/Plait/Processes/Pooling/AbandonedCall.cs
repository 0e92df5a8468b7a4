using Plait.Execution;
using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>
/// Stands in the place of a call that was given up while its function goes on, in a worker that runs others too: the call itself may be on
/// its way again, elsewhere. What the function says in the end is nobody's.
/// </summary>
internal sealed class AbandonedCall : PooledCall
{
    public AbandonedCall(PooledCall call, Delegate function)
        : base(call.Pool, function, call.Name, TaskOptions.Default)
    {
        Number = call.Number;
        Claim = call.Claim;
        Worker = call.Worker;
        Stage = CallStage.Sent;
        Stop = StopReason.Killed();
    }

    public override bool IsTask => false;

    public override bool IsPlain => true;

    public override TimeSpan RunLimit => Timeout.InfiniteTimeSpan;

    public override bool ShouldRetry(Exception error) => false;

    public override void OnReturned(ref PayloadReader reader)
    {
    }

    public override void OnFailed(Exception error)
    {
    }

    public override void OnCancelled(CancellationToken token)
    {
    }
}
