namespace Plait.Scheduling;

/// <summary>First come, first served: entries run in the order in which they came or were woken, each until it stops by itself. One long entry delays all behind it.</summary>
public sealed class FifoPolicy : SchedulingPolicy
{
    private EntryList _waiting;

    /// <inheritdoc/>
    public override string Name => "fifo";

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now) => _waiting.AddLast(entry);

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = SchedulingTime.Unlimited;
        return _waiting.TakeFirst();
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now) => _waiting.AddFirst(entry);

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);
}
