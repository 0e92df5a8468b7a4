namespace Plait.Scheduling;

/// <summary>How a <see cref="PriorityPolicy"/> orders. Immutable. Times are in nanoseconds or the unit of the clock that the policy is told.</summary>
public sealed record PriorityPolicyOptions
{
    /// <summary>
    /// The time of waiting that makes up for one step of priority; 0 means that no waiting does, and an entry may wait for ever while more urgent ones come.
    /// Default: a second. Priorities further from 0 than 2^62 divided by this count as that far.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long AgingInterval
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An aging interval is a positive time, or 0 for no aging.");
    } = SchedulingTime.Second;

    /// <summary>The longest time an entry runs before those of equal priority have their turn (round robin within a priority). Default: <see cref="SchedulingTime.Unlimited"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long Quantum
    {
        get;
        init => field = SchedulingTime.CheckQuantum(value, nameof(value));
    } = SchedulingTime.Unlimited;

    /// <summary>Whether an entry that comes with more urgency stops one that runs. Default: false.</summary>
    public bool IsPreemptive { get; init; }
}
