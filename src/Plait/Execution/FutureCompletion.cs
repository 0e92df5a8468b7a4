namespace Plait.Execution;

/// <summary>The task that a future can be seen as, made when it is first asked for.</summary>
/// <typeparam name="TResult">What the function returns.</typeparam>
internal sealed class FutureCompletion<TResult> : FutureObserver
{
    public TaskCompletionSource<TResult> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void OnDone(Future future) => ((Future<TResult>)future).Complete(Source);
}
