using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>What a waiter wants of an object.</summary>
internal static class WaitMode
{
    /// <summary>The whole of it, tracked as a hold.</summary>
    public const uint Exclusive = 0;

    /// <summary>To read together with others, tracked as a hold.</summary>
    public const uint Read = 1;

    /// <summary>To pass, or a permit for good: nothing to hold.</summary>
    public const uint Pass = 2;

    /// <summary>A permit, tracked as a hold.</summary>
    public const uint Permit = 3;

    /// <summary>It came to a barrier whose last round is not over yet.</summary>
    public const uint NextRound = 4;
}

/// <summary>
/// The queue of an object: links in the records of those who wait. It can be made again at any time from the records themselves.
/// All under the object's guard.
/// </summary>
internal static unsafe class WaitQueue
{
    public static void Append(ScopeMemory memory, ObjectRecord* target, uint index, Agent agent, uint mode, long since, long deadline, uint site, bool isAsync)
    {
        AgentRecord* me = agent.Record;
        Shared.Store(ref me->Sequence, me->Sequence + 1);
        me->IsAsync = isAsync ? 1u : 0u;
        me->WaitMode = mode;
        me->WaitTicket = ++target->NextTicket;
        me->WaitSince = since;
        me->WaitDeadline = deadline;
        me->WaitSite = site;
        me->WaitResult = 0;
        Shared.Store(ref me->Park, ParkState.Waiting);
        CrashPoints.Hit(CrashPoint.WaitPrepared);
        Shared.Store(ref me->WaitObject, index);
        CrashPoints.Hit(CrashPoint.WaitPublished);
        Link(memory, target, agent.Index);
        Shared.Store(ref me->Sequence, me->Sequence + 1);
        target->Waits++;
    }

    /// <summary>Takes a waiter out. It must be in. Of the first one the head always goes on, and no link is left in its record: whoever takes out the first again and again comes to an end.</summary>
    public static void Unlink(ScopeMemory memory, ObjectRecord* target, uint agent)
    {
        AgentRecord* record = memory.Agent(agent);
        uint next = record->Next;
        uint previous = record->Previous;
        if (previous == 0 || target->QueueHead == agent)
        {
            Shared.Store(ref target->QueueHead, next == agent ? 0 : next);
        }
        else
        {
            Shared.Store(ref memory.Agent(previous)->Next, next);
        }

        CrashPoints.Hit(CrashPoint.QueueUnlinking);
        if (next == 0)
        {
            Shared.Store(ref target->QueueTail, previous);
        }
        else
        {
            Shared.Store(ref memory.Agent(next)->Previous, previous);
        }

        Shared.Store(ref record->Next, 0);
        Shared.Store(ref record->Previous, 0);
        Shared.Store(ref target->QueueLength, Math.Max(target->QueueLength, 1) - 1);

        // Perhaps it was the one that was poked.
        Shared.Store(ref target->Waking, 0);
    }

    /// <summary>Ends the wait of a waiter that is in the queue, for good or for bad. It wakes later, by <see cref="Woken.WakeAll"/>.</summary>
    public static void End(ScopeMemory memory, ObjectRecord* target, uint agent, uint park, int result, ref Woken woken)
    {
        AgentRecord* record = memory.Agent(agent);
        Account(target, record);
        record->WaitResult = result;
        Unlink(memory, target, agent);

        CrashPoints.Hit(CrashPoint.WaitUnlinked);

        // Last: a waiter that is awake goes on at once, and may get into another queue with the same record.
        Shared.Store(ref record->Park, park);
        CrashPoints.Hit(CrashPoint.WaitEnded);
        woken.Add(memory, agent);
    }

    public static void Wake(ScopeMemory memory, uint agent)
    {
        AgentRecord* record = memory.Agent(agent);
        if (record->IsAsync != 0)
        {
            memory.Dispatcher.Deliver(agent);
        }
        else
        {
            Shared.Wake(&record->Park, 1, memory.IsShared);
        }
    }

    /// <summary>Makes the queue again from the records, in the order of the tickets. After a death inside the guard.</summary>
    public static void Rebuild(ScopeMemory memory, ObjectRecord* target, uint index)
    {
        Shared.Store(ref target->QueueHead, 0);
        Shared.Store(ref target->QueueTail, 0);
        Shared.Store(ref target->QueueLength, 0);
        Shared.Store(ref target->Waking, 0);
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            AgentRecord* record = memory.Agent(agent);
            if (record->WaitObject == index && IsQueued(record->Park) && record->State != AgentRecord.Free)
            {
                InsertByTicket(memory, target, agent);
            }
        }
    }

    /// <summary>A wait is over: adds it to the statistics.</summary>
    public static void Account(ObjectRecord* target, AgentRecord* record)
    {
        ulong waited = (ulong)Math.Max(0, Shared.Now - record->WaitSince);
        target->TotalWait += waited;
        target->LongestWait = Math.Max(target->LongestWait, waited);
    }

    public static bool IsQueued(uint park) => park is ParkState.Waiting or ParkState.Poked or ParkState.Alerted;

    private static void Link(ScopeMemory memory, ObjectRecord* target, uint agent) => InsertAfter(memory, target, target->QueueTail, agent);

    private static void InsertByTicket(ScopeMemory memory, ObjectRecord* target, uint agent)
    {
        ulong ticket = memory.Agent(agent)->WaitTicket;
        uint after = target->QueueTail;
        for (int left = ScopeMemory.MostAgents; left > 0 && after != 0 && memory.Agent(after)->WaitTicket > ticket; left--)
        {
            after = memory.Agent(after)->Previous;
        }

        InsertAfter(memory, target, after, agent);
    }

    private static void InsertAfter(ScopeMemory memory, ObjectRecord* target, uint previous, uint agent)
    {
        AgentRecord* record = memory.Agent(agent);
        uint next = previous == 0 ? target->QueueHead : memory.Agent(previous)->Next;
        Shared.Store(ref record->Previous, previous);
        Shared.Store(ref record->Next, next);
        if (previous == 0)
        {
            Shared.Store(ref target->QueueHead, agent);
        }
        else
        {
            Shared.Store(ref memory.Agent(previous)->Next, agent);
        }

        CrashPoints.Hit(CrashPoint.QueueLinking);
        if (next == 0)
        {
            Shared.Store(ref target->QueueTail, agent);
        }
        else
        {
            Shared.Store(ref memory.Agent(next)->Previous, agent);
        }

        Shared.Store(ref target->QueueLength, target->QueueLength + 1);
    }
}
