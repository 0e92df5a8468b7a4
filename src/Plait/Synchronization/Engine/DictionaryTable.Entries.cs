using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>Chains, entries and tables. Whatever stands in the memory, nothing outside of the heap is touched, and every walk ends.</content>
internal readonly unsafe partial struct DictionaryTable
{
    // No chain has more entries than there are blocks.
    private long MostSteps => Math.Min(Math.Max(Volatile.Read(ref memory.Header->HeapTop), 0), _heap.Capacity) / 128;

    private bool TryOpen(DictionaryStripe* stripe, out ulong* heads, out uint mask, out bool isOdd)
    {
        ulong table = Volatile.Read(ref stripe->Table);
        int log = (int)(table >> 1) & 63;
        isOdd = (table & DictionaryStripe.LinkBit) != 0;
        heads = table == 0 || log > LargestLog ? null : (ulong*)_heap.Range((table & ~127UL) + HeapBlock.Size, sizeof(ulong) << log);
        mask = (1u << (log & 31)) - 1;
        return heads is not null;
    }

    private bool TryEntry(ulong at, out DictionaryPlace place)
    {
        place = default;
        var entry = (DictionaryEntry*)_heap.Range(at + HeapBlock.Size, DictionaryEntry.Size);
        if (entry is null || (at & 127) != 0 || at == 0)
        {
            return false;
        }

        // Read once: who writes into them now does not change what was checked.
        place.KeyBytes = Volatile.Read(ref entry->KeyBytes);
        place.CellBytes = Volatile.Read(ref entry->CellBytes);
        place.Entry = entry;
        place.Block = (HeapBlock*)((byte*)entry - HeapBlock.Size);
        return place.KeyBytes >= 0 && place.CellBytes >= 0 && _heap.Range(at + HeapBlock.Size, BytesFor(place.KeyBytes, place.CellBytes)) is not null;
    }

    /// <summary>Done, with the entry; Missing, with the link that a new one goes into, if there is a table.</summary>
    private DictionaryResult Find(DictionaryStripe* stripe, uint hash, ReadOnlySpan<byte> key, long mostSteps, out DictionaryPlace place)
    {
        place = default;
        if (!TryOpen(stripe, out ulong* heads, out uint mask, out bool isOdd))
        {
            return Volatile.Read(ref stripe->Table) == 0 ? DictionaryResult.Missing : DictionaryResult.Damaged;
        }

        ulong* head = &heads[(hash / Stripes) & mask];
        ulong* link = head;
        for (ulong at = Volatile.Read(ref *link); at != 0; at = Volatile.Read(ref *link))
        {
            if (mostSteps-- <= 0 || !TryEntry(at, out place))
            {
                return DictionaryResult.Damaged;
            }

            if (place.Entry->Hash == hash && new ReadOnlySpan<byte>((byte*)place.Entry + DictionaryEntry.Size, place.KeyBytes).SequenceEqual(key))
            {
                place.Link = link;
                place.IsOdd = isOdd;
                return DictionaryResult.Done;
            }

            link = NextOf(place.Entry, isOdd);
        }

        place.Link = head;
        place.IsOdd = isOdd;
        return DictionaryResult.Missing;
    }

    private DictionaryResult Read(DictionaryStripe* stripe, uint hash, ReadOnlySpan<byte> key, Span<byte> destination, long mostSteps, out int length, out DictionaryVersion version)
    {
        DictionaryResult result = Find(stripe, hash, key, mostSteps, out DictionaryPlace place);
        if (result != DictionaryResult.Done)
        {
            length = 0;
            version = default;
            return result;
        }

        uint number = Volatile.Read(ref place.Entry->Version);
        version = new DictionaryVersion(_heap.PlaceOf(place.Block), number);
        return CopyValue(place, number, destination, out length);
    }

    private static DictionaryResult CopyValue(in DictionaryPlace place, uint version, Span<byte> destination, out int length)
    {
        bool isOdd = (version & 1) != 0;
        length = Volatile.Read(ref isOdd ? ref place.Entry->OddLength : ref place.Entry->EvenLength);
        if (length > place.CellBytes || length < DictionaryEntry.Null)
        {
            return DictionaryResult.Damaged;
        }

        if (length > destination.Length)
        {
            return DictionaryResult.TooLong;
        }

        new ReadOnlySpan<byte>(CellOf(place, isOdd), Math.Max(length, 0)).CopyTo(destination);
        return DictionaryResult.Done;
    }

    private DictionaryResult Admits(in DictionaryPlace place, DictionaryChange change, DictionaryVersion version, ReadOnlySpan<byte> expected, bool expectsNull)
    {
        uint number = place.Entry->Version;
        switch (change)
        {
            case DictionaryChange.Add:
                return DictionaryResult.Refused;
            case DictionaryChange.AtVersion:
                return new DictionaryVersion(_heap.PlaceOf(place.Block), number) == version ? DictionaryResult.Done : DictionaryResult.Refused;
            case DictionaryChange.AtValue:
                bool isOdd = (number & 1) != 0;
                int length = isOdd ? place.Entry->OddLength : place.Entry->EvenLength;
                if (length > place.CellBytes || length < DictionaryEntry.Null)
                {
                    return DictionaryResult.Damaged;
                }

                return expectsNull == (length == DictionaryEntry.Null) && new ReadOnlySpan<byte>(CellOf(place, isOdd), Math.Max(length, 0)).SequenceEqual(expected)
                    ? DictionaryResult.Done
                    : DictionaryResult.Refused;
            default:
                return DictionaryResult.Done;
        }
    }

    // The cell that does not count is written; then one store makes it the one that does.
    private static void SwitchCell(DictionaryStripe* stripe, in DictionaryPlace place, ReadOnlySpan<byte> value, bool isNull)
    {
        uint next = place.Entry->Version + 1;
        Begin(stripe);
        FillCell(place, next, value, isNull);
        CrashPoints.Hit(CrashPoint.CellWritten);
        Volatile.Write(ref place.Entry->Version, next);
        CrashPoints.Hit(CrashPoint.CellSwitched);
        End(stripe);
    }

    private static void FillCell(in DictionaryPlace place, uint version, ReadOnlySpan<byte> value, bool isNull)
    {
        bool isOdd = (version & 1) != 0;
        (isOdd ? ref place.Entry->OddLength : ref place.Entry->EvenLength) = isNull ? DictionaryEntry.Null : value.Length;
        value.CopyTo(new Span<byte>(CellOf(place, isOdd), place.CellBytes));
    }

    private static byte* CellOf(in DictionaryPlace place, bool isOdd) =>
        (byte*)place.Entry + DictionaryEntry.Size + RoundUp(place.KeyBytes) + (isOdd ? RoundUp(place.CellBytes) : 0);

    private static long BytesFor(int keyBytes, int cellBytes) => DictionaryEntry.Size + RoundUp(keyBytes) + (2 * RoundUp(cellBytes));

    private static long RoundUp(long bytes) => (bytes + 7) & ~7L;

    private HeapBlock* NewEntry(ReadOnlySpan<byte> key, uint hash, ReadOnlySpan<byte> value, bool isNull, ulong home)
    {
        HeapBlock* block = _heap.Allocate(BytesFor(key.Length, value.Length));
        block->Home = home;

        // What the block has room for anyhow, the cells get.
        long spare = (_heap.Room(block) - DictionaryEntry.Size - RoundUp(key.Length)) / 2 & ~7L;
        var entry = (DictionaryEntry*)SharedHeap.Data(block);
        entry->Hash = hash;
        entry->KeyBytes = key.Length;
        int cellBytes = (int)Math.Min(Math.Max(spare, value.Length), Math.Max(value.Length, 1 << 16));
        entry->CellBytes = cellBytes;
        entry->Version = 0;
        key.CopyTo(new Span<byte>((byte*)entry + DictionaryEntry.Size, key.Length));
        FillCell(new DictionaryPlace { Entry = entry, KeyBytes = key.Length, CellBytes = cellBytes }, 0, value, isNull);
        return block;
    }

    // In front of its chain, or in the place of the one that it replaces, which is given back.
    private HeapBlock* Link(DictionaryStripe* stripe, in DictionaryPlace place, HeapBlock* fresh, bool replaces)
    {
        var entry = (DictionaryEntry*)SharedHeap.Data(fresh);
        Begin(stripe);

        // Never one that an entry in this place, or of this key, has had. The lowest bit says which cell is filled.
        entry->Version = (uint)(stripe->Sequence + 1) & ~1u;
        *NextOf(entry, place.IsOdd) = replaces ? *NextOf(place.Entry, place.IsOdd) : *place.Link;
        SharedHeap.Keep(fresh);
        CrashPoints.Hit(CrashPoint.EntryKept);
        Volatile.Write(ref *place.Link, _heap.PlaceOf(fresh));
        CrashPoints.Hit(CrashPoint.EntryLinked);
        stripe->Count += replaces ? 0 : 1;
        End(stripe);
        return replaces ? Disown(place.Block) : null;
    }

    // Nothing leads to it any more. Still under the guard: killed before it, the repair finds it; killed behind it, it is freed with this process.
    private HeapBlock* Disown(HeapBlock* block)
    {
        _heap.Own(block);
        CrashPoints.Hit(CrashPoint.EntryOwned);
        return block;
    }

    private bool IsFull(DictionaryStripe* stripe)
    {
        ulong table = stripe->Table;
        int log = (int)(table >> 1) & 63;
        return table == 0 || (log < LargestLog && stripe->Count >= 1L << log);
    }

    // False when there is no room for a larger one, or the chains make no sense, and the old one has to do.
    private bool TryGrow(DictionaryStripe* stripe, ulong table, HeapBlock* fresh)
    {
        int log = table == 0 ? FirstLog : ((int)(table >> 1) & 63) + 1;
        HeapBlock* block;
        try
        {
            block = _heap.AllocateZeroed(sizeof(ulong) << log);
        }
        catch (ScopeCapacityException)
        {
            if (table != 0)
            {
                return false;
            }

            _heap.Free(fresh);
            throw;
        }

        block->Home = HomeOf(stripe);
        Agent agent = Agents.Current(memory);
        EnterStripe(stripe, agent);
        HeapBlock* old = block;
        bool isChanged = stripe->Table != table;
        if (!isChanged && Fill(stripe, (ulong*)SharedHeap.Data(block), (1u << log) - 1))
        {
            Begin(stripe);
            CrashPoints.Hit(CrashPoint.TableFilled);
            SharedHeap.Keep(block);
            bool isOdd = table != 0 && (table & DictionaryStripe.LinkBit) == 0;
            Volatile.Write(ref stripe->Table, _heap.PlaceOf(block) | ((ulong)log << 1) | (isOdd ? DictionaryStripe.LinkBit : 0));
            CrashPoints.Hit(CrashPoint.TableSwitched);
            End(stripe);
            isChanged = true;
            old = table == 0 ? null : _heap.At(table & ~127UL);
            if (old is not null)
            {
                _heap.Own(old);
            }
        }

        ExitStripe(stripe);
        if (old is not null)
        {
            _heap.Free(old);
        }

        return isChanged;
    }

    // By the other links: who reads by the old ones is not disturbed. False when the chains make no sense.
    private bool Fill(DictionaryStripe* stripe, ulong* heads, uint mask)
    {
        if (stripe->Table == 0)
        {
            return true;
        }

        if (!TryOpen(stripe, out ulong* oldHeads, out uint oldMask, out bool isOdd))
        {
            return false;
        }

        long steps = MostSteps;
        for (uint i = 0; i <= oldMask; i++)
        {
            for (ulong at = oldHeads[i]; at != 0;)
            {
                if (steps-- <= 0 || !TryEntry(at, out DictionaryPlace place))
                {
                    return false;
                }

                ulong* head = &heads[(place.Entry->Hash / Stripes) & mask];
                *NextOf(place.Entry, !isOdd) = *head;
                *head = at;
                at = *NextOf(place.Entry, isOdd);
            }
        }

        return true;
    }
}
