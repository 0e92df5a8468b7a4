using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Conditions: nothing but the queue. A notification in the hands of a dead waiter goes to the next.</summary>
internal sealed unsafe class ConditionProtocol : Protocol
{
    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait) => false;

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
    }

    /// <summary>Lets the first waiters go on; how many.</summary>
    public static int Notify(ScopeMemory memory, ObjectRecord* target, int count, ref Woken woken)
    {
        int notified = 0;
        while (notified < count && target->QueueHead != 0)
        {
            target->Acquisitions++;
            WaitQueue.End(memory, target, target->QueueHead, ParkState.Granted, 0, ref woken);
            notified++;
        }

        return notified;
    }

    public override void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken) =>
        _ = Notify(memory, target, 1, ref woken);
}
