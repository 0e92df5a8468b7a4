namespace Plait.Coroutines;

/// <summary>Where a coroutine is in its life. The last three are ends.</summary>
public enum CoroutineState
{
    /// <summary>It has not begun.</summary>
    Pending,

    /// <summary>It has begun: it runs, waits, or waits for its turn.</summary>
    Running,

    /// <summary>Its function returned.</summary>
    Succeeded,

    /// <summary>Its function threw.</summary>
    Failed,

    /// <summary>Its function ended by a cancellation, or it was killed before it began.</summary>
    Cancelled,
}
