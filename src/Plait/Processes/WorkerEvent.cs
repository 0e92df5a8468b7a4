namespace Plait.Processes;

/// <summary>What happened to a worker.</summary>
public enum WorkerEventKind
{
    /// <summary>Its process was started.</summary>
    Started,

    /// <summary>It can run functions: it has booted, and its initializer has returned.</summary>
    Ready,

    /// <summary>It ended without being asked to.</summary>
    Died,

    /// <summary>It was ended and is replaced, because of its age, memory, number of tasks, or what a task left in it.</summary>
    Recycled,

    /// <summary>It was ended because a task's time was over, or the task was cancelled.</summary>
    Stopped,

    /// <summary>It was ended because the executor shrinks or shuts down.</summary>
    Retired,

    /// <summary>The system refused to start it, or to give a worker that runs several tasks at once another thread. The executor goes on with those it has, and tries again.</summary>
    StartRefused,

    /// <summary>It could not become ready: its process did not boot, or its initializer failed.</summary>
    StartFailed,

    /// <summary>A task that killed too many workers was given up.</summary>
    TaskQuarantined,
}

/// <summary>Something that happened to a worker of an executor.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="WorkerId">The worker's number.</param>
/// <param name="Pid">Its process; 0 when there is none.</param>
/// <param name="Message">It in words, with the reason.</param>
/// <param name="Outcome">How its process ended; null when it has not.</param>
/// <param name="Exception">The error behind it; null when there is none.</param>
public sealed record WorkerEvent(WorkerEventKind Kind, int WorkerId, int Pid, string Message, ChildOutcome? Outcome, Exception? Exception);
