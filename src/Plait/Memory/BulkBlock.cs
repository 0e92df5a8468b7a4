using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>Precedes every block in bulk space.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct BulkBlock
{
    public const int Size = 64;

    /// <summary>"BULK": a reference that does not point behind one of these is refused.</summary>
    public const uint ExpectedMagic = 0x4B4C_5542;

    [FieldOffset(0)]
    public uint Magic;

    /// <summary>How many readers hold the block; the sender may use it again at 0. Changed by interlocked operations only.</summary>
    [FieldOffset(4)]
    public int Readers;

    /// <summary>Usable bytes behind the header.</summary>
    [FieldOffset(8)]
    public long Length;
}
