using System.Runtime.InteropServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>How an operation of a dictionary ended.</summary>
internal enum DictionaryResult
{
    Done,

    /// <summary>There is no such key.</summary>
    Missing,

    /// <summary>There is such a key, or its value is another than the one that was expected.</summary>
    Refused,

    /// <summary>The caller's buffer is too short: the length says what it takes.</summary>
    TooLong,

    /// <summary>The memory holds nonsense.</summary>
    Damaged,
}

/// <summary>When a change is made.</summary>
internal enum DictionaryChange
{
    /// <summary>Always.</summary>
    Set,

    /// <summary>If the key is not there.</summary>
    Add,

    /// <summary>If the value has not been changed since it was read.</summary>
    AtVersion,

    /// <summary>If the value has those bytes.</summary>
    AtValue,
}

/// <summary>A value as it was read: its entry, and how often that had been changed.</summary>
internal readonly record struct DictionaryVersion(ulong Entry, uint Number);

/// <summary>
/// A dictionary of bytes in scope memory. Hashes choose one of its stripes, each with a guard and a table that grows by itself. Every change is
/// decided by one store; what a dead process left half done is swept by who takes the guard over. Reads go without the guard as long as
/// nobody changes the stripe meanwhile. Specification: docs/design/shared-data.md.
/// </summary>
internal readonly unsafe partial struct DictionaryTable(ScopeMemory memory, byte* stripes, ulong seed, ulong serial)
{
    public const int Stripes = 32;

    /// <summary>Bytes of all stripes.</summary>
    public const int Bytes = Stripes * DictionaryStripe.Size;

    /// <summary>Heads of chains at first, as a logarithm, and at most.</summary>
    private const int FirstLog = 3;
    private const int LargestLog = 26;

    // Without the guard: then somebody changes it all the time, or died in the middle.
    private const int Tries = 40;
    private const int MostStepsUnguarded = 512;

    private readonly SharedHeap _heap = memory.Heap;

    /// <summary>Entries at this moment.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int i = 0; i < Stripes; i++)
            {
                count += Math.Max(0, Volatile.Read(ref Stripe((uint)i)->Count));
            }

            return Math.Max(0, count);
        }
    }

    /// <summary>Prepares the stripes of a new dictionary.</summary>
    public static void Make(byte* stripes, ulong serial)
    {
        for (int i = 0; i < Stripes; i++)
        {
            var stripe = (DictionaryStripe*)(stripes + (i * DictionaryStripe.Size));
            stripe->Record.Kind = ObjectKind.DictionaryStripe;
            stripe->Home = (serial << 8) + (uint)i + 1;
        }
    }

    /// <summary>Copies the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Where the value goes.</param>
    /// <param name="length">Its bytes, or <see cref="DictionaryEntry.Null"/>.</param>
    /// <param name="version">For a later change.</param>
    public DictionaryResult TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int length, out DictionaryVersion version)
    {
        uint hash = Hash(key, seed);
        DictionaryStripe* stripe = Stripe(hash);
        for (int tries = 0; tries < Tries; tries++)
        {
            ulong sequence = Volatile.Read(ref stripe->Sequence);
            if ((sequence & 1) == 0)
            {
                DictionaryResult result = Read(stripe, hash, key, destination, MostStepsUnguarded, out length, out version);

                // All that was read is read before this. Partner: the fence in Begin.
                Volatile.ReadBarrier();
                if (Volatile.Read(ref stripe->Sequence) == sequence && result != DictionaryResult.Damaged)
                {
                    return result;
                }
            }

            Shared.Pause(8);
        }

        Agent agent = Agents.Current(memory);
        EnterStripe(stripe, agent);
        DictionaryResult found = Read(stripe, hash, key, destination, MostSteps, out length, out version);
        ExitStripe(stripe);
        return found;
    }

    /// <summary>Gives a key a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value's bytes.</param>
    /// <param name="isNull">It is null, and has no bytes.</param>
    /// <param name="change">When.</param>
    /// <param name="version">The value's version for <see cref="DictionaryChange.AtVersion"/>.</param>
    /// <param name="expected">The bytes for <see cref="DictionaryChange.AtValue"/>.</param>
    /// <param name="expectsNull">It must be null.</param>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public DictionaryResult Change(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isNull, DictionaryChange change, DictionaryVersion version, ReadOnlySpan<byte> expected, bool expectsNull)
    {
        uint hash = Hash(key, seed);
        DictionaryStripe* stripe = Stripe(hash);
        Agent agent = Agents.Current(memory);
        HeapBlock* fresh = null;
        bool mayGrow = true;
        while (true)
        {
            EnterStripe(stripe, agent);
            DictionaryResult found = Find(stripe, hash, key, MostSteps, out DictionaryPlace place);
            DictionaryResult result = found == DictionaryResult.Damaged ? found
                : found == DictionaryResult.Missing ? (change is DictionaryChange.Set or DictionaryChange.Add ? DictionaryResult.Done : found)
                : Admits(place, change, version, expected, expectsNull);
            if (result != DictionaryResult.Done || (found == DictionaryResult.Done && value.Length <= place.CellBytes))
            {
                if (result == DictionaryResult.Done)
                {
                    SwitchCell(stripe, place, value, isNull);
                }

                ExitStripe(stripe);
                if (fresh is not null)
                {
                    _heap.Free(fresh);
                }

                return result;
            }

            bool isFull = found == DictionaryResult.Missing && (stripe->Table == 0 || (mayGrow && IsFull(stripe)));
            if (isFull || fresh is null)
            {
                // Nothing is allocated under the guard.
                ulong table = stripe->Table;
                ExitStripe(stripe);
                fresh = fresh is null ? NewEntry(key, hash, value, isNull, HomeOf(stripe)) : fresh;
                mayGrow = !isFull || TryGrow(stripe, table, fresh);
                continue;
            }

            HeapBlock* old = Link(stripe, place, fresh, found == DictionaryResult.Done);
            ExitStripe(stripe);
            if (old is not null)
            {
                _heap.Free(old);
            }

            return DictionaryResult.Done;
        }
    }

    /// <summary>Takes a key out, and copies its value.</summary>
    /// <inheritdoc cref="TryGet"/>
    public DictionaryResult Remove(ReadOnlySpan<byte> key, Span<byte> destination, out int length)
    {
        uint hash = Hash(key, seed);
        DictionaryStripe* stripe = Stripe(hash);
        Agent agent = Agents.Current(memory);
        EnterStripe(stripe, agent);
        DictionaryResult result = Find(stripe, hash, key, MostSteps, out DictionaryPlace place);
        length = 0;
        HeapBlock* old = null;
        if (result == DictionaryResult.Done)
        {
            result = CopyValue(place, place.Entry->Version, destination, out length);
            if (result == DictionaryResult.Done)
            {
                Begin(stripe);
                Volatile.Write(ref *place.Link, *NextOf(place.Entry, place.IsOdd));
                CrashPoints.Hit(CrashPoint.EntryUnlinked);
                stripe->Count--;
                End(stripe);
                old = Disown(place.Block);
            }
        }

        ExitStripe(stripe);
        if (old is not null)
        {
            _heap.Free(old);
        }

        return result;
    }

    /// <summary>Takes everything out, one stripe after the other.</summary>
    public void Clear()
    {
        Agent agent = Agents.Current(memory);
        for (uint i = 0; i < Stripes; i++)
        {
            DictionaryStripe* stripe = Stripe(i);
            if (Volatile.Read(ref stripe->Table) == 0)
            {
                continue;
            }

            EnterStripe(stripe, agent);
            ulong table = stripe->Table;
            bool isSound = TryOpen(stripe, out ulong* heads, out uint mask, out bool isOdd);
            Begin(stripe);
            Volatile.Write(ref stripe->Table, 0);
            CrashPoints.Hit(CrashPoint.StripeCleared);
            stripe->Count = 0;
            End(stripe);
            if (isSound)
            {
                FreeChains(stripe, heads, mask, isOdd);
                FreeKept(_heap.At(table & ~127UL), HomeOf(stripe));
            }

            ExitStripe(stripe);
        }
    }

    // Nobody finds them any more. Killed in between, the repair sweeps the rest.
    private void FreeChains(DictionaryStripe* stripe, ulong* heads, uint mask, bool isOdd)
    {
        ulong home = HomeOf(stripe);
        for (uint i = 0; i <= mask; i++)
        {
            for (ulong at = heads[i]; TryEntry(at, out DictionaryPlace place);)
            {
                at = *NextOf(place.Entry, isOdd);
                if (!FreeKept(place.Block, home))
                {
                    break;
                }
            }
        }
    }

    private bool FreeKept(HeapBlock* block, ulong home)
    {
        bool isOurs = block is not null && block->Use == HeapBlock.Kept && block->Home == home;
        if (isOurs)
        {
            _heap.Free(Disown(block));
        }

        return isOurs;
    }

    /// <summary>Who died in the guard may have left the numbers wrong, and blocks that nothing leads to. Any number of times.</summary>
    public static void Repair(ScopeMemory memory, DictionaryStripe* stripe) =>
        new DictionaryTable(memory, (byte*)stripe, 0, 0).Repair(stripe);

    private void Repair(DictionaryStripe* stripe)
    {
        SharedHeap heap = _heap;
        ulong home = HomeOf(stripe);
        if (home == 0)
        {
            return;
        }

        long at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            // By somebody who died here before.
            if (block->Home == (home | DictionaryStripe.Marked))
            {
                block->Home = home;
            }
        }

        long count = 0;
        if (TryOpen(stripe, out ulong* heads, out uint mask, out bool isOdd))
        {
            Mark(heap.At(stripe->Table & ~127UL), home);
            for (uint i = 0; i <= mask; i++)
            {
                ulong* link = &heads[i];
                while (TryEntry(*link, out DictionaryPlace place) && Mark(place.Block, home))
                {
                    count++;
                    link = NextOf(place.Entry, isOdd);
                }

                // What leads to nothing, or in a circle, ends here.
                Volatile.Write(ref *link, 0);
            }
        }

        CrashPoints.Hit(CrashPoint.StripeMarked);
        heap.Sweep(home, ulong.MaxValue);
        at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            if (block->Home == (home | DictionaryStripe.Marked))
            {
                block->Home = home;
            }
        }

        stripe->Count = count;
        Volatile.Write(ref stripe->Sequence, (stripe->Sequence | 1) + 1);
    }

    private static bool Mark(HeapBlock* block, ulong home)
    {
        bool isMarked = block is not null && block->Use == HeapBlock.Kept && block->Home == home;
        if (isMarked)
        {
            block->Home = home | DictionaryStripe.Marked;
        }

        return isMarked;
    }

    // No list leads to the guards of stripes: that somebody is inside is said beside, before and behind it.
    private void EnterStripe(DictionaryStripe* stripe, Agent agent)
    {
        StoppedProcess.Enter();
        Guard.Enter(memory, &stripe->Record, agent);
    }

    private static void ExitStripe(DictionaryStripe* stripe)
    {
        Guard.Exit(&stripe->Record);
        StoppedProcess.Exit();
    }

    private DictionaryStripe* Stripe(uint hash) => (DictionaryStripe*)(stripes + ((hash % Stripes) * DictionaryStripe.Size));

    // Not what the stripe says, where that can be known: it says whose blocks are freed.
    private ulong HomeOf(DictionaryStripe* stripe) => serial == 0 ? stripe->Home & ~DictionaryStripe.Marked : (serial << 8) + (uint)(((byte*)stripe - stripes) / DictionaryStripe.Size) + 1;

    // Odd before anything is changed. Partner: the fence in TryGet.
    private static void Begin(DictionaryStripe* stripe)
    {
        stripe->Sequence |= 1;
        Volatile.WriteBarrier();
    }

    private static void End(DictionaryStripe* stripe) => Volatile.Write(ref stripe->Sequence, stripe->Sequence + 1);

    private static ulong* NextOf(DictionaryEntry* entry, bool isOdd) => isOdd ? &entry->OddNext : &entry->EvenNext;

    /// <summary>The same in every process, and not to be foreseen by who chooses the keys.</summary>
    private static uint Hash(ReadOnlySpan<byte> key, ulong seed)
    {
        const ulong First = 0x9E37_79B9_7F4A_7C15;
        const ulong Second = 0xD6E8_FEB8_6659_FD93;
        ulong hash = seed ^ ((ulong)key.Length * First);
        while (key.Length > 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(key), First);
            key = key[8..];
        }

        ulong last = key.Length switch
        {
            8 => MemoryMarshal.Read<ulong>(key),
            >= 4 => MemoryMarshal.Read<uint>(key) | ((ulong)MemoryMarshal.Read<uint>(key[^4..]) << 32),
            > 0 => key[0] | ((ulong)key[key.Length / 2] << 8) | ((ulong)key[^1] << 16),
            _ => 0,
        };
        return (uint)(Mix(Mix(hash ^ last, Second), First) >> 16);

        static ulong Mix(ulong value, ulong factor)
        {
            ulong high = Math.BigMul(value, factor, out ulong low);
            return high ^ low;
        }
    }
}

/// <summary>Where an entry is, checked: its bytes are inside the heap.</summary>
internal unsafe struct DictionaryPlace
{
    /// <summary>What leads to it, or would.</summary>
    public ulong* Link;
    public HeapBlock* Block;
    public DictionaryEntry* Entry;
    public int KeyBytes;
    public int CellBytes;
    public bool IsOdd;
}
