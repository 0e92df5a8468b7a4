using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The waits of a queue: for an item, for room, for the end of the work. A wait is granted when there is a reason to look again; who was
/// granted one takes for itself, and waits again when somebody was quicker. Specification: docs/design/queues.md.
/// </summary>
internal sealed unsafe class QueueProtocol : Protocol
{
    public override bool Spins => true;

    public override bool MayOvertake(ObjectRecord* target) => true;

    public override bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) => Reasons(memory, target) > 0;

    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait) => Reasons(memory, target) > 0;

    /// <summary>
    /// In the queue of waiters: from here on whoever changes the counts sees that, or the counts are seen here. The fence is for both sides; its
    /// partner is the look at Wanted behind Tail, Head, Done or State.
    /// </summary>
    public override void Queued(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        if (memory.Queue(target) is var control && control is not null)
        {
            Shared.Store(ref Wanted(control, target->Kind), 1);
            memory.Barrier();
            Grant(memory, target, ref woken);
        }
    }

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken) => Grant(memory, target, uint.MaxValue, ref woken);

    /// <summary>Ends the waits of as many as there is something for, and of no more than that.</summary>
    public static void Grant(ScopeMemory memory, ObjectRecord* target, uint most, ref Woken woken)
    {
        for (long left = Math.Min(Math.Min(Reasons(memory, target), most), ScopeMemory.MostAgents); left > 0 && target->QueueHead != 0; left--)
        {
            target->Acquisitions++;
            WaitQueue.End(memory, target, target->QueueHead, ParkState.Granted, 0, ref woken);
        }

        if (target->QueueHead == 0 && memory.Queue(target) is var control && control is not null)
        {
            Shared.Store(ref Wanted(control, target->Kind), 0);
        }
    }

    /// <summary>It died before it could look: another may be told in its place.</summary>
    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken) => Grant(memory, target, ref woken);

    public override void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        if (memory.Queue(target) is var control && control is not null)
        {
            // Somebody may have died between the queue of waiters and the word.
            Shared.Store(ref Wanted(control, target->Kind), 1);
            if (target->Kind == ObjectKind.QueueWork)
            {
                QueueWork.Complete(memory, control);
            }
            else if (target->Kind == ObjectKind.QueueItems)
            {
                if (control->Order == QueueOrder.Priority)
                {
                    PriorityHeap.Rebuild(memory, control);
                }

                QueueWork.Correct(memory, control);
                QueueRecovery.Recount(memory, control);
            }
        }
    }

    /// <summary>How many waits of that object can end now.</summary>
    private static long Reasons(ScopeMemory memory, ObjectRecord* target)
    {
        QueueControl* control = memory.Queue(target);
        if (control is null)
        {
            // Damaged: whoever waits goes on, and finds that out.
            return uint.MaxValue;
        }

        bool isOpen = Shared.Load(ref control->State) == QueueState.Open;
        return target->Kind switch
        {
            ObjectKind.QueueItems => isOpen ? CountOf(control) + (control->Returned != 0 ? 1 : 0) : uint.MaxValue,
            ObjectKind.QueueRoom => isOpen ? RoomOf(control) : uint.MaxValue,
            _ => UnfinishedOf(control) == 0 ? uint.MaxValue : 0,
        };
    }

    /// <summary>Items in it, as far as can be told from outside.</summary>
    public static long CountOf(QueueControl* control)
    {
        // Head first: items that come meanwhile make it too many, never negative.
        ulong head = Volatile.Read(ref control->Head);
        return Math.Max(0, (long)(Volatile.Read(ref control->Tail) - head));
    }

    /// <summary>Items that came back and wait for their next holder.</summary>
    public static long ReturnedOf(QueueControl* control) => (long)(Volatile.Read(ref control->Returns) & ((1UL << QueueControl.ReturnsShift) - 1));

    /// <summary>Items that have come back so far.</summary>
    public static long RedeliveredOf(QueueControl* control) => (long)(Volatile.Read(ref control->Returns) >> QueueControl.ReturnsShift);

    /// <summary>Items that it would still take; of one that grows, whether it takes any.</summary>
    public static long RoomOf(QueueControl* control) =>
        (control->Flags & QueueFlags.Growing) == 0 ? Math.Max(0, control->Capacity - CountOf(control))
        : HasBytes(control) && (CountOf(control) < Math.Min(SlotCount(control), control->Capacity) || CanGrow(control)) ? 1 : 0;

    /// <summary>Whether the items' own blocks leave bytes.</summary>
    public static bool HasBytes(QueueControl* control) => BytesOf(control) < control->MostBytes;

    /// <summary>Bytes of the items' own blocks, as far as can be told from outside.</summary>
    public static long BytesOf(QueueControl* control)
    {
        long got = Volatile.Read(ref control->BytesGot[Volatile.Read(ref control->Head) & 1]);
        return Volatile.Read(ref control->BytesPut[Volatile.Read(ref control->Tail) & 1]) - got;
    }

    /// <summary>Before the item with that number is put, or got: what the bytes are when it is. Killed before that, the count still names the other one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NoteBytes(long* bytes, ulong number, long weight) => bytes[(number + 1) & 1] = bytes[number & 1] + weight;

    /// <summary>Whether it may have twice as many slots.</summary>
    public static bool CanGrow(QueueControl* control)
    {
        long slots = SlotCount(control);
        long most = Math.Min(control->Capacity, control->Order == QueueOrder.Priority ? PriorityHeap.MostSlots : 1 << 30);
        return slots < most && ((control->Flags & QueueFlags.Managed) != 0 || QueueSlots.BytesFor(control->Order, slots * 2, control->SlotBytes) <= control->MostBytes);
    }

    public static long SlotCount(QueueControl* control) => 1L << (int)(Volatile.Read(ref control->Storage) & QueueControl.SlotsMask);

    /// <summary>Items that were put, and are not done.</summary>
    public static long UnfinishedOf(QueueControl* control)
    {
        ulong done = Volatile.Read(ref control->Done);

        // After a shutdown at once, what is in the queue will not be got any more.
        ulong begun = Volatile.Read(ref control->State) == QueueState.ShutDownAtOnce ? Volatile.Read(ref control->Head) : Volatile.Read(ref control->Tail);
        return Math.Max(0, (long)(begun - done));
    }

    /// <summary>What a process has got from the queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QueueHand* Hand(QueueControl* control, uint participant) =>
        (QueueHand*)((byte*)control + QueueControl.Size) + (participant & (ScopeMemory.MostParticipants - 1));

    private static ref uint Wanted(QueueControl* control, ObjectKind kind)
    {
        if (kind == ObjectKind.QueueItems)
        {
            return ref control->ItemsWanted;
        }

        return ref kind == ObjectKind.QueueRoom ? ref control->RoomWanted : ref control->WorkWanted;
    }
}
