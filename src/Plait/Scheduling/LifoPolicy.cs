namespace Plait.Scheduling;

/// <summary>Last come, first served: the newest entry runs next, until it stops by itself. Its data is likely to be in the cache still; old entries may wait for ever.</summary>
public sealed class LifoPolicy : SchedulingPolicy
{
    private EntryList _waiting;

    /// <inheritdoc/>
    public override string Name => "lifo";

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now) => _waiting.AddFirst(entry);

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
