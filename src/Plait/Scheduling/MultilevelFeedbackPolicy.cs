namespace Plait.Scheduling;

/// <summary>
/// Multilevel feedback: nobody says what an entry costs, its past tells. A new entry starts on the first level; when it has used up its quanta
/// there it goes down one. A lower level runs only while all above are empty. So short and interactive entries answer soon and long ones
/// get long quanta, and from time to time all start again on top, so that none starves and those that changed are noticed.
/// </summary>
/// <remarks>
/// Corbato, Merwin-Daggett and Daley, "An Experimental Time-Sharing System", 1962. The rules are those of Arpaci-Dusseau, Operating Systems:
/// Three Easy Pieces, chapter 8, and of its simulator mlfq.py:
/// <list type="number">
/// <item>the first entry of the highest level that has any runs; a new one preempts those of lower levels, not of its own;</item>
/// <item>a preempted entry stays at the head of its level, with the rest of its quantum;</item>
/// <item>one that used its quantum goes to the end of its level, and to the end of the next when that was the last of its allotment; on the lowest level
/// it starts its allotment again;</item>
/// <item>one that blocks keeps what it has used (a quantum that ends in that moment counts as used), so that nobody games the policy by
/// blocking early, unless <see cref="MultilevelFeedbackOptions.RenewsWhenBlocking"/>;</item>
/// <item>at a boost all waiting entries move behind those of the first level, the lowest level first, and every entry, blocked ones as well,
/// has a full allotment there. What stops at that moment is seen before it, what arrives or wakes after it.</item>
/// </list>
/// A boost links lists, level by level, and touches no entry; an entry finds out when it is next looked at.
/// </remarks>
public sealed class MultilevelFeedbackPolicy : SchedulingPolicy
{
    private readonly MultilevelFeedbackOptions _options;
    private readonly FeedbackLevel[] _levels;
    private readonly EntryList[] _waiting;
    private readonly long _boostInterval;
    private readonly bool _renewsWhenBlocking;
    private long _nextBoost;
    private int _epoch;

    // A bit a level that has waiting entries, bit 0 for the first.
    private ulong _nonEmpty;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="options">Levels and boosts. Default: null, three levels of 10, 20 and 40 ms and a boost a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no levels or more than 64, or a quantum, an allotment or the time between boosts is not positive.</exception>
    public MultilevelFeedbackPolicy(MultilevelFeedbackOptions? options = null)
    {
        options ??= new MultilevelFeedbackOptions();
        options.Validate();
        _options = options;
        _levels = [.. options.Levels];
        _waiting = new EntryList[_levels.Length];
        _boostInterval = options.BoostInterval;
        _renewsWhenBlocking = options.RenewsWhenBlocking;
        _nextBoost = _boostInterval == SchedulingTime.Unlimited ? SchedulingTime.Unlimited : options.BoostStart + _boostInterval;
    }

    /// <inheritdoc/>
    public override string Name => "mlfq";

    /// <inheritdoc/>
    public override bool IsPreemptive => true;

    /// <summary>The level on which an entry is or would go on, 0 for the first.</summary>
    /// <param name="entry">An entry of this policy.</param>
    /// <returns>Its level.</returns>
    public int LevelOf(SchedulingEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Epoch == _epoch ? entry.Level : 0;
    }

    /// <inheritdoc/>
    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) => LevelOf(waiting) < LevelOf(running);

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => new MultilevelFeedbackPolicy(_options);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        BoostIfDue(now);
        Renew(entry, level: 0);
        entry.Epoch = _epoch;
        Put(entry, isFirst: false);
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        BoostIfDue(now);
        int level = System.Numerics.BitOperations.TrailingZeroCount(_nonEmpty);
        SchedulingEntry entry = _waiting[level].TakeFirst();
        MarkIfEmpty(level);
        CatchUp(entry);
        slice = _levels[level].Quantum == SchedulingTime.Unlimited ? SchedulingTime.Unlimited : _levels[level].Quantum - entry.Used;

        // It must come back for the boost, or one alone on a long quantum would sit through it.
        if (_nextBoost != SchedulingTime.Unlimited)
        {
            slice = Math.Min(slice, _nextBoost - now);
        }

        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        BoostIfOverdue(now);
        Put(entry, isFirst: !Charge(entry, ran));
    }

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        BoostIfOverdue(now);
        CatchUp(entry);
        if (_renewsWhenBlocking)
        {
            entry.Slices = 0;
        }

        if (!Charge(entry, ran) && _renewsWhenBlocking)
        {
            entry.Used = 0;
        }
    }

    /// <inheritdoc/>
    protected override void OnWoken(SchedulingEntry entry, long now)
    {
        BoostIfDue(now);
        CatchUp(entry);
        Put(entry, isFirst: false);
    }

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry)
    {
        int level = LevelOf(entry);
        _waiting[level].Remove(entry);
        MarkIfEmpty(level);
    }

    private static void Renew(SchedulingEntry entry, int level)
    {
        entry.Level = (short)level;
        entry.Used = 0;
        entry.Slices = 0;
    }

    /// <summary>Counts what an entry ran against its quantum and allotment. True when its quantum is used up.</summary>
    private bool Charge(SchedulingEntry entry, long ran)
    {
        CatchUp(entry);
        if (ran < _levels[entry.Level].Quantum - entry.Used)
        {
            entry.Used += ran;
            return false;
        }

        entry.Used = 0;
        if (++entry.Slices >= _levels[entry.Level].Allotment)
        {
            Renew(entry, Math.Min(entry.Level + 1, _levels.Length - 1));
        }

        return true;
    }

    /// <summary>Gives an entry what the boosts since its last visit gave everybody.</summary>
    private void CatchUp(SchedulingEntry entry)
    {
        if (entry.Epoch != _epoch)
        {
            entry.Epoch = _epoch;
            Renew(entry, level: 0);
        }
    }

    private void Put(SchedulingEntry entry, bool isFirst)
    {
        ref EntryList list = ref _waiting[entry.Level];
        if (isFirst)
        {
            list.AddFirst(entry);
        }
        else
        {
            list.AddLast(entry);
        }

        _nonEmpty |= 1UL << entry.Level;
    }

    private void MarkIfEmpty(int level)
    {
        if (_waiting[level].IsEmpty)
        {
            _nonEmpty &= ~(1UL << level);
        }
    }

    private void BoostIfDue(long now)
    {
        if (now >= _nextBoost)
        {
            Boost(now);
        }
    }

    /// <summary>For what stopped at this moment: a boost of the same moment comes after it.</summary>
    private void BoostIfOverdue(long now)
    {
        if (now > _nextBoost)
        {
            Boost(now - 1);
        }
    }

    private void Boost(long now)
    {
        if (_nextBoost == SchedulingTime.Unlimited)
        {
            return;
        }

        // Several that were missed are one: nothing ran between them.
        _nextBoost += (((now - _nextBoost) / _boostInterval) + 1) * _boostInterval;
        _epoch++;
        for (int level = _levels.Length - 1; level > 0; level--)
        {
            _waiting[0].Append(ref _waiting[level]);
        }

        _nonEmpty = _waiting[0].IsEmpty ? 0UL : 1UL;
    }
}
