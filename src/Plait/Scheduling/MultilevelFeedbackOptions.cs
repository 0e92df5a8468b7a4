namespace Plait.Scheduling;

/// <summary>One level of a <see cref="MultilevelFeedbackPolicy"/>.</summary>
/// <param name="Quantum">The longest time an entry runs in its turn on this level; positive, or <see cref="SchedulingTime.Unlimited"/>.</param>
/// <param name="Allotment">How many quanta it has on this level before it goes down; 1 or more.</param>
public readonly record struct FeedbackLevel(long Quantum, int Allotment = 1);

/// <summary>The levels of a <see cref="MultilevelFeedbackPolicy"/> and what moves entries between them. Immutable. Times are in nanoseconds or the unit of the clock that the policy is told.</summary>
public sealed record MultilevelFeedbackOptions
{
    /// <summary>The levels, the most urgent first: 1 to 64. Default: 10, 20 and 40 ms, one quantum each.</summary>
    public IReadOnlyList<FeedbackLevel> Levels { get; init; } =
        [new(10 * SchedulingTime.Millisecond), new(20 * SchedulingTime.Millisecond), new(40 * SchedulingTime.Millisecond)];

    /// <summary>Every so long all entries go to the first level, at the multiples of this time after <see cref="BoostStart"/>; <see cref="SchedulingTime.Unlimited"/>: never, and long entries may starve. Default: a second.</summary>
    public long BoostInterval { get; init; } = SchedulingTime.Second;

    /// <summary>The time from which the intervals between boosts count. Default: 0; a clock that starts elsewhere costs nothing but where the first boost falls.</summary>
    public long BoostStart { get; init; }

    /// <summary>Whether an entry that blocks gets a fresh quantum and allotment on its level. An entry can then stay on top for ever by blocking just before its quantum ends. Default: false.</summary>
    public bool RenewsWhenBlocking { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Levels, nameof(Levels));
        if (Levels.Count is 0 or > 64)
        {
            throw new ArgumentOutOfRangeException(nameof(Levels), Levels.Count, "Multilevel feedback has 1 to 64 levels.");
        }

        for (int i = 0; i < Levels.Count; i++)
        {
            if (Levels[i].Quantum <= 0 || Levels[i].Allotment <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(Levels), Levels[i], $"Level {i} needs a positive quantum and an allotment of 1 or more.");
            }
        }

        if (BoostInterval <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(BoostInterval), BoostInterval, "The time between boosts is positive; SchedulingTime.Unlimited means that there are none.");
        }
    }
}
