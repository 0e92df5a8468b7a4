namespace Plait.Scheduling;

/// <summary>Who holds which of the tickets 0 to <see cref="Total"/> - 1: a binary indexed tree of sums (Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994), so that adding, removing and finding the holder are logarithmic.</summary>
internal sealed class TicketTree
{
    private SchedulingEntry?[] _entries = new SchedulingEntry?[16];
    private int[] _tickets = new int[16];

    // _sums[i] is the sum of the tickets of the i & -i slots that end with slot i - 1.
    private long[] _sums = new long[17];
    private int[] _free = new int[16];
    private int _freeCount;
    private int _used;

    public long Total { get; private set; }

    public void Add(SchedulingEntry entry, int tickets)
    {
        // The place that was left last is taken first: an entry that ran and comes back has the tickets it had.
        int slot = _freeCount > 0 ? _free[--_freeCount] : NewSlot();
        _entries[slot] = entry;
        entry.Position = slot;
        Change(slot, tickets);
    }

    public void Remove(SchedulingEntry entry)
    {
        int slot = entry.Position;
        Change(slot, -_tickets[slot]);
        _entries[slot] = null;
        _free[_freeCount++] = slot;
    }

    /// <summary>The holder of a ticket.</summary>
    public SchedulingEntry Find(long ticket)
    {
        int slot = 0;
        for (int step = _entries.Length; step > 0; step >>= 1)
        {
            if (slot + step <= _entries.Length && _sums[slot + step] <= ticket)
            {
                slot += step;
                ticket -= _sums[slot];
            }
        }

        return _entries[slot]!;
    }

    private void Change(int slot, int by)
    {
        _tickets[slot] += by;
        Total += by;
        for (int i = slot + 1; i < _sums.Length; i += i & -i)
        {
            _sums[i] += by;
        }
    }

    private int NewSlot()
    {
        if (_used == _entries.Length)
        {
            // The length is a power of two, so the sum at its end covers all before, and is the sum at the new end as well.
            int length = _used * 2;
            Array.Resize(ref _entries, length);
            Array.Resize(ref _tickets, length);
            Array.Resize(ref _free, length);
            Array.Resize(ref _sums, length + 1);
            _sums[length] = Total;
        }

        return _used++;
    }
}
