using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>A process that uses a scope memory. Specification: docs/design/locks.md; the offsets are pinned by tests.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct ParticipantRecord
{
    public const int Size = 128;
    public const int NameBytes = 64;

    /// <summary>In <see cref="Occupant"/>: the fields below are being written.</summary>
    public const uint Joining = 0x8000_0000;

    /// <summary>
    /// Bits 0 to 30 the pid, 0 when it is free; bit 31 <see cref="Joining"/>; the high half counts the uses. Taken, completed and freed by
    /// compare-and-exchange: who is buried while it joins notices when it completes.
    /// </summary>
    [FieldOffset(0)]
    public ulong Occupant;

    [FieldOffset(8)]
    public ulong StartTime;

    [FieldOffset(16)]
    public ulong PidNamespace;

    /// <summary>1: it may own blocks of the heap. Set before the first, by itself.</summary>
    [FieldOffset(24)]
    public uint OwnsBlocks;

    /// <summary>Rung when one of its async waits has ended: its dispatcher sleeps on it.</summary>
    [FieldOffset(28)]
    public uint Bell;

    /// <summary>Agents whose async waits have ended, as a list through NextDelivery.</summary>
    [FieldOffset(32)]
    public uint Deliveries;

    [FieldOffset(36)]
    public int NameLength;

    [FieldOffset(48)]
    public fixed byte Name[NameBytes];
}
