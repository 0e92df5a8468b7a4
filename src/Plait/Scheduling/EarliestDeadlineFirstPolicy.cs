namespace Plait.Scheduling;

/// <summary>
/// The entry whose <see cref="SchedulingEntry.Deadline"/> comes first runs, and an entry with an earlier one stops it. On one processor it meets every set of deadlines
/// that can be met at all, up to full utilisation (Liu and Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time Environment", 1973).
/// </summary>
public sealed class EarliestDeadlineFirstPolicy : SchedulingPolicy
{
    private readonly EntryHeap _waiting = new();
    private long _sequence;

    /// <inheritdoc/>
    public override string Name => "edf";

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
        entry.Rank = entry.Deadline;
        entry.Sequence = _sequence++;
        _waiting.Add(entry, kind: 0);
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
