using System.Runtime.InteropServices;
using Plait.Memory;
using Plait.Tests.Synchronization.Scheduling;

namespace Plait.Tests.Queues.Schedules;

/// <summary>A mistake at one of the words of a queue.</summary>
internal abstract class PlantedQueueBug(Simulation simulation) : PlantedBug(simulation)
{
    private static readonly int s_tail = (int)Marshal.OffsetOf<QueueControl>(nameof(QueueControl.Tail));
    private static readonly int s_head = (int)Marshal.OffsetOf<QueueControl>(nameof(QueueControl.Head));
    private static readonly int s_itemsWanted = (int)Marshal.OffsetOf<QueueControl>(nameof(QueueControl.ItemsWanted));
    private static readonly int s_roomWanted = (int)Marshal.OffsetOf<QueueControl>(nameof(QueueControl.RoomWanted));

    protected static bool IsTail(Place place) => place.Part == MemoryPart.Queue && place.Offset == s_tail;

    protected static bool IsHead(Place place) => place.Part == MemoryPart.Queue && place.Offset == s_head;

    protected static bool IsItemsWanted(Place place) => place.Part == MemoryPart.Queue && place.Offset == s_itemsWanted;

    protected static bool IsRoomWanted(Place place) => place.Part == MemoryPart.Queue && place.Offset == s_roomWanted;
}

/// <summary>Who waits for room, or for an item, does not say so.</summary>
internal sealed class NobodyIsWanted(Simulation simulation) : PlantedQueueBug(simulation)
{
    public override ulong Stored(SimulatedUnit unit, Place place, ulong value) => IsItemsWanted(place) || IsRoomWanted(place) ? 0 : value;
}

/// <summary>There is no fence between the store of Tail and the look at who waits: the look comes first.</summary>
internal sealed class MissingBarrierBehindTail(Simulation simulation) : PlantedQueueBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) => IsTail(place);

    public override uint Loaded(SimulatedUnit unit, Place place, uint value)
    {
        unit.IsFlushDue |= IsItemsWanted(place) && unit.Buffer.Count > 0;
        return value;
    }
}

/// <summary>The guard of those who put is free before the new Tail is to be seen: the next one takes the same slot.</summary>
internal sealed class TailBehindTheGuard(Simulation simulation) : PlantedQueueBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) => IsTail(place);

    public override bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) =>
        value == 0 && place is { Part: MemoryPart.Object, Offset: Place.Guard } && KindOf(place) == ObjectKind.QueueRoom;
}

/// <summary>Head says that an item was got before the hand says by whom: killed between the two, nobody knows that it is not done.</summary>
internal sealed class HandBehindHead(Simulation simulation) : PlantedQueueBug(simulation)
{
    public override bool IsDelayed(SimulatedUnit unit, Place place, ulong value) => place is { Part: MemoryPart.Hand, Offset: 0 } && value >> QueueHand.CountShift != 0;

    public override bool IsOvertaking(SimulatedUnit unit, Place place, ulong value) => IsHead(place);
}
