using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>A stripe of a dictionary: nobody waits for it but for its guard, and only repairs concern it here.</summary>
internal sealed unsafe class DictionaryProtocol : Protocol
{
    public override bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait) => false;

    public override void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
    }

    public override void Repair(ScopeMemory memory, ObjectRecord* target) => DictionaryTable.Repair(memory, (DictionaryStripe*)target);
}
