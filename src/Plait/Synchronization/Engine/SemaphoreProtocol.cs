using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Semaphores: <see cref="ObjectRecord.Count"/> permits. In the order of arrival; nobody overtakes.</summary>
internal sealed unsafe class SemaphoreProtocol : Protocol
{
    public const int Most = 0xFF_FFFF;

    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        if (target->Count <= 0)
        {
            return false;
        }

        if (mode == WaitMode.Permit)
        {
            agent.Taken = TakePermit(target, memory.IndexOf(target), agent, SourcePlace.Unknown);
        }
        else
        {
            TakeForGood(target);
        }

        return true;
    }

    public override bool Spins => true;

    public override bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) => Volatile.Read(ref target->Count) > 0;

    /// <summary>Takes one of the permits that are there; the hold's entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TakePermit(ObjectRecord* target, uint index, Agent agent, SourcePlace site)
    {
        target->Acquisitions++;
        ulong entry = HoldEntry.Make(index, HoldMode.Permit, agent.FreshEpoch());
        Journal.Begin(target, JournalKind.Take, agent.Index, target->Count - 1, entry);
        agent.Push(entry, site);
        Journal.End(target);
        return entry;
    }

    /// <summary>Takes one of the permits that are there, and nobody is its holder.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TakeForGood(ObjectRecord* target)
    {
        target->Acquisitions++;
        Shared.Store(ref target->Count, target->Count - 1);
    }

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (target->Count > 0 && target->QueueHead != 0)
        {
            uint head = target->QueueHead;
            target->Acquisitions++;
            Journal.Begin(target, JournalKind.Grant, head, target->Count - 1, 0);
            WaitQueue.End(memory, target, head, ParkState.Granted, 0, ref woken);
            Journal.End(target);
        }
    }

    /// <summary>A permit that the agent holds comes back; false when it does not hold it, or when its permit was given back without the hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGive(ScopeMemory memory, ObjectRecord* target, AgentRecord* holder, uint agent, ulong entry)
    {
        // Recovery asks with no entry for what the dead one was about to take; no entry is what an empty slot has.
        ulong* slot = entry == 0 ? null : HoldList.Find(memory, holder, entry);
        if (slot is null)
        {
            return false;
        }

        if (target->Count >= target->Limit)
        {
            Shared.Store(ref *slot, 0);
            return false;
        }

        Journal.Begin(target, JournalKind.Give, agent, target->Count + 1, entry);
        Shared.Store(ref *slot, 0);
        Journal.End(target);
        return true;
    }

    /// <summary>A permit that the dead one held comes back, and the next one is to be told; false when it did not hold it.</summary>
    private static bool TryAbandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint agent, ulong entry)
    {
        // No hold is 0: an empty slot is.
        ulong* slot = entry == 0 ? null : HoldList.Find(memory, dead, entry);
        if (slot is null)
        {
            return false;
        }

        // What is noted belongs to the change: killed in between, a repair would give the permit back and tell nobody. While the entry
        // is there the dead one's record stays as it is, for a repair to read.
        Journal.Begin(target, JournalKind.Abandon, agent, Math.Min(target->Count + 1, target->Limit), entry);
        NoteAbandoned(memory, target, dead, isReported: true);
        CrashPoints.Hit(CrashPoint.AbandonmentNoted);
        Shared.Store(ref *slot, 0);
        Journal.End(target);
        return true;
    }

    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken)
    {
        // On its way back, before the wait is forgotten: killed behind that, the next one knows by the hold alone that it was no holder's.
        uint index = memory.IndexOf(target);
        ulong entry = HoldEntry.Granted(index, HoldMode.Returning, dead->WaitTicket);
        ulong* entered = HoldList.Find(memory, dead, HoldEntry.Granted(index, HoldMode.Permit, dead->WaitTicket));
        if (entered is not null)
        {
            Shared.Store(ref *entered, entry);
            CrashPoints.Hit(CrashPoint.HoldAdopted);
        }
        else if (!Journal.Adopt(memory, dead, entry))
        {
            Shared.Store(ref target->Count, target->Count + 1);
        }

        Shared.Store(ref dead->WaitObject, 0);
        CrashPoints.Hit(CrashPoint.HoldTakenBack);
        _ = TryGive(memory, target, dead, tag & 0xFFFF, entry);
        Grant(memory, target, ref woken);
    }

    public override bool Abandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ulong entry, ref Woken woken)
    {
        bool isFreed = HoldEntry.Mode(entry) == HoldMode.Returning
            ? TryGive(memory, target, dead, tag & 0xFFFF, entry)
            : TryAbandon(memory, target, dead, tag & 0xFFFF, entry);
        if (!isFreed)
        {
            return false;
        }

        Grant(memory, target, ref woken);
        return true;
    }

    public override void Repair(ScopeMemory memory, ObjectRecord* target) => Journal.Repair(memory, target, memory.IndexOf(target), taken: -1);
}
