using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>What a task of this process asks of the executor that it belongs to. Safe for all threads.</summary>
internal abstract class LocalHost(bool isMeasured = false)
{
    public abstract string Name { get; }

    /// <summary>Which executor it is, in measurements.</summary>
    public abstract ExecutorIdentity Identity { get; }

    /// <summary>Whether it is measured how long functions run.</summary>
    public bool IsMeasured => isMeasured;

    /// <summary>Whether who waits for a task looks for its end first; null where that never pays.</summary>
    public virtual Glances? Glances => null;

    public abstract TimeProvider TimeProvider { get; }

    /// <summary>How long a function that was asked to stop may take to do so.</summary>
    public abstract TimeSpan Grace { get; }

    /// <summary>Whether what has not begun is cancelled by a shutdown: there are no further attempts then.</summary>
    public abstract bool IsCancelling { get; }

    /// <summary>One more has ended so, or one less.</summary>
    public abstract void Count(LocalCount what, int by);

    /// <summary>A task has begun: it waits no longer.</summary>
    public abstract void OnBegun();

    /// <summary>A task ended before it ran: in the queue, or delayed.</summary>
    public abstract void OnEndedWaiting(ILocalTask task);

    /// <summary>A task is to run again, now.</summary>
    public abstract void RunAgain(ILocalTask task);

    /// <summary>A task is to run again after a moment, until <see cref="RunDelayed"/> or its end. False when a shutdown came first.</summary>
    public abstract bool TryDelay(ILocalTask task);

    /// <summary>The moment is over.</summary>
    public abstract void RunDelayed(ILocalTask task);

    /// <summary>A task that had a key has ended: the next of that key has its turn.</summary>
    public abstract void OnKeyLeft(string key);

    /// <summary>What runs a task now, for <see cref="StopAttempt"/>; null where nothing but its token can stop it. Called under a guard of the task.</summary>
    public virtual object? AttemptOf(ILocalTask task) => null;

    /// <summary>The task's function is to end, if that attempt is still under way.</summary>
    public virtual void StopAttempt(object attempt)
    {
        // A thread cannot be stopped.
    }

    /// <summary>A task's function is over, and its future is not yet. Called where it is measured how long functions run.</summary>
    public virtual void OnRan(ILocalTask task)
    {
        // Nothing is measured.
    }

    /// <summary>The future of a task that still runs has ended: who runs it is lost to the executor.</summary>
    public abstract void OnLeft(ILocalTask task);
}

/// <summary>What is counted.</summary>
internal enum LocalCount
{
    Succeeded,
    Failed,
    Cancelled,
    Retried,
    TimedOut,
}
