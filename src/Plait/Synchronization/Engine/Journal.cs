using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>What is being changed of an object whose state is a count: enough to finish it, or to undo it, after a death in the middle.</summary>
internal enum JournalKind
{
    None = 0,

    /// <summary>The agent takes for itself: undone, for its operation never returned.</summary>
    Take = 1,

    /// <summary>A hold of the agent's is given back: finished.</summary>
    Give = 2,

    /// <summary>The agent, in the queue, is granted its wish: finished.</summary>
    Grant = 3,

    /// <summary>A hold changes hands within a process: the agent is the one that is not to have it, and loses it. The count stays.</summary>
    Move = 4,

    /// <summary>As <see cref="Give"/>, of a holder that is dead: finished, and who it was is noted for the next one.</summary>
    Abandon = 5,
}

/// <summary>
/// The two journal words of an object. First word: bits 0 to 2 the <see cref="JournalKind"/>, 3 to 19 the agent, 20 to 51 the count
/// afterwards; second word: the hold entry. The second is written first; the first, once it is not 0, is the decision.
/// </summary>
internal static unsafe class Journal
{
    /// <summary>Takes: the count first, then the hold. The entry is made by the caller, who writes the count that is true before.</summary>
    public static void Begin(ObjectRecord* target, JournalKind kind, uint agent, int count, ulong entry)
    {
        Shared.Store(ref target->JournalDetail, entry);
        CrashPoints.Hit(CrashPoint.JournalPrepared);
        Shared.Store(ref target->Journal, (ulong)kind | ((ulong)agent << 3) | ((ulong)(uint)count << 20));
        CrashPoints.Hit(CrashPoint.JournalBegun);
        Shared.Store(ref target->Count, count);
        CrashPoints.Hit(CrashPoint.JournalCounted);
    }

    /// <summary>Puts a hold from one record into another, so that at no moment both count.</summary>
    public static void Move(ObjectRecord* target, Agent from, Agent to, ulong entry)
    {
        Shared.Store(ref target->JournalDetail, entry);
        Shared.Store(ref target->Journal, (ulong)JournalKind.Move | ((ulong)to.Index << 3));
        to.Push(entry);
        CrashPoints.Hit(CrashPoint.HoldCopied);

        // One store: until here a death leaves it to the old one alone, from here on to the new one alone.
        Shared.Store(ref target->Journal, (ulong)JournalKind.Move | ((ulong)from.Index << 3));
        CrashPoints.Hit(CrashPoint.HoldMoved);
        Drop(from.Memory, from.Record, entry);
        End(target);
    }

    public static void End(ObjectRecord* target)
    {
        CrashPoints.Hit(CrashPoint.JournalEnding);
        Shared.Store(ref target->Journal, 0);
    }

    /// <summary>Finishes or undoes what was begun. Any number of times.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="target">The object.</param>
    /// <param name="index">Its index.</param>
    /// <param name="taken">What a take changes the count by.</param>
    public static void Repair(ScopeMemory memory, ObjectRecord* target, uint index, int taken)
    {
        ulong word = target->Journal;
        var kind = (JournalKind)(word & 7);
        if (kind == JournalKind.None)
        {
            return;
        }

        uint agent = (uint)(word >> 3) & 0x1FFFF;
        int count = (int)(uint)(word >> 20);
        AgentRecord* record = memory.Agent(agent);
        if (kind == JournalKind.Grant)
        {
            Shared.Store(ref target->Count, count);
            if (record->WaitObject == index && WaitQueue.IsQueued(record->Park))
            {
                WaitQueue.Unlink(memory, target, agent);
                Shared.Store(ref record->Park, ParkState.Granted);
                WaitQueue.Wake(memory, agent);
            }
        }
        else
        {
            if (kind != JournalKind.Move)
            {
                Shared.Store(ref target->Count, kind == JournalKind.Take ? count - taken : count);
            }

            if (kind == JournalKind.Abandon && Has(memory, record, target->JournalDetail))
            {
                Protocol.NoteAbandoned(memory, target, record, isReported: true);
            }

            Drop(memory, record, target->JournalDetail);
        }

        End(target);
    }

    /// <summary>Takes a hold out of a record, from outside; false when it is not there.</summary>
    public static bool Drop(ScopeMemory memory, AgentRecord* record, ulong entry)
    {
        ulong* slot = HoldList.Find(memory, record, entry);
        if (slot is null)
        {
            return false;
        }

        Shared.Store(ref *slot, 0);
        return true;
    }

    public static bool Has(ScopeMemory memory, AgentRecord* record, ulong entry) => HoldList.Find(memory, record, entry) is not null;

    /// <summary>What a dead agent was granted becomes one of its holds; false when it has no slot left.</summary>
    public static bool Adopt(ScopeMemory memory, AgentRecord* dead, ulong entry)
    {
        if (Has(memory, dead, entry))
        {
            return true;
        }

        ulong* slot = HoldList.Find(memory, dead, 0);
        if (slot is not null)
        {
            Shared.Store(ref *slot, entry);
            CrashPoints.Hit(CrashPoint.HoldAdopted);
        }

        return slot is not null;
    }
}
