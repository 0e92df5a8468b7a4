using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// What the dead left behind: their waits end, their holds are abandoned, half-made changes are finished or undone. Every step is
/// under the guard of the object that it is about, checks that there is still something to do, and may be done any number of times by
/// any number of processes; whoever does it may be killed as well.
/// </summary>
internal static unsafe class Recovery
{
    /// <summary>A unit is gone: frees all that it had, and then its record.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="agent">The record's index.</param>
    /// <param name="generation">The use of the record that is meant; a later one is left alone.</param>
    /// <param name="tag">The unit's tag.</param>
    public static void End(ScopeMemory memory, uint agent, uint generation, uint tag)
    {
        AgentRecord* record = memory.Agent(agent);
        if (record->Generation != generation)
        {
            return;
        }

        // From here on nobody takes it for alive. With the generation in one word: another recoverer may have been quicker, and a living
        // unit may have the record by now.
        ulong use = (ulong)generation << 32;
        Shared.CompareExchange(ref *(ulong*)record, use | AgentRecord.Ended, use | AgentRecord.Live);
        CrashPoints.Hit(CrashPoint.AgentEnded);
        EndWait(memory, record, generation, tag);
        PassOnNotification(memory, record, generation);
        uint pending = record->Pending;
        foreach ((ulong entry, _) in HoldList.Copy(memory, record))
        {
            if (record->Generation == generation)
            {
                Abandon(memory, HoldEntry.Object(entry), record, generation, tag, entry);
            }
        }

        if (pending != 0)
        {
            // It may have become the owner without entering that, or have freed it and woken nobody.
            Abandon(memory, pending, record, generation, tag, 0);
        }

        CrashPoints.Hit(CrashPoint.AgentCleared);
        memory.FreeAgent(agent, generation);
    }

    /// <summary>An object's word names an owner of whom nothing else is left.</summary>
    public static void AbandonWord(ScopeMemory memory, uint index, uint tag)
    {
        ObjectRecord* target = memory.Object(index);
        var nobody = default(AgentRecord);
        nobody.Participant = uint.MaxValue;
        var woken = default(Woken);
        woken.Enter(memory, target, Agents.CurrentOrProcess(memory));
        _ = Protocol.Of(target->Kind).Abandon(memory, target, &nobody, tag, 0, ref woken);
        woken.Exit(memory, target);
    }

    /// <summary>Somebody died inside the guard, which the caller has taken over.</summary>
    public static void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        uint index = memory.IndexOf(target);
        WaitQueue.Rebuild(memory, target, index);
        CrashPoints.Hit(CrashPoint.QueueRebuilt);
        Protocol protocol = Protocol.Of(target->Kind);
        protocol.Repair(memory, target);
        CrashPoints.Hit(CrashPoint.ObjectRepaired);
        var woken = default(Woken);
        protocol.Grant(memory, target, ref woken);
        woken.WakeAll(memory);
    }

    private static void EndWait(ScopeMemory memory, AgentRecord* record, uint generation, uint tag)
    {
        uint index = Shared.Load(ref record->WaitObject);
        if (index == 0)
        {
            return;
        }

        ObjectRecord* target = memory.Object(index);
        Protocol protocol = Protocol.Of(target->Kind);
        var woken = default(Woken);
        woken.Enter(memory, target, Agents.CurrentOrProcess(memory));
        if (record->Generation == generation && record->WaitObject == index)
        {
            uint park = Shared.Load(ref record->Park);
            if (WaitQueue.IsQueued(park))
            {
                WaitQueue.Unlink(memory, target, tag & 0xFFFF);
                CrashPoints.Hit(CrashPoint.WaitWithdrawn);
                Shared.Store(ref record->WaitObject, 0);
                CrashPoints.Hit(CrashPoint.WaitForgotten);
                protocol.Withdrawn(memory, target, ref woken);
            }
            else
            {
                if (park == ParkState.Granted)
                {
                    protocol.TakeBack(memory, target, record, tag, ref woken);
                    CrashPoints.Hit(CrashPoint.GrantTakenBack);
                }

                Shared.Store(ref record->WaitObject, 0);
            }
        }

        woken.Exit(memory, target);
    }

    // It was told to go on and did not get as far as the lock: nobody would learn of its death.
    private static void PassOnNotification(ScopeMemory memory, AgentRecord* record, uint generation)
    {
        uint index = Shared.Load(ref record->Notified);
        if (index == 0)
        {
            return;
        }

        ObjectRecord* target = memory.Object(index);
        var woken = default(Woken);
        woken.Enter(memory, target, Agents.CurrentOrProcess(memory));
        if (record->Generation == generation && record->Notified == index)
        {
            _ = ConditionProtocol.Notify(memory, target, 1, ref woken);
            CrashPoints.Hit(CrashPoint.NotificationPassedOn);

            // Last: killed before it, the next one notifies once more, and somebody wakes for nothing.
            Shared.Store(ref record->Notified, 0);
        }

        woken.Exit(memory, target);
    }

    private static void Abandon(ScopeMemory memory, uint index, AgentRecord* record, uint generation, uint tag, ulong entry)
    {
        ObjectRecord* target = memory.Object(index);
        Protocol protocol = Protocol.Of(target->Kind);
        var woken = default(Woken);
        woken.Enter(memory, target, Agents.CurrentOrProcess(memory));
        if (record->Generation == generation)
        {
            if (!protocol.Abandon(memory, target, record, tag, entry, ref woken))
            {
                protocol.Grant(memory, target, ref woken);
            }

            CrashPoints.Hit(CrashPoint.HoldAbandoned);
            RewakeGranted(memory, target, index);
        }

        woken.Exit(memory, target);
    }

    // The dead one may have granted, and have been killed before it woke: those are out of the queue, and asleep.
    private static void RewakeGranted(ScopeMemory memory, ObjectRecord* target, uint index)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            AgentRecord* waiter = memory.Agent(agent);
            if (waiter->WaitObject == index && waiter->State == AgentRecord.Live && waiter->Park != ParkState.Waiting)
            {
                WaitQueue.Wake(memory, agent);
            }
        }
    }
}
