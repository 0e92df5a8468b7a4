using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>The first bytes of a block of shared data: what it is, and which processes hold it. Specification: docs/design/heap.md.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct SharedDataHeader
{
    public const int Size = 256;

    /// <summary>Words of <see cref="Holders"/>: a bit for each slot of a participant.</summary>
    public const int HolderWords = 16;

    /// <summary>"PLAITDAT" read as a little-endian number.</summary>
    public const ulong ExpectedMagic = 0x5441_4454_4941_4C50;

    [FieldOffset(0)]
    public ulong Magic;

    /// <summary>Its own number: whoever has an old reference to the place finds another one here.</summary>
    [FieldOffset(8)]
    public ulong Serial;

    [FieldOffset(16)]
    public ObjectKind Kind;

    /// <summary>The reentrant lock that goes with it, or 0 while nobody has asked for it. Written once, by compare-and-exchange.</summary>
    [FieldOffset(20)]
    public uint Lock;

    /// <summary>Elements; of a dictionary, stripes.</summary>
    [FieldOffset(24)]
    public long Length;

    /// <summary>Bytes of an element.</summary>
    [FieldOffset(32)]
    public int ElementBytes;

    /// <summary>References that were sent and not received. Anybody adds and takes away.</summary>
    [FieldOffset(36)]
    public int InTransit;

    /// <summary>A hash of the elements' type.</summary>
    [FieldOffset(40)]
    public ulong ElementType;

    /// <summary>1 + the slot of the process that holds it for who will receive it, its sender being dead; else 0. Under the allocation guard.</summary>
    [FieldOffset(48)]
    public uint Adopter;

    /// <summary>A dictionary's: what its hashes begin with.</summary>
    [FieldOffset(56)]
    public ulong Seed;

    /// <summary>A bit for each process that holds it, by its slot. Under the allocation guard.</summary>
    [FieldOffset(64)]
    public fixed ulong Holders[HolderWords];
}
