namespace Plait.Scheduling;

/// <summary>
/// The entry with the shortest <see cref="SchedulingEntry.Period"/> runs, and one with a shorter period stops it: the best of all fixed priorities. It meets all deadlines of
/// n periodic entries for certain while they use no more than n(2^(1/n) - 1) of the processor, 69 % for many (Liu and Layland, "Scheduling
/// Algorithms for Multiprogramming in a Hard-Real-Time Environment", 1973).
/// </summary>
public sealed class RateMonotonicPolicy : RankedPolicy
{
    /// <inheritdoc/>
    public override string Name => "rm";

    /// <inheritdoc/>
    public override bool IsPreemptive => true;

    private protected override long RankOf(SchedulingEntry entry) => entry.Period;
}
