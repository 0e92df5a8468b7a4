using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>What dead processes left in queues: counts, waits that nobody ended, and blocks. Everything under the guards, and any number of times.</summary>
internal static unsafe class QueueRecovery
{
    /// <summary>A process is dead: in all queues what it had in its hands is lost or comes back, and whoever it should have told is told.</summary>
    public static void Bury(ScopeMemory memory, uint participant)
    {
        if (!memory.IsShared)
        {
            return;
        }

        // No more than there is memory for: a damaged list must end as well.
        ulong place = Volatile.Read(ref memory.Header->NewestQueue);
        for (long left = memory.Heap.Capacity / (QueueControl.Size + memory.HandBytes); left > 0 && place != 0; left--)
        {
            QueueControl* control = memory.QueueAt(place);
            if (control is null)
            {
                return;
            }

            if (Sides.TryRead(memory, control, out Sides sides))
            {
                // A guard that is taken may be the dead one's: what it was in the middle of is finished, and counts, at once.
                uint guards = sides.Items->Guard | sides.Room->Guard | sides.Work->Guard;
                if (QueueProtocol.Hand(control, participant)->Got != 0 || (control->ItemsWanted | control->RoomWanted | control->WorkWanted | guards) != 0)
                {
                    BuryIn(memory, control, sides, participant);
                }
            }

            place = control->Older;
        }
    }

    /// <summary>A block of a dead process: true when a queue has it, or has it again now, so that it must not be freed.</summary>
    public static bool Inherit(ScopeMemory memory, HeapBlock* block, uint participant)
    {
        uint index = block->Queue;
        ObjectRecord* items = memory.Object(index);
        QueueControl* control = index == 0 || items->Kind != ObjectKind.QueueItems ? null : memory.Queue(items);
        if (control is null || !Sides.TryRead(memory, control, out Sides sides) || sides.Items != items)
        {
            return false;
        }

        ulong place = memory.Heap.PlaceOf(block);
        var woken = default(Woken);
        woken.Enter(memory, items, Agents.CurrentOrProcess(memory));

        // Somebody may have taken it since it was looked at; then it is not the dead one's any more.
        bool isIts = SharedHeap.IsOwnedBy(block, participant);
        bool stays = !isIts || (block->Queue == index && Stays(memory, control, sides, block, place));
        if (isIts && stays && block->Item == ItemState.Returned)
        {
            QueueProtocol.Grant(memory, items, 1, ref woken);
        }

        woken.Exit(memory, items);
        return stays;
    }

    /// <summary>An item that was leased comes back, before all others and in its old order. Under the guard of those who get.</summary>
    public static void Return(ScopeMemory memory, QueueControl* control, HeapBlock* block, ulong place)
    {
        // The first one of them that came to the queue later; bounded by what the heap can hold.
        ulong* link = &control->Returned;
        long left = MostBlocks(memory);
        while (memory.Heap.At(*link) is var next && next is not null && next->Item == ItemState.Returned && next->Position < block->Position && left-- > 0)
        {
            link = &next->NextFree;
        }

        block->NextFree = *link;
        block->Item = ItemState.Returned;
        CrashPoints.Hit(CrashPoint.ItemReturning);

        // One store: from here on it is in the list. Killed behind it, a repair counts it.
        Shared.Store(ref *link, place);
        CrashPoints.Hit(CrashPoint.ItemReturned);
        Shared.Store(ref control->Returns, control->Returns + (1UL << QueueControl.ReturnsShift) + 1);
    }

    /// <summary>The first of those that came back is out of the list. Under the guard of those who get.</summary>
    public static void CountTaken(QueueControl* control)
    {
        // Never below nothing: others can write there.
        if (QueueProtocol.ReturnedOf(control) > 0)
        {
            Shared.Store(ref control->Returns, control->Returns - 1);
        }
    }

    /// <summary>Somebody died between the list and its count. Under the guard of those who get.</summary>
    public static void Recount(ScopeMemory memory, QueueControl* control)
    {
        if ((control->Flags & QueueFlags.AtLeastOnce) == 0 || control->State == QueueState.ShutDownAtOnce)
        {
            return;
        }

        long listed = 0;
        for (ulong at = control->Returned; listed < memory.Heap.Capacity / HeapBlock.Size && memory.Heap.At(at) is var block && block is not null; at = block->NextFree)
        {
            listed++;
        }

        long more = listed - QueueProtocol.ReturnedOf(control);
        Shared.Store(ref control->Returns, control->Returns + (ulong)more + ((ulong)Math.Max(more, 0) << QueueControl.ReturnsShift));
    }

    private static void BuryIn(ScopeMemory memory, QueueControl* control, in Sides sides, uint participant)
    {
        Agent self = Agents.CurrentOrProcess(memory);
        var woken = default(Woken);
        ObjectRecord* items = sides.Items;
        woken.Enter(memory, items, self);
        QueueWork.CorrectOne(control, participant);
        QueueProtocol.Grant(memory, items, uint.MaxValue, ref woken);
        woken.Exit(memory, items);

        ObjectRecord* work = sides.Work;
        woken = default;
        woken.Enter(memory, work, self);
        QueueWork.Bury(memory, control, participant);
        QueueProtocol.Grant(memory, work, uint.MaxValue, ref woken);
        woken.Exit(memory, work);
        CrashPoints.Hit(CrashPoint.HandBuried);

        ObjectRecord* room = sides.Room;
        woken = default;
        woken.Enter(memory, room, self);
        QueueProtocol.Grant(memory, room, uint.MaxValue, ref woken);
        woken.Exit(memory, room);
    }

    private static bool Stays(ScopeMemory memory, QueueControl* control, in Sides sides, HeapBlock* block, ulong place)
    {
        if ((control->Storage & ~QueueControl.SlotsMask) == place + HeapBlock.Size)
        {
            // It died while the queue grew, in front of the store or behind it.
            SharedHeap.Keep(block);
            return true;
        }

        if (Volatile.Read(ref control->State) == QueueState.ShutDownAtOnce)
        {
            // Out of the list before it is free: the list of free blocks goes by the same word.
            Unlist(memory, control, block, place);
            if (block->Item != ItemState.None && !IsQueued(memory, control, block, place))
            {
                // It does not come back, and nobody is to wait for it.
                Guard.Enter(memory, sides.Work, Agents.CurrentOrProcess(memory));
                _ = QueueWork.TryAdd(memory, control, memory.Own, 1, place);
                Guard.Exit(sides.Work);
            }

            return false;
        }

        if (IsListed(memory, control, place))
        {
            block->Item = ItemState.Returned;
            return true;
        }

        if (IsQueued(memory, control, block, place))
        {
            block->Item = ItemState.None;
            return true;
        }

        if (block->Item == ItemState.None)
        {
            return false;
        }

        Return(memory, control, block, place);
        return true;
    }

    private static void Unlist(ScopeMemory memory, QueueControl* control, HeapBlock* block, ulong place)
    {
        long left = MostBlocks(memory);
        for (ulong* link = &control->Returned; *link != 0 && left > 0; left--)
        {
            if (*link == place)
            {
                Shared.Store(ref *link, block->NextFree);
                return;
            }

            HeapBlock* next = memory.Heap.At(*link);
            if (next is null)
            {
                return;
            }

            link = &next->NextFree;
        }
    }

    private static bool IsListed(ScopeMemory memory, QueueControl* control, ulong place)
    {
        long left = MostBlocks(memory);
        for (ulong at = control->Returned; at != 0 && left > 0; left--)
        {
            if (at == place)
            {
                return true;
            }

            HeapBlock* block = memory.Heap.At(at);
            at = block is null ? 0 : block->NextFree;
        }

        return false;
    }

    private static bool IsQueued(ScopeMemory memory, QueueControl* control, HeapBlock* block, ulong place)
    {
        QueueOrder order = control->Order;
        int header = order == QueueOrder.Priority ? PrioritySlot.Size : 0;
        if (!QueueSlots.TryRead(memory, Volatile.Read(ref control->Storage), order, control->SlotBytes, out QueueSlots slots) || slots.Stride < header + PayloadSlot.Size)
        {
            return false;
        }

        ulong position = block->Position;
        bool isInside = order switch
        {
            QueueOrder.Fifo => position - control->Head < control->Tail - control->Head,
            QueueOrder.Lifo => position < control->Tail - control->Head,
            _ => PriorityHeap.At(slots, (uint)position)->Arrival != 0,
        };
        var payload = (PayloadSlot*)(slots[position] + header);
        return isInside && payload->Length == PayloadSlot.InBlock && payload->Block == place;
    }

    // So many were ever given out.
    private static long MostBlocks(ScopeMemory memory) => Math.Clamp(Volatile.Read(ref memory.Header->HeapTop), 0, memory.Heap.Capacity) / (2 * HeapBlock.Size);

    /// <summary>The objects that a queue says are its own, looked up once: three, of the kinds that they should be. Of one that was two of them a second guard would be waited for for ever.</summary>
    private readonly struct Sides
    {
        public ObjectRecord* Items { get; private init; }

        public ObjectRecord* Room { get; private init; }

        public ObjectRecord* Work { get; private init; }

        public static bool TryRead(ScopeMemory memory, QueueControl* control, out Sides sides)
        {
            sides = new Sides { Items = memory.Object(control->Items), Room = memory.Object(control->Room), Work = memory.Object(control->Work) };
            return sides.Items->Kind == ObjectKind.QueueItems && sides.Room->Kind == ObjectKind.QueueRoom && sides.Work->Kind == ObjectKind.QueueWork
                && sides.Items != sides.Room && sides.Items != sides.Work && sides.Room != sides.Work;
        }
    }
}
