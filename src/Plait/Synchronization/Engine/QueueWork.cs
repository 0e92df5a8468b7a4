using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The count of items that are done. All under the guard of the queue's work, and each change is written down first
/// (<see cref="QueueControl.Completing"/>), so that whoever takes the guard over finishes it.
/// </summary>
internal static unsafe class QueueWork
{
    /// <summary>Counts items as done, for a process that has got them; false when there are not so many left.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="control">The queue.</param>
    /// <param name="participant">The process.</param>
    /// <param name="count">How many.</param>
    /// <param name="lease">The place of the block that was leased, or 0.</param>
    public static bool TryAdd(ScopeMemory memory, QueueControl* control, uint participant, ulong count, ulong lease)
    {
        if (QueueProtocol.UnfinishedOf(control) < (long)count)
        {
            return false;
        }

        control->DoneAfter = control->Done + count;
        control->HandAfter = memory.IsShared ? QueueProtocol.Hand(control, participant)->Done + count : 0;
        control->LeaseAfter = lease;
        CrashPoints.Hit(CrashPoint.WorkPrepared);
        Shared.Store(ref control->Completing, (participant & (ScopeMemory.MostParticipants - 1)) + 1);
        CrashPoints.Hit(CrashPoint.WorkBegun);
        Complete(memory, control);
        return true;
    }

    /// <summary>Finishes what was written down. Any number of times.</summary>
    public static void Complete(ScopeMemory memory, QueueControl* control)
    {
        if (control->Completing == 0)
        {
            return;
        }

        if (memory.IsShared)
        {
            Shared.Store(ref QueueProtocol.Hand(control, control->Completing - 1)->Done, control->HandAfter);
        }

        Shared.Store(ref control->Done, control->DoneAfter);
        if (control->LeaseAfter != 0 && memory.Heap.At(control->LeaseAfter) is var block && block is not null)
        {
            Shared.Store(ref block->Item, ItemState.None);
        }

        CrashPoints.Hit(CrashPoint.WorkCounted);
        Shared.Store(ref control->Completing, 0);
    }

    /// <summary>A process is dead: what it had got and not done is lost, and nobody waits for it.</summary>
    public static void Bury(ScopeMemory memory, QueueControl* control, uint participant)
    {
        QueueHand* hand = QueueProtocol.Hand(control, participant);
        ulong inHand = ((hand->Got >> QueueHand.CountShift) - hand->Done) & CountMask;
        if (inHand > CountMask / 2)
        {
            // It counted more as done than it has got itself.
            inHand = 0;
        }

        inHand = Math.Min(inHand, (ulong)Math.Max(0, (long)(Volatile.Read(ref control->Head) - control->Done)));
        if (inHand != 0 && (control->Flags & QueueFlags.AtLeastOnce) == 0)
        {
            control->Abandoned += inHand;
            _ = TryAdd(memory, control, participant, inHand, lease: 0);
        }

        // The slot's next process begins at nothing.
        Shared.Store(ref hand->Got, 0);
        Shared.Store(ref hand->Done, 0);
    }

    /// <summary>
    /// Somebody who was getting is dead. An entry that is ahead of Head was written for items that were not got. Under the guard of those who
    /// get, before Head goes on. Of a queue whose only consumer has no guard, nothing is done: it may be in the middle of a get, and then is ahead.
    /// </summary>
    public static void Correct(ScopeMemory memory, QueueControl* control)
    {
        bool isGuarded = (control->Flags & QueueFlags.SingleConsumer) == 0 || (control->Flags & QueueFlags.Growing) != 0 || control->Order != QueueOrder.Fifo;
        if (isGuarded)
        {
            CorrectAll(memory, control);
        }
    }

    /// <summary>The same where nobody gets at the moment, guard or not.</summary>
    public static void CorrectAll(ScopeMemory memory, QueueControl* control)
    {
        uint top = memory.IsShared ? Math.Min(Volatile.Read(ref memory.Header->ParticipantTop), ScopeMemory.MostParticipants) : 0;
        for (uint participant = 0; participant < top; participant++)
        {
            CorrectOne(control, participant);
        }
    }

    /// <summary>The same for a process that is dead.</summary>
    public static void CorrectOne(QueueControl* control, uint participant)
    {
        // A batch is several items ahead. Positions have 40 bits: the difference with its sign.
        QueueHand* hand = QueueProtocol.Hand(control, participant);
        long ahead = (long)((hand->Got - control->Head) << (64 - QueueHand.CountShift)) >> (64 - QueueHand.CountShift);
        if (hand->Got != 0 && ahead > 0)
        {
            Shared.Store(ref hand->Got, HandAt((hand->Got >> QueueHand.CountShift) - (ulong)ahead, control->Head));
        }
    }

    /// <summary>The word of a hand: so many items, the last one of which left Head there.</summary>
    public static ulong HandAt(ulong count, ulong head) => (count << QueueHand.CountShift) | (head & PositionMask);

    private const ulong PositionMask = (1UL << QueueHand.CountShift) - 1;

    private const ulong CountMask = (1UL << (64 - QueueHand.CountShift)) - 1;
}
