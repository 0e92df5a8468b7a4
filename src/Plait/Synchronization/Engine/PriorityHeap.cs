using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The order of a priority queue: a binary heap (Williams 1964) of entries behind the slots. The entries behind the heap name the free slots. It is
/// a cache: the slots say what is in them, and the heap is made again from them after a death. All under the guard of those who get.
/// </summary>
internal static unsafe class PriorityHeap
{
    private const ulong SlotMask = (1UL << PriorityEntry.SlotBits) - 1;

    /// <summary>The most slots that entries can name.</summary>
    public const int MostSlots = 1 << PriorityEntry.SlotBits;

    /// <summary>A free slot, when there are so many items.</summary>
    public static uint FreeSlot(in QueueSlots slots, long count) => SlotOf(Entries(slots), count);

    /// <summary>The slot of the item that goes first.</summary>
    public static uint First(in QueueSlots slots) => SlotOf(Entries(slots), 0);

    /// <summary>The free slot has been filled: it goes where it belongs.</summary>
    public static void Push(in QueueSlots slots, long count, uint slot, long priority, ulong arrival)
    {
        PriorityEntry* entries = Entries(slots);
        long at = count;
        while (at > 0)
        {
            long parent = (at - 1) / 2;
            if (!IsBefore(priority, arrival, entries + parent))
            {
                break;
            }

            Set(entries, at, entries[parent].Priority, entries[parent].Word >> PriorityEntry.SlotBits, SlotOf(entries, parent));
            at = parent;
        }

        Set(entries, at, priority, arrival, slot);
    }

    /// <summary>The first has been emptied: it becomes the first of the free ones.</summary>
    public static void Pop(in QueueSlots slots, long count)
    {
        PriorityEntry* entries = Entries(slots);
        uint freed = SlotOf(entries, 0);
        long last = count - 1;
        PriorityEntry moved = entries[last];
        uint movedSlot = SlotOf(entries, last);
        Set(entries, last, 0, 0, freed);
        if (last == 0)
        {
            return;
        }

        ulong arrival = moved.Word >> PriorityEntry.SlotBits;
        long at = 0;
        for (long child = 1; child < last; child = (at * 2) + 1)
        {
            if (child + 1 < last && IsBefore(entries[child + 1].Priority, entries[child + 1].Word >> PriorityEntry.SlotBits, entries + child))
            {
                child++;
            }

            if (!IsBefore(entries[child].Priority, entries[child].Word >> PriorityEntry.SlotBits, moved.Priority, arrival))
            {
                break;
            }

            Set(entries, at, entries[child].Priority, entries[child].Word >> PriorityEntry.SlotBits, SlotOf(entries, child));
            at = child;
        }

        Set(entries, at, moved.Priority, arrival, movedSlot);
    }

    /// <summary>Somebody died while it changed. The counts follow the slots: an item that is there was put, one that is not was got.</summary>
    public static void Rebuild(ScopeMemory memory, QueueControl* control)
    {
        if (!QueueSlots.TryRead(memory, Volatile.Read(ref control->Storage), QueueOrder.Priority, control->SlotBytes, out QueueSlots slots))
        {
            return;
        }

        Arrange(slots);
        long full = 0;
        for (long i = 0; i < slots.Count; i++)
        {
            full += At(slots, (uint)i)->Arrival != 0 ? 1 : 0;
        }

        long counted = (long)(control->Tail - control->Head);
        if (full > counted)
        {
            Shared.Store(ref control->Tail, control->Head + (ulong)full);
        }
        else if (full < counted)
        {
            Shared.Store(ref control->Head, control->Tail - (ulong)full);
        }
    }

    /// <summary>Makes the entries of the slots; also when slots have moved to a larger place.</summary>
    public static void Arrange(in QueueSlots slots)
    {
        PriorityEntry* entries = Entries(slots);
        long full = 0;
        long free = slots.Count;
        for (long i = 0; i < slots.Count; i++)
        {
            PrioritySlot* slot = At(slots, (uint)i);
            if (slot->Arrival == 0)
            {
                Set(entries, --free, 0, 0, (uint)i);
            }
            else
            {
                Push(slots, full++, (uint)i, slot->Priority, slot->Arrival);
            }
        }
    }

    public static PrioritySlot* At(in QueueSlots slots, uint slot) => (PrioritySlot*)slots[slot];

    private static PriorityEntry* Entries(in QueueSlots slots) => (PriorityEntry*)(slots.Start + (slots.Count * slots.Stride));

    private static uint SlotOf(PriorityEntry* entries, long at) => (uint)((entries[at].Word ^ (ulong)at) & SlotMask);

    private static void Set(PriorityEntry* entries, long at, long priority, ulong arrival, uint slot)
    {
        entries[at].Priority = priority;
        entries[at].Word = (arrival << PriorityEntry.SlotBits) | ((slot ^ (ulong)at) & SlotMask);
    }

    private static bool IsBefore(long priority, ulong arrival, PriorityEntry* other) => IsBefore(priority, arrival, other->Priority, other->Word >> PriorityEntry.SlotBits);

    // Arrivals have 40 bits and go round: what is in the queue at a time is never that far apart.
    private static bool IsBefore(long priority, ulong arrival, long otherPriority, ulong otherArrival) =>
        priority < otherPriority || (priority == otherPriority && (long)((arrival - otherArrival) << PriorityEntry.SlotBits) < 0);
}
