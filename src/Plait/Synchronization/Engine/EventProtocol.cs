using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Events: <see cref="ObjectRecord.State"/> is 1 when set. An automatic one is reset by the wait that it lets through.</summary>
internal sealed unsafe class EventProtocol : Protocol
{
    private const byte Automatic = (byte)EventMode.Auto;

    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        if (target->State == 0)
        {
            return false;
        }

        target->Acquisitions++;
        if (target->Mode == Automatic)
        {
            Shared.Store(ref target->State, 0);
        }

        return true;
    }

    public override bool Spins => true;

    public override bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) => Volatile.Read(ref target->State) != 0;

    /// <summary>Sets it: all who wait go on, or one.</summary>
    public void Set(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        Shared.Store(ref target->State, 1);
        CrashPoints.Hit(CrashPoint.EventSet);
        Grant(memory, target, ref woken);
    }

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (target->State != 0 && target->QueueHead != 0)
        {
            uint head = target->QueueHead;
            target->Acquisitions++;
            if (target->Mode == Automatic)
            {
                // The journal's count is not used: it says who was let through, and that the event is to be reset.
                Journal.Begin(target, JournalKind.Grant, head, 0, 0);
                Shared.Store(ref target->State, 0);
            }

            WaitQueue.End(memory, target, head, ParkState.Granted, 0, ref woken);
            if (target->Mode == Automatic)
            {
                Journal.End(target);
            }
        }
    }

    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken)
    {
        if (target->Mode == Automatic)
        {
            Set(memory, target, ref woken);
        }
    }

    public override void Repair(ScopeMemory memory, ObjectRecord* target)
    {
        if (target->Journal != 0)
        {
            Shared.Store(ref target->State, 0);
            Journal.Repair(memory, target, memory.IndexOf(target), taken: 0);
        }
    }
}
