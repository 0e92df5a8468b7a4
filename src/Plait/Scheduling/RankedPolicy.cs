namespace Plait.Scheduling;

/// <summary>
/// Orders by one number that an entry has from its arrival on, its rank: the smallest runs next, equals in the order of arrival. What
/// the policies by cost, by deadline and by period have in common.
/// </summary>
public abstract class RankedPolicy : SchedulingPolicy
{
    private readonly EntryHeap _waiting = new();
    private long _sequence;

    private protected RankedPolicy()
    {
    }

    /// <inheritdoc/>
    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(running);
        return IsPreemptive && waiting.Rank < RankAfter(running, ran);
    }

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        entry.Used = 0;
        entry.Rank = RankOf(entry);
        entry.Sequence = _sequence++;
        _waiting.Add(entry, KindOf(entry));
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = SchedulingTime.Unlimited;
        return _waiting.TakeMin();
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        entry.Used += ran;
        entry.Rank = RankAfter(entry, ran);
        _waiting.Add(entry);
    }

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);

    private protected abstract long RankOf(SchedulingEntry entry);

    /// <summary>The rank of an entry that has run for so long since it was taken.</summary>
    private protected virtual long RankAfter(SchedulingEntry entry, long ran) => entry.Rank;

    /// <summary>Entries of one kind mostly come in order (<see cref="EntryHeap"/>): those of one rank do.</summary>
    private protected virtual int KindOf(SchedulingEntry entry) => Mixed(entry.Rank);

    // Ranks may differ in their high bits only: Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    private static int Mixed(long rank) => (int)((ulong)rank * 0x9E37_79B9_7F4A_7C15 >> 32);
}
