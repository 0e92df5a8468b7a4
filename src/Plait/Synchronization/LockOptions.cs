namespace Plait.Synchronization;

/// <summary>How a lock behaves. Decided by whoever makes it.</summary>
public sealed record LockOptions
{
    /// <summary>
    /// Whether grants follow the order of arrival without exception. By default (false) a lock that is just free may be taken by
    /// whoever runs, which is many times faster under contention, and a waiter of a millisecond is handed the next grant.
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>
    /// The class for lock-order checking: locks with the same class are one. Null: the name, or else where it was made.
    /// </summary>
    public string? OrderClass { get; init; }
}
