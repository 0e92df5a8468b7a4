namespace Plait.Scheduling.Simulation;

/// <summary>The states of a job, or of a process: the three of its life, and what is before and after.</summary>
public enum JobState
{
    /// <summary>It is not there yet.</summary>
    New,

    /// <summary>It could run, and waits for a processor.</summary>
    Ready,

    /// <summary>It has a processor.</summary>
    Running,

    /// <summary>It waits for something else than a processor.</summary>
    Blocked,

    /// <summary>It has ended.</summary>
    Terminated,
}
