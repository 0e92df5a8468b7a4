using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>A class of locks, for the checking of their order. Specification: docs/design/locks.md; the offsets are pinned by tests.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct OrderClassRecord
{
    public const int Size = 128;
    public const int TextBytes = 112;

    /// <summary>Bytes of the text.</summary>
    [FieldOffset(0)]
    public int Length;

    /// <summary>1 + the first edge from this class, or 0. Raised last when an edge is added.</summary>
    [FieldOffset(4)]
    public uint FirstEdge;

    /// <summary>Whose class it is: 0 everybody's in this memory; the number of a scope, whose name of a lock it is; in a process's own memory from bit 24 on 1 + the ordinal of another memory.</summary>
    [FieldOffset(8)]
    public uint Owner;

    /// <summary>The level of nesting.</summary>
    [FieldOffset(12)]
    public int Level;

    /// <summary>In UTF-8.</summary>
    [FieldOffset(16)]
    public fixed byte Text[TextBytes];
}

/// <summary>A unit once acquired a lock of one class while it held one of another.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct OrderEdgeRecord
{
    public const int Size = 40;

    /// <summary>In <see cref="Flags"/>: with it, a circle of orders was closed for the first time.</summary>
    public const uint ClosesCircle = 1;

    /// <summary>The class of what was held.</summary>
    [FieldOffset(0)]
    public uint From;

    /// <summary>The class of what was acquired.</summary>
    [FieldOffset(4)]
    public uint To;

    /// <summary>1 + the next edge from the same class, or 0.</summary>
    [FieldOffset(8)]
    public uint Next;

    [FieldOffset(12)]
    public uint Flags;

    /// <summary>Where the first was acquired, and the second.</summary>
    [FieldOffset(16)]
    public uint HeldSite;

    [FieldOffset(20)]
    public uint WantedSite;

    /// <summary>The unit: its process, that one's pid, and its thread.</summary>
    [FieldOffset(24)]
    public uint Participant;

    [FieldOffset(28)]
    public int Pid;

    // Or minus the flow.
    [FieldOffset(32)]
    public int Thread;
}
