namespace Plait.Execution.Local;

/// <summary>A task of an executor whose functions run in this process, whatever its function returns.</summary>
internal interface ILocalTask
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    TaskOptions Options { get; }

    bool IsDone { get; }

    /// <summary>It is accepted: from here on it is watched, if anybody wants that. Before it can be run.</summary>
    void StartTrace();

    /// <summary>Runs its function once, on this thread, unless it was ended while it waited: then false.</summary>
    bool TryRun();

    /// <summary>As <see cref="TryRun"/>, in the calling coroutine.</summary>
    Task<bool> TryRunAsync();

    /// <summary>It was asked to stop, and its time to do so is over: its future ends without it. False when it has ended.</summary>
    bool TryLeave(StopReason reason);

    /// <summary>It has its key from here on, and gives it back at its end. False when it has ended already.</summary>
    bool TryEnterKey();

    /// <summary>Its attempt failed: it waits for another. By the thread that ran it.</summary>
    void WaitAgain();

    /// <summary>Ends it if it has not begun; false when it has begun or ended.</summary>
    bool TryEndWaiting(StopReason reason);

    /// <summary>As <see cref="TryEndWaiting"/>, with an error.</summary>
    bool TryFailWaiting(Exception error);

    /// <summary>Ends it if it has not begun, else asks its function to stop.</summary>
    void Stop(StopReason reason);
}
