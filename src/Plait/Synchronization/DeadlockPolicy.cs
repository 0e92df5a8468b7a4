namespace Plait.Synchronization;

/// <summary>What happens when a deadlock is proven.</summary>
public enum DeadlockPolicy
{
    /// <summary>The unit whose wait began last gets a <see cref="DeadlockException"/>; with what it then releases the others go on.</summary>
    Throw,

    /// <summary>It is reported, by <see cref="DeadlockDetection.Detected"/> and on the standard error; everybody goes on waiting.</summary>
    Report,

    /// <summary>The process of the unit whose wait began last is ended at once, with the report.</summary>
    FailFast,
}
