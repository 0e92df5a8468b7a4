using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>Where a waiting thread stands, in words, for reports of other processes. Specification: docs/design/locks.md; the offsets are pinned by tests.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct StackRecord
{
    public const int Size = 4096;
    public const int TextBytes = Size - 24;

    /// <summary>The agent in the low half, its generation in the high half; 0 while it is written. Written last.</summary>
    [FieldOffset(0)]
    public ulong Owner;

    /// <summary>The wait, by the agent's sequence: of another wait it says nothing.</summary>
    [FieldOffset(8)]
    public ulong Sequence;

    /// <summary>Bytes of the text.</summary>
    [FieldOffset(16)]
    public int Length;

    /// <summary>In UTF-8, the innermost method first, cut where there is no room for all.</summary>
    [FieldOffset(24)]
    public fixed byte Text[TextBytes];
}
