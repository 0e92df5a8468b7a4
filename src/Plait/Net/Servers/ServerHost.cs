namespace Plait.Net.Servers;

/// <summary>One model at work, from a start or restart of the server to the next one or the end: accepts, serves, ends. One thread at a time uses it. It takes nothing of the system's before <see cref="Start"/>.</summary>
internal abstract class ServerHost(ServerCore core)
{
    private bool _hasBegun;

    /// <summary>Why it does not serve under the model that was asked for; null when it does.</summary>
    public string? FallbackReason => core.FallbackReason;

    protected ServerCore Core => core;

    /// <summary>Begins. Takes a use of each socket that listens, also if it throws.</summary>
    /// <param name="listeners">One a worker that has its own; otherwise one.</param>
    public void Start(IReadOnlyList<ListeningSocket> listeners)
    {
        Begin(listeners);
        _hasBegun = true;
    }

    /// <summary>Completes when all who serve accept; fails with the reason if one of them never will.</summary>
    public virtual Task UpAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Stops accepting, sets <see cref="Connection.Stopping"/>, waits until all connections have ended, and breaks off those that have not in time.</summary>
    /// <param name="leavesQueue">Whether others go on to accept: what is queued is theirs. Otherwise it is accepted first.</param>
    /// <param name="overdue">Set when the time is over.</param>
    public async Task StopAsync(bool leavesQueue, CancellationToken overdue)
    {
        core.Stop(leavesQueue);
        if (!_hasBegun || await DrainAsync(overdue).ConfigureAwait(false))
        {
            core.Dispose();
        }
    }

    /// <inheritdoc cref="Start"/>
    protected abstract void Begin(IReadOnlyList<ListeningSocket> listeners);

    /// <summary>It was told to stop: comes to its end.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    protected abstract Task<bool> DrainAsync(CancellationToken overdue);

    /// <summary>Whether it completes soon after everything was broken off: a handler that waits for its connection comes back at once; one that is busy with something else has a while.</summary>
    protected static async Task<bool> IsSoonAsync(Task task)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        return await InTimeAsync(task, late.Token).ConfigureAwait(false);
    }

    /// <summary>Whether it completes in time.</summary>
    protected static async Task<bool> InTimeAsync(Task task, CancellationToken overdue)
    {
        try
        {
            await task.WaitAsync(overdue).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (overdue.IsCancellationRequested)
        {
            return false;
        }
    }
}
