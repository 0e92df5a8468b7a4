using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>What stands before each block of a scope memory's heap. Specification: docs/design/heap.md; the offsets are pinned by tests.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct HeapBlock
{
    public const int Size = 64;

    /// <summary>"HEAP" read as a little-endian number.</summary>
    public const uint ExpectedMagic = 0x5041_4548;

    /// <summary>In <see cref="Use"/>: nobody has it.</summary>
    public const ulong Free = 0;

    /// <summary>In <see cref="Use"/>: it belongs to a thing that does not end with a process.</summary>
    public const ulong Kept = 1;

    /// <summary>In <see cref="Use"/>, with the participant in the high half: it is freed with that process.</summary>
    public const ulong Owned = 2;

    /// <summary>In <see cref="Use"/>: it is freed when the last process that holds it is gone; who does is in its <see cref="SharedDataHeader"/>.</summary>
    public const ulong Counted = 3;

    [FieldOffset(0)]
    public uint Magic;

    /// <summary>Its size is 128 bytes shifted left by this. Written once, before <see cref="ScopeHeader.HeapTop"/> covers the block.</summary>
    [FieldOffset(4)]
    public uint Order;

    /// <summary>Bits 0 and 1 whose it is, the high half the participant. One store decides.</summary>
    [FieldOffset(8)]
    public ulong Use;

    /// <summary>Bytes that were asked for, 1 at least; 0: it was never given out. A leased item: its bytes, or <see cref="PayloadSlot.Null"/>.</summary>
    [FieldOffset(16)]
    public long Length;

    /// <summary>The next free block of its size. A cache of the blocks that are free. Under the allocation guard.</summary>
    [FieldOffset(24)]
    public ulong NextFree;

    /// <summary>The queue that it is an item of, by the number of that queue's first object, or 0.</summary>
    [FieldOffset(32)]
    public uint Queue;

    /// <summary>A free block: 1 when its pages have not gone back to the system.</summary>
    [FieldOffset(36)]
    public uint HasPages;

    /// <summary>An item: where its queue has it. See QueueSlots.</summary>
    [FieldOffset(40)]
    public ulong Position;

    /// <summary>An item of a queue that delivers at least once: see <see cref="ItemState"/>. Under the guard of the queue's first object.</summary>
    [FieldOffset(48)]
    public uint Item;

    /// <summary>1: somebody had it before.</summary>
    [FieldOffset(52)]
    public uint WasUsed;

    /// <summary>A kept block of a dictionary: which stripe of which has it, see <see cref="DictionaryStripe.Home"/>; else 0.</summary>
    [FieldOffset(56)]
    public ulong Home;
}

/// <summary>Where an item stands that is returned when its holder dies.</summary>
internal static class ItemState
{
    public const uint None = 0;

    /// <summary>Some process has it and has not said that it is done.</summary>
    public const uint Leased = 1;

    /// <summary>It came back, and goes before all others.</summary>
    public const uint Returned = 2;
}
