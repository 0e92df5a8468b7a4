namespace Plait.Scheduling;

/// <summary>
/// By priority: the smaller number runs first, equals in the order of arrival. Waiting makes up for priority (aging), so that no entry
/// waits for ever; with a quantum, entries of equal priority take turns.
/// </summary>
/// <remarks>
/// <para>Aging touches no waiting entry. One that came at time a with priority p has, at time t, the effective priority
/// p - (t - a) / A, where A is the aging interval. Of two entries the first is the more urgent if p1 * A + a1 is less than p2 * A + a2:
/// t drops out, so each entry has a rank that is fixed when it arrives, a virtual deadline, and a heap is enough. (Jackson, "Some problems in
/// queueing with dynamic priorities", 1960, studies just this order; Silberschatz, Galvin and Gagne, Operating System Concepts, call it aging.)</para>
/// <para>An entry of priority p that came at time a therefore runs before all that come after a + (p - q) * A with a priority q: that bounds its wait.
/// An entry that used up its quantum, or was woken, ages anew from then on.</para>
/// </remarks>
public sealed class PriorityPolicy : SchedulingPolicy
{
    private const long FarthestRank = long.MaxValue / 2;

    private readonly EntryHeap _waiting = new();
    private readonly PriorityPolicyOptions _options;
    private long _sequence;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="options">How it orders. Default: null, aging by one priority a second, no quantum, no preemption.</param>
    public PriorityPolicy(PriorityPolicyOptions? options = null) => _options = options ?? new PriorityPolicyOptions();

    /// <inheritdoc/>
    public override string Name => _options.Quantum == SchedulingTime.Unlimited ? "priority" : "priority-rr";

    /// <inheritdoc/>
    public override bool IsPreemptive => _options.IsPreemptive;

    /// <inheritdoc/>
    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(running);
        return _options.IsPreemptive && waiting.Rank < running.Rank && waiting.Priority < running.Priority;
    }

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => _options.IsPreemptive || _options.Quantum != SchedulingTime.Unlimited ? new PriorityPolicy(_options) : null;

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        entry.Used = 0;
        entry.Rank = RankOf(entry.Priority, now);
        entry.Sequence = _sequence++;
        _waiting.Add(entry, entry.Priority);
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        SchedulingEntry entry = _waiting.TakeMin();
        slice = _options.Quantum == SchedulingTime.Unlimited ? SchedulingTime.Unlimited : _options.Quantum - entry.Used;
        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        if (ran < _options.Quantum - entry.Used)
        {
            // Rank and sequence are as they were, so it is again where it was taken from.
            entry.Used += ran;
            _waiting.Add(entry);
        }
        else
        {
            OnAdded(entry, now);
        }
    }

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);

    private long RankOf(int priority, long now)
    {
        if (_options.AgingInterval == 0)
        {
            return priority;
        }

        long high = Math.BigMul(priority, _options.AgingInterval, out long low);
        long head = high == low >> 63 ? Math.Clamp(low, -FarthestRank, FarthestRank) : priority < 0 ? -FarthestRank : FarthestRank;
        return head + Math.Clamp(now, -FarthestRank, FarthestRank);
    }
}
