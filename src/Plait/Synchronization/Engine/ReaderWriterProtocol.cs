using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Reader-writer locks: <see cref="ObjectRecord.State"/> is the writer's tag, <see cref="ObjectRecord.Count"/> the number of readers.
/// In the order of arrival, neighbouring readers together; nobody overtakes.
/// </summary>
internal sealed unsafe class ReaderWriterProtocol : Protocol
{
    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        if (target->State != 0 || (mode == WaitMode.Exclusive && target->Count > 0))
        {
            return false;
        }

        target->Acquisitions++;
        if (mode == WaitMode.Exclusive)
        {
            agent.Taken = HoldEntry.Make(memory.IndexOf(target), HoldMode.Exclusive, agent.FreshEpoch());

            // The entry first: without the word it means nothing, and the word without it leads nobody here.
            agent.Push(agent.Taken);
            CrashPoints.Hit(CrashPoint.WriterEntering);
            Shared.Store(ref target->State, agent.Tag);
        }
        else
        {
            agent.Taken = HoldEntry.Make(memory.IndexOf(target), HoldMode.Read, agent.FreshEpoch());
            Journal.Begin(target, JournalKind.Take, agent.Index, target->Count + 1, agent.Taken);
            agent.Push(agent.Taken);
            Journal.End(target);
        }

        return true;
    }

    public override bool Spins => true;

    public override bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) =>
        Volatile.Read(ref target->State) == 0 && (mode != WaitMode.Exclusive || Volatile.Read(ref target->Count) == 0);

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (target->State == 0 && target->QueueHead != 0)
        {
            uint head = target->QueueHead;
            if (memory.Agent(head)->WaitMode == WaitMode.Exclusive)
            {
                if (target->Count > 0)
                {
                    return;
                }

                target->Acquisitions++;
                Shared.Store(ref target->State, memory.TagOf(head));
                CrashPoints.Hit(CrashPoint.WordGranted);
                WaitQueue.End(memory, target, head, ParkState.Granted, 0, ref woken);
                return;
            }

            target->Acquisitions++;
            Journal.Begin(target, JournalKind.Grant, head, target->Count + 1, 0);
            WaitQueue.End(memory, target, head, ParkState.Granted, 0, ref woken);
            Journal.End(target);
        }
    }

    /// <summary>A reader leaves; false when it is not in.</summary>
    public static bool TryLeave(ScopeMemory memory, ObjectRecord* target, AgentRecord* reader, uint agent, ulong entry)
    {
        if (!Journal.Has(memory, reader, entry))
        {
            return false;
        }

        Journal.Begin(target, JournalKind.Give, agent, target->Count - 1, entry);
        Journal.Drop(memory, reader, entry);
        Journal.End(target);
        return true;
    }

    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken)
    {
        if (dead->WaitMode == WaitMode.Exclusive)
        {
            // Nobody is told: it never returned from its wait, perhaps it was dead before.
            if (target->State == tag)
            {
                Shared.Store(ref target->State, 0);
                CrashPoints.Hit(CrashPoint.WordReleased);
            }

            Grant(memory, target, ref woken);
            return;
        }

        ulong entry = HoldEntry.Granted(memory.IndexOf(target), HoldMode.Read, dead->WaitTicket);
        if (!Journal.Adopt(memory, dead, entry))
        {
            Shared.Store(ref target->Count, target->Count - 1);
        }

        Shared.Store(ref dead->WaitObject, 0);
        CrashPoints.Hit(CrashPoint.HoldTakenBack);
        _ = TryLeave(memory, target, dead, tag & 0xFFFF, entry);
        Grant(memory, target, ref woken);
    }

    public override bool Abandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ulong entry, ref Woken woken)
    {
        bool isReader = HoldEntry.Mode(entry) == HoldMode.Read;
        if (isReader ? !TryLeave(memory, target, dead, tag & 0xFFFF, entry) : target->State != tag)
        {
            return false;
        }

        // A reader changed nothing: only a writer's end is news to the next. Noted first: while the word names the dead one it is noted again.
        NoteAbandoned(memory, target, dead, isReported: !isReader);
        CrashPoints.Hit(CrashPoint.AbandonmentNoted);
        if (!isReader)
        {
            Shared.Store(ref target->State, 0);
            CrashPoints.Hit(CrashPoint.WordReleased);
        }

        Grant(memory, target, ref woken);
        return true;
    }

    public override void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        Journal.Repair(memory, target, memory.IndexOf(target), taken: 1);

        // A writer that was made the owner and not told so.
        uint owner = target->State & 0xFFFF;
        AgentRecord* record = memory.Agent(owner);
        if (owner != 0 && memory.TagOf(owner) == target->State && record->WaitObject == memory.IndexOf(target) && WaitQueue.IsQueued(record->Park))
        {
            WaitQueue.Unlink(memory, target, owner);
            Shared.Store(ref record->Park, ParkState.Granted);
            WaitQueue.Wake(memory, owner);
        }
    }
}
