using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>What stands in a slot before the bytes of an item, in a queue of items of different lengths.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct PayloadSlot
{
    public const int Size = 16;

    /// <summary>Where an item's own bytes begin.</summary>
    public const int HeaderSize = 8;

    /// <summary>Bytes from one slot to the next, unless the queue asks for others: two cache lines.</summary>
    public const int UsualStride = 128;

    /// <summary>The length of the bytes that follow, or <see cref="InBlock"/>: then the place of a block follows.</summary>
    [FieldOffset(0)]
    public int Length;

    public const int InBlock = -1;

    /// <summary>In place of a length: null, which has no bytes.</summary>
    public const int Null = -2;

    /// <summary>Where the bytes begin, or the place of the block.</summary>
    [FieldOffset(8)]
    public ulong Block;
}
