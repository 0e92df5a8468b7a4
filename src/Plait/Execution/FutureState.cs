namespace Plait.Execution;

/// <summary>Where a submitted function stands.</summary>
public enum FutureState
{
    /// <summary>Not begun: it waits for a worker, or for its next attempt.</summary>
    Pending,

    /// <summary>A worker runs it.</summary>
    Running,

    /// <summary>It returned.</summary>
    Succeeded,

    /// <summary>It threw, its worker died, or it ran out of time.</summary>
    Faulted,

    /// <summary>It was cancelled; if it had begun, it no longer runs.</summary>
    Cancelled,
}
