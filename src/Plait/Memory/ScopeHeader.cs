using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>The first bytes of a scope memory, behind the arena's own header. Specification: docs/design/locks.md; the offsets are pinned by tests.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct ScopeHeader
{
    public const int Size = 4096;

    /// <summary>Sizes of blocks: 128 bytes, and each twice the one before.</summary>
    public const int HeapOrders = 28;

    /// <summary>"PLAITSCO" read as a little-endian number.</summary>
    public const ulong ExpectedMagic = 0x4F43_5354_4941_4C50;

    public const int SecretWords = 4;

    [FieldOffset(0)]
    public ulong Magic;

    [FieldOffset(8)]
    public uint LayoutHash;

    /// <summary>The participant (its index plus 1, and the low half of its use count above) that allocates, or 0.</summary>
    [FieldOffset(12)]
    public uint AllocationGuard;

    /// <summary>Participant slots that were ever taken.</summary>
    [FieldOffset(16)]
    public uint ParticipantTop;

    /// <summary>Raised when a participant has come: who watches for deaths looks again.</summary>
    [FieldOffset(20)]
    public uint ParticipantSequence;

    /// <summary>Records that were ever taken; the fields below are changed under the allocation guard.</summary>
    [FieldOffset(24)]
    public uint AgentTop;

    [FieldOffset(28)]
    public uint FreeAgent;

    [FieldOffset(32)]
    public uint ObjectTop;

    [FieldOffset(36)]
    public uint FreeObject;

    [FieldOffset(40)]
    public uint SiteTop;

    [FieldOffset(44)]
    public uint NameTop;

    /// <summary>Scopes that were ever made in this memory: each has names of its own.</summary>
    [FieldOffset(48)]
    public uint ScopeTop;

    /// <summary>Classes of locks and orders between them that were noted; see OrderRecords.</summary>
    [FieldOffset(52)]
    public uint OrderClassTop;

    [FieldOffset(56)]
    public uint OrderEdgeTop;

    /// <summary>1: some process here cannot send a <c>ProcessBarrier</c>, so both sides fence.</summary>
    [FieldOffset(60)]
    public uint NoBarriers;

    /// <summary>Bytes of the heap that were ever given out.</summary>
    [FieldOffset(64)]
    public long HeapTop;

    /// <summary>Bytes of free blocks whose pages are kept for the next.</summary>
    [FieldOffset(72)]
    public long HeapKept;

    /// <summary>The queue that was made last, by its control's place, or 0. The others follow by <see cref="QueueControl.Older"/>.</summary>
    [FieldOffset(80)]
    public ulong NewestQueue;

    /// <summary>Shared values, arrays and dictionaries that were ever made: each has the number that it raised this to.</summary>
    [FieldOffset(120)]
    public ulong LastSerial;

    /// <summary>The first free block of each order, by its place in the memory; a cache.</summary>
    [FieldOffset(128)]
    public fixed ulong FreeBlocks[HeapOrders];

    /// <summary>A secret of whoever has the memory, four words; each is 0 until somebody needs it and sets it, once.</summary>
    [FieldOffset(4064)]
    public fixed ulong Secret[SecretWords];
}

/// <summary>A place in a source file.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct SiteRecord
{
    public const int Size = 256;
    public const int PathBytes = Size - 8;

    [FieldOffset(0)]
    public int Line;

    [FieldOffset(4)]
    public int Length;

    /// <summary>The end of the path, in UTF-8.</summary>
    [FieldOffset(8)]
    public fixed byte Path[PathBytes];
}

/// <summary>A name and the object that has it. Complete when <see cref="Object"/> is not 0.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct NameRecord
{
    public const int Size = 128;
    public const int NameBytes = 100;

    [FieldOffset(0)]
    public uint Object;

    /// <summary>The scope that the name belongs to.</summary>
    [FieldOffset(4)]
    public uint Scope;

    [FieldOffset(8)]
    public int Length;

    [FieldOffset(12)]
    public fixed byte Name[NameBytes];
}
