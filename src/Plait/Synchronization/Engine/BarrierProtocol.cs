using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Barriers: the queue is who has arrived. <see cref="ObjectRecord.State"/> is 0, or the tag of the party that runs the action;
/// meanwhile who comes queues for the next round. <see cref="ObjectRecord.Rounds"/> counts rounds.
/// </summary>
internal sealed unsafe class BarrierProtocol : Protocol
{
    /// <summary>What a granted party is told when it is the one to run the action.</summary>
    public const int Act = -1;

    public static bool IsBroken(ObjectRecord* target) => (target->Flags & ObjectFlags.Broken) != 0;

    /// <summary>The last party finds the others in the queue.</summary>
    public override bool MayOvertake(ObjectRecord* target) => true;

    /// <summary>The last party of a round does not wait: it becomes the one that acts.</summary>
    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        if (target->State != 0 || IsBroken(target) || target->QueueLength + 1 < target->Limit)
        {
            return false;
        }

        Shared.Store(ref target->State, agent.Tag);
        return true;
    }

    /// <summary>The action has run: everybody who had arrived goes on, in order, and those who came meanwhile are in the next round.</summary>
    public void Complete(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        int rank = 0;
        while (target->QueueHead != 0 && memory.Agent(target->QueueHead)->WaitMode != WaitMode.NextRound)
        {
            WaitQueue.End(memory, target, target->QueueHead, ParkState.Granted, rank++, ref woken);
        }

        CrashPoints.Hit(CrashPoint.RoundGranted);
        target->Rounds++;
        target->Acquisitions++;
        Shared.Store(ref target->State, 0);
        Grant(memory, target, ref woken);
    }

    // Those who came while the action ran have arrived now; if they are enough, the last of them acts.
    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        if (target->State != 0 || IsBroken(target))
        {
            return;
        }

        int arrived = 0;
        for (uint agent = target->QueueHead; agent != 0 && arrived < ScopeMemory.MostAgents; agent = memory.Agent(agent)->Next)
        {
            memory.Agent(agent)->WaitMode = WaitMode.Pass;
            if (++arrived == target->Limit)
            {
                uint next = memory.Agent(agent)->Next;
                Shared.Store(ref target->State, memory.TagOf(agent));
                CrashPoints.Hit(CrashPoint.WordGranted);
                WaitQueue.End(memory, target, agent, ParkState.Granted, Act, ref woken);
                for (int left = ScopeMemory.MostAgents; next != 0 && left > 0; next = memory.Agent(next)->Next, left--)
                {
                    memory.Agent(next)->WaitMode = WaitMode.NextRound;
                }

                return;
            }
        }
    }

    /// <summary>Everybody who waits is refused, and whoever comes, until it is made whole.</summary>
    public static void Break(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        Shared.Store(ref target->Flags, target->Flags | ObjectFlags.Broken);
        CrashPoints.Hit(CrashPoint.BarrierBroken);
        RefuseAll(memory, target, ref woken);
        CrashPoints.Hit(CrashPoint.BarrierRefused);
        Shared.Store(ref target->State, 0);
    }

    public static void RefuseAll(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (target->QueueHead != 0)
        {
            WaitQueue.End(memory, target, target->QueueHead, ParkState.Refused, 0, ref woken);
        }
    }

    // A party that gives up, or is dead, will not come again: the others would wait for ever.
    public override void Withdrawn(ScopeMemory memory, ObjectRecord* target, ref Woken woken) => Break(memory, target, ref woken);

    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken) =>
        _ = Abandon(memory, target, dead, tag, 0, ref woken);

    public override bool Abandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ulong entry, ref Woken woken)
    {
        if (target->State != tag)
        {
            return false;
        }

        NoteAbandoned(memory, target, dead, isReported: false);
        CrashPoints.Hit(CrashPoint.AbandonmentNoted);
        Break(memory, target, ref woken);
        return true;
    }

    // Who completed or broke it is dead in the middle of that: the round is lost.
    public override void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        var woken = default(Woken);
        Break(memory, target, ref woken);
        woken.WakeAll(memory);
    }
}
