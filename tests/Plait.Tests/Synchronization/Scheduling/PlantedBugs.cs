using Plait.Memory;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>The waiter is woken before its word says that it was granted: it looks, sees nothing, and sleeps on.</summary>
internal sealed class WakeBeforePublish(Simulation simulation) : PlantedBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Agent, Offset: Place.Park } && value == ParkState.Granted && !IsOwn(unit, place.Index);

    public override bool IsOvertakenByWake(SimulatedUnit unit, Place place) => true;
}

/// <summary>The guard is given back by a store without release: what was stored under it may come later.</summary>
internal sealed class MissingReleaseFence(Simulation simulation) : PlantedBug(simulation)
{
    public override bool IsDelayedForOthers(SimulatedUnit unit, Place place) =>
        place is { Part: MemoryPart.Object, Offset: Place.Count } && KindOf(place) == ObjectKind.Semaphore;

    public override bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Object, Offset: Place.Guard } && value == 0;
}

/// <summary>Who gives up takes the waiters bit with it, although others wait.</summary>
internal sealed class WaitersBitLostOnTimeout(Simulation simulation) : PlantedBug(simulation)
{
    public override ulong Exchanged(SimulatedUnit unit, Place place, ulong value)
    {
        if (!unit.HasTimedOut || place is not { Part: MemoryPart.Object, Offset: Place.State })
        {
            return value;
        }

        unit.HasTimedOut = false;
        return value & ~(ulong)ObjectRecord.WaitersBit;
    }
}

/// <summary>The record of a dead unit is freed without a new generation: whoever still recovers it takes its next user for it.</summary>
internal sealed class GenerationNotBumped(Simulation simulation) : PlantedBug(simulation)
{
    public override ulong Stored(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Agent, Offset: Place.State } ? value - (1UL << 32) : value;
}

/// <summary>A sleep that a signal interrupts is taken for the wake-up of a grant.</summary>
internal sealed class InterruptTakenForAWake(Simulation simulation) : PlantedBug(simulation)
{
    public override uint Loaded(SimulatedUnit unit, Place place, uint value) =>
        unit.WasInterrupted && value == ParkState.Waiting && place is { Part: MemoryPart.Agent, Offset: Place.Park } ? ParkState.Granted : value;
}

/// <summary>A round at a barrier ends, and those who were in it are still counted.</summary>
internal sealed class BarrierCountNotReset(Simulation simulation) : PlantedBug(simulation)
{
    public override unsafe ulong Stored(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Object, Offset: Place.QueueLength } && KindOf(place) == ObjectKind.Barrier
            ? Math.Max(value, Memory.Object(place.Index)->QueueLength)
            : value;
}

/// <summary>Who waits for a condition lets go of the lock before it is in the queue: a notification in between finds nobody.</summary>
internal sealed class NotifyBeforeTheSleeperIsCounted(Simulation simulation) : PlantedBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Object, Offset: Place.QueueHead or Place.QueueTail } && KindOf(place) == ObjectKind.Condition
        && value != 0 && IsOwn(unit, (uint)value);

    public override bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Object, Offset: Place.State } && KindOf(place) is ObjectKind.Lock or ObjectKind.ReentrantLock;
}

/// <summary>A release frees the lock's word, and only then clears what belonged to the owner: by then that may be the next owner's.</summary>
internal sealed class OwnerClearedAfterTheWord(Simulation simulation) : PlantedBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) =>
        place is { Part: MemoryPart.Object, Offset: Place.Count } && value == 0 && KindOf(place) == ObjectKind.ReentrantLock;

    public override bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) => place is { Part: MemoryPart.Object, Offset: Place.State };
}

/// <summary>Two who give a permit back look for waiters at the same time, and both see the one permit.</summary>
internal sealed class TwoWakersOneToken(Simulation simulation) : PlantedBug(simulation)
{
    private readonly Simulation _simulation = simulation;

    public override unsafe bool IsLetIn(SimulatedUnit unit, Place place) =>
        place is { Part: MemoryPart.Object, Offset: Place.Guard } && unit.IsReleasing && KindOf(place) == ObjectKind.Semaphore
        && _simulation.Units.Exists(other => other != unit && other.IsReleasing && IsOwn(other, Memory.Object(place.Index)->Guard & 0xFFFF));
}

/// <summary>The number of a dead process has come to another, and that is taken for the one that was here.</summary>
internal sealed class StalePidTrusted(Simulation simulation) : PlantedBug(simulation)
{
    public override ulong? StartTime(SimulatedUnit dead, ulong? found) => found is null ? null : dead.StartTime;
}
