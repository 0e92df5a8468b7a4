namespace Plait.Execution;

/// <summary>What an executor has done, and has to do, at one moment.</summary>
/// <param name="Workers">Workers that can run functions now.</param>
/// <param name="BusyWorkers">Those of them that do.</param>
/// <param name="Pending">Tasks that wait for a worker or for their next attempt.</param>
/// <param name="Running">Tasks handed to a worker whose end has not arrived: one that was awaited is not among them.</param>
/// <param name="Succeeded">Tasks whose function returned.</param>
/// <param name="Failed">Tasks that threw, ran out of time, or whose worker died for good.</param>
/// <param name="Cancelled">Tasks that were cancelled.</param>
/// <param name="Retried">Attempts after the first.</param>
/// <param name="TimedOut">Tasks or attempts stopped because their time was over.</param>
/// <param name="WorkersStarted">Workers ever started.</param>
/// <param name="WorkersDied">Workers that ended without being asked to.</param>
/// <param name="WorkersRecycled">Workers replaced because of their age, memory, number of tasks, or what a task left in them.</param>
/// <param name="StartsRefused">Starts of a worker, or of a thread in one, that the system refused.</param>
/// <param name="Quarantined">Tasks given up because they killed too many workers.</param>
public readonly record struct ExecutorStatistics(
    int Workers,
    int BusyWorkers,
    int Pending,
    int Running,
    long Succeeded,
    long Failed,
    long Cancelled,
    long Retried,
    long TimedOut,
    long WorkersStarted,
    long WorkersDied,
    long WorkersRecycled,
    long StartsRefused,
    long Quarantined);
