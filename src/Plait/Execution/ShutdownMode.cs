namespace Plait.Execution;

/// <summary>What becomes of the work an executor has when it is shut down.</summary>
public enum ShutdownMode
{
    /// <summary>Everything submitted is run to its end.</summary>
    Drain,

    /// <summary>What runs is run to its end; what has not begun is cancelled.</summary>
    CancelPending,

    /// <summary>What has not begun is cancelled, what runs is killed.</summary>
    Kill,
}
