using Plait.Execution;
using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>The initializer, or the finalizer, on its way to one worker.</summary>
internal sealed class SetupCall(WorkerPool pool, PooledWorker? worker, Action function, bool isInitializer)
    : PooledCall(pool, function, isInitializer ? $"initializer of {pool.Name}" : $"finalizer of {pool.Name}", TaskOptions.Default)
{
    /// <summary>The same for one worker, as it was encoded.</summary>
    public SetupCall For(PooledWorker other)
    {
        var call = new SetupCall(Pool, other, function, isInitializer);
        call.EncodeAs(this);
        return call;
    }

    public override TimeSpan RunLimit => isInitializer ? Pool.Options.InitializerTimeout : Timeout.InfiniteTimeSpan;

    public override bool IsTask => false;

    public override CallKind Kind => CallKind.Setup;

    public override bool IsPlain => true;

    public override bool ShouldRetry(Exception error) => false;

    public override void OnReturned(ref PayloadReader reader)
    {
        if (isInitializer)
        {
            Pool.OnInitialized(worker!, null);
        }
    }

    public override void OnFailed(Exception error)
    {
        if (isInitializer)
        {
            Pool.OnInitialized(worker!, error);
        }
        else
        {
            Pool.OnFinalizerFailed(worker!, error);
        }
    }

    public override void OnCancelled(CancellationToken token)
    {
        if (isInitializer)
        {
            Pool.OnInitialized(worker!, new OperationCanceledException("The pool was shut down.", token));
        }
    }
}
