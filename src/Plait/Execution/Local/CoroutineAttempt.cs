using Plait.Coroutines;

namespace Plait.Execution.Local;

/// <summary>One attempt of a task, as a coroutine.</summary>
internal sealed class CoroutineAttempt(CoroutineHost host, CoroutineWorker worker, ILocalTask task)
{
    private Coroutine? _coroutine;
    private bool _hasBegun;

    public CoroutineWorker Worker => worker;

    public ILocalTask Task => task;

    /// <summary>Whether its function has been called, or would have been.</summary>
    public bool HasBegun => Volatile.Read(ref _hasBegun);

    /// <summary>Whether its task's future ended without it. Guarded by the host.</summary>
    public bool IsLeft { get; set; }

    /// <summary>When its function was called; 0 for not, or no longer. By the loop's thread.</summary>
    public long Began { get; set; }

    /// <summary>Under the host's gate. Without anything of the thread's that happens to start it: neither a submitter's context nor an ending task's.</summary>
    public void Start()
    {
        using AsyncFlowControl? suppressed = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        Volatile.Write(ref _coroutine, worker.Loop.Spawn(RunAsync, host.CoroutineOptionsFor(task.Options)));
    }

    /// <summary>Its coroutine is to end. One that has not begun is left alone: it finds out, and makes room.</summary>
    public void Kill()
    {
        if (HasBegun && Volatile.Read(ref _coroutine) is { } coroutine)
        {
            coroutine.Kill();
        }
    }

    private async Task RunAsync()
    {
        Volatile.Write(ref _hasBegun, value: true);
        try
        {
            if (host.Broken is not null)
            {
                host.Refuse(task);
            }
            else
            {
                worker.Clock?.Begin(this);
                await task.TryRunAsync();
            }
        }
        finally
        {
            worker.Clock?.Forget(this);
            host.OnEnded(this);
        }
    }
}
