using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>
/// What never changes of a queue, copied when it is opened: from then on this process goes by the copy, and what others write into the memory later changes
/// neither where it reads and writes nor how much.
/// </summary>
internal readonly unsafe struct QueueFacts(QueueControl* control)
{
    // The longest item that a slot is made for, and what comes before it.
    private const int MostStride = 1 << 17;

    public QueueOrder Order { get; } = control->Order;

    /// <summary>See <see cref="QueueFlags"/>.</summary>
    public byte Flags { get; } = control->Flags;

    public int SlotBytes { get; } = control->SlotBytes;

    public int Capacity { get; } = control->Capacity;

    public ulong ItemType { get; } = control->ItemType;

    public uint Items { get; } = control->Items;

    public uint Room { get; } = control->Room;

    public uint Work { get; } = control->Work;

    /// <summary>Bytes of a slot before the item.</summary>
    public int HeaderBytes => Order == QueueOrder.Priority ? PrioritySlot.Size : 0;

    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <summary>Whether the words still say what decides about room and items.</summary>
    public bool IsStillSo(QueueControl* control) =>
        control->Order == Order && control->Flags == Flags && control->SlotBytes == SlotBytes && control->Capacity == Capacity;

    /// <summary>Whether there can be such a queue. Where the slots are is another matter: that may change.</summary>
    public bool IsSound(ScopeMemory memory)
    {
        bool isManaged = Has(QueueFlags.Managed);
        bool hasRoom = isManaged ? SlotBytes == HeaderBytes
            : !Has(QueueFlags.Payloads) || (SlotBytes >= HeaderBytes + PayloadSlot.Size && SlotBytes <= MostStride && SlotBytes % sizeof(ulong) == 0);
        return Order <= QueueOrder.Priority && Capacity > 0 && hasRoom && !(isManaged && memory.IsShared) && (!Has(QueueFlags.AtLeastOnce) || Has(QueueFlags.Payloads));
    }
}
