using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Locks: <see cref="ObjectRecord.State"/> is the truth. Taken from free by compare-and-exchange, with or without the guard; released
/// to free by compare-and-exchange when nobody waits, else under the guard, where the first waiter is told to try, or, when it has
/// waited long, when it is an async one or when the order is strict, is made the owner.
/// </summary>
/// <remarks>
/// While the queue is not empty <see cref="ObjectRecord.WaitersBit"/> is set, so a release comes here. A waiter sets its word to
/// waiting and then looks at the state; a releaser frees the state and then looks at the waiter's word; both with full fences, so one
/// of them sees the other.
/// </remarks>
internal sealed unsafe class LockProtocol : Protocol
{
    /// <summary>Nanoseconds of waiting after which a waiter is handed the lock.</summary>
    public const long Patience = 1_000_000;

    /// <summary>Nanoseconds between two such: each leaves the lock to somebody who has yet to wake up, while others could run.</summary>
    private const long Respite = 4_000_000;

    private const byte Strict = 1;

    public static bool IsStrict(ObjectRecord* target) => target->Mode == Strict;

    public override bool MayOvertake(ObjectRecord* target) => target->Mode != Strict;

    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        while (true)
        {
            uint state = Shared.Load(ref target->State);
            if ((state & ~ObjectRecord.WaitersBit) == 0)
            {
                if (Shared.CompareExchange(ref target->State, agent.Tag | state, state) == state)
                {
                    return true;
                }
            }
            else if (!willWait || (state & ObjectRecord.WaitersBit) != 0
                || Shared.CompareExchange(ref target->State, state | ObjectRecord.WaitersBit, state) == state)
            {
                return false;
            }
        }
    }

    /// <summary>The owner releases: to the next, or to whoever comes.</summary>
    public void Release(ScopeMemory memory, ObjectRecord* target, uint owner, ref Woken woken)
    {
        uint head = target->QueueHead;
        uint next = head != 0 && IsHandedOver(memory, target, head) ? memory.TagOf(head) : 0;
        uint waiters = target->QueueLength > (next == 0 ? 0u : 1u) ? ObjectRecord.WaitersBit : 0;

        // With the guard held only the owner changes the word: the exchange is for its fence, which the poke below needs.
        Shared.Exchange(ref target->State, next | waiters);
        CrashPoints.Hit(CrashPoint.WordReleased);
        if (next != 0)
        {
            MakeOver(memory, target, head, ref woken);
        }
        else if (head != 0)
        {
            Poke(memory, target, head, ref woken);
        }
    }

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (true)
        {
            uint state = Shared.Load(ref target->State);
            uint head = target->QueueHead;
            bool isFree = (state & ~ObjectRecord.WaitersBit) == 0;
            uint wanted = head == 0 ? state & ~ObjectRecord.WaitersBit
                : isFree && IsHandedOver(memory, target, head) ? memory.TagOf(head) | (target->QueueLength > 1 ? ObjectRecord.WaitersBit : 0)
                : state | ObjectRecord.WaitersBit;
            if (Shared.CompareExchange(ref target->State, wanted, state) != state)
            {
                continue;
            }

            if (isFree && head != 0)
            {
                CrashPoints.Hit(CrashPoint.WordGranted);
                if ((wanted & ~ObjectRecord.WaitersBit) != 0)
                {
                    MakeOver(memory, target, head, ref woken);
                }
                else
                {
                    Poke(memory, target, head, ref woken);
                }
            }

            return;
        }
    }

    // Nobody is told: it was made the owner and never returned from its wait, perhaps it was dead before.
    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken)
    {
        if ((Shared.Load(ref target->State) & ~ObjectRecord.WaitersBit) == tag)
        {
            Shared.Store(ref target->Count, 0);
            Release(memory, target, tag, ref woken);
        }
    }

    public override bool Abandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ulong entry, ref Woken woken)
    {
        if ((Shared.Load(ref target->State) & ~ObjectRecord.WaitersBit) != tag)
        {
            return false;
        }

        NoteAbandoned(memory, target, dead, isReported: true);
        CrashPoints.Hit(CrashPoint.AbandonmentNoted);
        Shared.Store(ref target->Count, 0);
        Release(memory, target, tag, ref woken);
        return true;
    }

    // A wake that never came is made up for by the poke; an owner that was handed the lock and not told so, here.
    public override void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        uint owner = Shared.Load(ref target->State) & 0xFFFF;
        int left = ScopeMemory.MostAgents;
        for (uint agent = target->QueueHead; agent != 0 && left > 0; agent = memory.Agent(agent)->Next, left--)
        {
            if (agent == owner && memory.TagOf(agent) == (target->State & ~ObjectRecord.WaitersBit))
            {
                // It may have taken the lock itself just now: then it reads this as what it is, the lock is its own.
                WaitQueue.Unlink(memory, target, agent);
                Shared.Store(ref memory.Agent(agent)->Park, ParkState.Granted);
                WaitQueue.Wake(memory, agent);
                return;
            }
        }
    }

    private static bool IsHandedOver(ScopeMemory memory, ObjectRecord* target, uint head)
    {
        AgentRecord* first = memory.Agent(head);
        if (target->Mode == Strict || first->IsAsync != 0)
        {
            return true;
        }

        long now = Shared.Now;
        return now - first->WaitSince > Patience && now - target->HandedOver > Respite;
    }

    private static void MakeOver(ScopeMemory memory, ObjectRecord* target, uint head, ref Woken woken)
    {
        target->HandedOver = Shared.Now;
        WaitQueue.End(memory, target, head, ParkState.Granted, 0, ref woken);
    }

    private static void Poke(ScopeMemory memory, ObjectRecord* target, uint head, ref Woken woken)
    {
        AgentRecord* first = memory.Agent(head);
        if (Shared.Load(ref first->Park) is ParkState.Waiting or ParkState.Alerted)
        {
            // In this order: awake, it may take it away at once.
            Shared.Store(ref target->Waking, 1);
            Shared.Store(ref first->Park, ParkState.Poked);
            CrashPoints.Hit(CrashPoint.WaiterPoked);
            woken.Add(memory, head);
        }
    }
}
