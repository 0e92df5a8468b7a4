using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>The slots of a queue, by its control: where they are and what is in them, checked against the memory.</summary>
/// <remarks>
/// FIFO: item number n is in slot n modulo the number of slots. LIFO: the k-th from the bottom is in slot k. Priority: see <see cref="PriorityHeap"/>.
/// </remarks>
internal readonly unsafe struct QueueSlots
{
    private QueueSlots(byte* start, long count, int stride)
    {
        Start = start;
        Count = count;
        Stride = stride;
    }

    private const int MostStride = 1 << 24;

    public byte* Start { get; }

    /// <summary>A power of two.</summary>
    public long Count { get; }

    public int Stride { get; }

    public byte* this[ulong index] => Start + ((long)(index & (ulong)(Count - 1)) * Stride);

    /// <summary>Bytes that so many slots take.</summary>
    public static long BytesFor(QueueOrder order, long count, int stride) =>
        (count * stride) + (order == QueueOrder.Priority ? count * PriorityEntry.Size : 0);

    /// <summary>Slots whose place is known already.</summary>
    public static QueueSlots Of(byte* start, long count, int stride) => new(start, count, stride);

    /// <summary>False when the words make no sense. They are the caller's copies: all goes by what was checked, whatever others write meanwhile.</summary>
    public static bool TryRead(ScopeMemory memory, ulong storage, QueueOrder order, int stride, out QueueSlots slots)
    {
        long count = 1L << (int)(storage & QueueControl.SlotsMask);
        byte* start = IsSound(order, count, stride) ? memory.Heap.Range(storage & ~QueueControl.SlotsMask, BytesFor(order, count, stride)) : null;
        slots = new QueueSlots(start, count, stride);
        return start is not null;
    }

    // What is in a slot before the item is inside of it, and where words are expected.
    private static bool IsSound(QueueOrder order, long count, int stride) => order == QueueOrder.Priority
        ? count <= PriorityHeap.MostSlots && stride is >= PrioritySlot.Size and <= MostStride && stride % sizeof(ulong) == 0
        : order < QueueOrder.Priority && count <= 1 << 30 && stride is > 0 and <= MostStride;
}
