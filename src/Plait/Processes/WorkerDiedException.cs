namespace Plait.Processes;

/// <summary>
/// The worker that ran a task ended before the task did; it is replaced. In a <see cref="ProcessExecutor"/> no other task was harmed. In a
/// <see cref="HybridExecutor"/> all the tasks that ran in the process end so.
/// </summary>
public sealed class WorkerDiedException : Exception
{
    internal WorkerDiedException(string taskName, ChildOutcome outcome, int deaths, bool isQuarantined, int neighbours)
        : base(Describe(taskName, outcome, deaths, isQuarantined, neighbours))
    {
        TaskName = taskName;
        Outcome = outcome;
        Deaths = deaths;
        IsQuarantined = isQuarantined;
    }

    /// <summary>What the task is called.</summary>
    public string TaskName { get; }

    /// <summary>How the worker ended: kind, exit code or signal, explanation, last lines of standard error.</summary>
    public ChildOutcome Outcome { get; }

    /// <summary>The worker's process id.</summary>
    public int Pid => Outcome.Pid;

    /// <summary>How many workers the task has killed, over all its attempts.</summary>
    public int Deaths { get; }

    /// <summary>Whether it was given up, retries left or not, because it had killed as many workers as one task may.</summary>
    public bool IsQuarantined { get; }

    private static string Describe(string taskName, ChildOutcome outcome, int deaths, bool isQuarantined, int neighbours)
    {
        string beside = neighbours > 0 ? $" {neighbours} other tasks ran in it: any of them may have ended it." : string.Empty;
        string killed = deaths > 1 ? $" It has killed {deaths} workers{(isQuarantined ? " and is quarantined" : string.Empty)}." : string.Empty;
        return $"Task '{taskName}' ended with its worker {outcome}{beside}{killed}";
    }
}
