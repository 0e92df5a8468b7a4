namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits for a foreign task, and can be told to stop waiting.</summary>
internal sealed class TaskWait : SourceWait
{
    private bool _isEnded;

    private TaskWait()
    {
    }

    public static ValueTask Begin(CoroutineContext context, Task task)
    {
        var wait = new TaskWait();
        wait.Enter(context);

        // Called back in the current context, so on the loop's thread.
        task.GetAwaiter().UnsafeOnCompleted(wait.OnTaskEnded);
        return wait.Task;
    }

    public override string ToString() => "a task that is not ours";

    protected override void Stop() => _isEnded = true;

    protected override void Recycle()
    {
        // The task may still call back: it is not used again.
    }

    private void OnTaskEnded()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            Complete(next: false);
        }
    }
}
