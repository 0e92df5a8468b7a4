namespace Plait.Coroutines.Engine;

/// <summary>Another thread wants something of a loop closed.</summary>
/// <param name="close">Closes it, on the loop's thread.</param>
/// <param name="closeAlone">Closes what is left of it when the loop has ended, which has closed what it watched. Any thread, and more than once.</param>
internal sealed class ClosingStep(Action close, Action closeAlone) : OwedStep
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is closed.</summary>
    public Task Over => _over.Task;

    public override void Refuse()
    {
        closeAlone();
        _over.TrySetResult();
    }

    protected override void Run()
    {
        close();
        _over.TrySetResult();
    }
}
