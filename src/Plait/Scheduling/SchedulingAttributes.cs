namespace Plait.Scheduling;

/// <summary>What policies go by, as one immutable value that many entries may share. The meaning of each is that of <see cref="SchedulingEntry"/>.</summary>
public sealed record SchedulingAttributes
{
    internal static readonly SchedulingAttributes Default = new();

    /// <summary>What it is called; runs of the same name are taken for runs of the same work. Default: null.</summary>
    public string? Name { get; init; }

    /// <summary>The smaller, the sooner. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>The time it is known to need; 0 when it is not known. Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long ExpectedCost
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An expected cost is a time of 0 (not known) or more.");
    }

    /// <summary>Its share in proportion to the others', at least 1. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Weight
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A weight is 1 or more.");
    } = 1;

    /// <summary>The class whose share it uses. Default: null, which is a class as well.</summary>
    public string? ShareClass { get; init; }

    /// <summary>The time by which it should be done. Default: <see cref="SchedulingTime.Unlimited"/>.</summary>
    public long Deadline { get; init; } = SchedulingTime.Unlimited;

    /// <summary>The time between two runs of periodic work. Default: <see cref="SchedulingTime.Unlimited"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is 0 or negative.</exception>
    public long Period
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A period is a positive time.");
    } = SchedulingTime.Unlimited;
}
