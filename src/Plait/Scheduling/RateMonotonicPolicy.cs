namespace Plait.Scheduling;

/// <summary>
/// The entry with the shortest <see cref="SchedulingEntry.Period"/> runs, and one with a shorter period stops it: the best of all fixed priorities. It meets all deadlines of
/// n periodic entries for certain while they use no more than n(2^(1/n) - 1) of the processor, 69 % for many (Liu and Layland, "Scheduling
/// Algorithms for Multiprogramming in a Hard-Real-Time Environment", 1973).
/// </summary>
public sealed class RateMonotonicPolicy : SchedulingPolicy
{
    private readonly EntryHeap _waiting = new();
    private long _sequence;

    /// <inheritdoc/>
    public override string Name => "rm";

    /// <inheritdoc/>
    public override bool IsPreemptive => true;

    /// <inheritdoc/>
    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(running);
        return waiting.Rank < running.Rank;
    }

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        entry.Rank = entry.Period;
        entry.Sequence = _sequence++;
        _waiting.Add(entry, entry.Rank.GetHashCode());
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = SchedulingTime.Unlimited;
        return _waiting.TakeMin();
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now) => _waiting.Add(entry);

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);
}
