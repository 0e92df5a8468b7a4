using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>A place in the heap of a priority queue: the smallest first, then the one that came first.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct PriorityEntry
{
    public const int Size = 16;

    /// <summary>Bits of <see cref="Word"/> that name the slot.</summary>
    public const int SlotBits = 24;

    [FieldOffset(0)]
    public long Priority;

    /// <summary>Bits 0 to 23 the slot, exclusive-or the entry's own place, so that zeros are a list of all slots; the others when it came.</summary>
    [FieldOffset(8)]
    public ulong Word;
}

/// <summary>The first bytes of a slot of a priority queue: the truth about it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct PrioritySlot
{
    public const int Size = 16;

    /// <summary>When it came, from 1; 0: there is nothing in it. Written last, and taken away first.</summary>
    [FieldOffset(0)]
    public ulong Arrival;

    [FieldOffset(8)]
    public long Priority;
}
