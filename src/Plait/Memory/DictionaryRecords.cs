using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>
/// A part of a dictionary, with a guard and a table of its own: the keys whose hash ends in its number. Specification: docs/design/shared-data.md.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct DictionaryStripe
{
    public const int Size = 192;

    /// <summary>In <see cref="Table"/>: which of its two links an entry's chain goes on by.</summary>
    public const ulong LinkBit = 1;

    /// <summary>In <see cref="Home"/> of a block: a repair has found that something leads to it.</summary>
    public const ulong Marked = 1UL << 63;

    /// <summary>Has the guard.</summary>
    [FieldOffset(0)]
    public ObjectRecord Record;

    /// <summary>Odd while the stripe is changed: what was read meanwhile is read again. Guarded.</summary>
    [FieldOffset(128)]
    public ulong Sequence;

    /// <summary>The place of the block with the heads of the chains; bit 0 see <see cref="LinkBit"/>, bits 1 to 6 the logarithm of their number. 0: no entry yet. One store decides. Guarded.</summary>
    [FieldOffset(136)]
    public ulong Table;

    /// <summary>Entries; counted again by a repair. Guarded.</summary>
    [FieldOffset(144)]
    public long Count;

    /// <summary>What its blocks have in <see cref="HeapBlock.Home"/>: the dictionary's serial from bit 8 on, the stripe's number plus 1 below.</summary>
    [FieldOffset(152)]
    public ulong Home;
}

/// <summary>What an entry's block begins with. Then the key's bytes, and two cells for the value's: one that counts, one for the next.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct DictionaryEntry
{
    public const int Size = 40;

    /// <summary>A length that stands for null.</summary>
    public const int Null = -1;

    /// <summary>The next entry of the chain, by its place; which of the two is said by the table. The other is for the next table.</summary>
    [FieldOffset(0)]
    public ulong EvenNext;

    [FieldOffset(8)]
    public ulong OddNext;

    [FieldOffset(16)]
    public uint Hash;

    /// <summary>Counts the changes of the value; its lowest bit is the cell that counts. One store decides. Guarded.</summary>
    [FieldOffset(20)]
    public uint Version;

    [FieldOffset(24)]
    public int KeyBytes;

    /// <summary>Bytes that each cell has room for. Written once, as all but the links, the version and the lengths.</summary>
    [FieldOffset(28)]
    public int CellBytes;

    /// <summary>Bytes of the value in each cell, or <see cref="Null"/>.</summary>
    [FieldOffset(32)]
    public int EvenLength;

    [FieldOffset(36)]
    public int OddLength;
}
