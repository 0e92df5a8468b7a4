namespace Plait.Execution.Local;

/// <summary>Stands in the place of a task that was left to itself, with its thread.</summary>
internal sealed class LeftTask : ILocalTask
{
    public static readonly LeftTask Instance = new();

    private LeftTask()
    {
    }

    public string Name => "left to itself";

    public TaskOptions Options => TaskOptions.Default;

    public bool IsDone => true;

    public void StartTrace()
    {
        // Nothing begins here.
    }

    public bool TryRun() => false;

    public Task<bool> TryRunAsync() => Task.FromResult(TryRun());

    public bool TryLeave(StopReason reason) => false;

    public bool TryEnterKey() => false;

    public void WaitAgain()
    {
        // It never runs.
    }

    public bool TryEndWaiting(StopReason reason) => false;

    public bool TryFailWaiting(Exception error) => false;

    public void Stop(StopReason reason)
    {
        // It has been asked, in vain.
    }
}
