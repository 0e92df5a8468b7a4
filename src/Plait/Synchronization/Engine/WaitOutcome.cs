namespace Plait.Synchronization.Engine;

/// <summary>How a wait ended.</summary>
internal enum WaitOutcome
{
    /// <summary>Under way.</summary>
    None,

    /// <summary>It was there at once; the agent has it.</summary>
    Taken,

    /// <summary>It was waited for; the agent has it, and has yet to say that it knows.</summary>
    Granted,

    /// <summary>The barrier is broken.</summary>
    Refused,

    TimedOut,

    Cancelled,

    /// <summary>It would never have ended.</summary>
    Deadlocked,
}
