using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// A mistake that the engine does not make, made in its place where its operations reach memory: a store that comes late, or with
/// another value, a look that lies. What the other units see is what they would see if it stood in the code.
/// </summary>
internal abstract class PlantedBug(Simulation simulation)
{
    protected ScopeMemory Memory { get; } = simulation.Memory;

    /// <summary>The store goes to the unit's store buffer instead.</summary>
    public virtual bool IsDelayed(SimulatedUnit unit, Place place, ulong value) => false;

    /// <summary>The same, for a place at which others look only after the store that overtakes it.</summary>
    public virtual bool IsDelayedForOthers(SimulatedUnit unit, Place place) => false;

    /// <summary>This store, or exchange, becomes visible before those in the buffer; they follow before the unit's next operation.</summary>
    public virtual bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) => false;

    /// <summary>This wake-up comes before the stores in the buffer.</summary>
    public virtual bool IsOvertakenByWake(SimulatedUnit unit, Place place) => false;

    /// <summary>What is stored in place of the value.</summary>
    public virtual ulong Stored(SimulatedUnit unit, Place place, ulong value) => value;

    /// <summary>What is seen in place of the value.</summary>
    public virtual uint Loaded(SimulatedUnit unit, Place place, uint value) => value;

    /// <summary>What a compare-and-exchange puts in place of the value.</summary>
    public virtual ulong Exchanged(SimulatedUnit unit, Place place, ulong value) => value;

    /// <summary>A compare-and-exchange that failed is taken for one that did not.</summary>
    public virtual bool IsLetIn(SimulatedUnit unit, Place place) => false;

    /// <summary>What is believed of the process that has the number of a dead one.</summary>
    public virtual ulong? StartTime(SimulatedUnit dead, ulong? found) => found;

    protected unsafe ObjectKind KindOf(Place place) => place.Part == MemoryPart.Object ? Memory.Object(place.Index)->Kind : ObjectKind.Free;

    protected unsafe bool IsOwn(SimulatedUnit unit, uint agent) => Memory.Agent(agent)->Participant == unit.Memory.Own;
}
