namespace Plait.Scheduling;

/// <summary>
/// The entry whose <see cref="SchedulingEntry.Deadline"/> comes first runs, and an entry with an earlier one stops it. On one processor it meets every set of deadlines
/// that can be met at all, up to full utilisation (Liu and Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time Environment", 1973).
/// </summary>
public sealed class EarliestDeadlineFirstPolicy : RankedPolicy
{
    /// <inheritdoc/>
    public override string Name => "edf";

    /// <inheritdoc/>
    public override bool IsPreemptive => true;

    private protected override long RankOf(SchedulingEntry entry) => entry.Deadline;

    // Most come in the order of their deadlines.
    private protected override int KindOf(SchedulingEntry entry) => 0;
}
