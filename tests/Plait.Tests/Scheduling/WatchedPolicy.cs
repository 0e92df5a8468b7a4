using System.Collections.Concurrent;
using Plait.Scheduling;

namespace Plait.Tests.Scheduling;

/// <summary>First come, first served; keeps what an executor says of the ends.</summary>
internal sealed class WatchedPolicy : SchedulingPolicy
{
    private readonly LinkedList<SchedulingEntry> _waiting = [];

    public override string Name => "watched";

    /// <summary>The names of those that have ended, with what they ran, in nanoseconds.</summary>
    public ConcurrentQueue<(string? Name, long Ran)> Ended { get; } = [];

    protected override void OnAdded(SchedulingEntry entry, long now) => _waiting.AddLast(entry);

    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = SchedulingTime.Unlimited;
        SchedulingEntry first = _waiting.First!.Value;
        _waiting.RemoveFirst();
        return first;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now) => _waiting.AddFirst(entry);

    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);

    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => Ended.Enqueue((entry.Name, ran));
}
