using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>What precedes every message in a ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct FrameHeader
{
    public const int Size = 16;

    /// <summary>Length of the body that follows, in bytes.</summary>
    [FieldOffset(0)]
    public int Length;

    /// <summary>What the body is; the meaning belongs to the channel's users.</summary>
    [FieldOffset(4)]
    public uint Kind;

    /// <summary>Which call it belongs to, 0 for none.</summary>
    [FieldOffset(8)]
    public long Call;
}
