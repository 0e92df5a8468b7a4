using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Countdowns: <see cref="ObjectRecord.Count"/> signals are missing; at 0 everybody passes.</summary>
internal sealed unsafe class CountdownProtocol : Protocol
{
    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait)
    {
        if (target->Count != 0)
        {
            return false;
        }

        target->Acquisitions++;
        return true;
    }

    public override bool Spins => true;

    public override bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) => Volatile.Read(ref target->Count) == 0;

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
        while (target->Count == 0 && target->QueueHead != 0)
        {
            target->Acquisitions++;
            WaitQueue.End(memory, target, target->QueueHead, ParkState.Granted, 0, ref woken);
        }
    }
}
