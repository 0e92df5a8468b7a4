using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>
/// The first bytes of every arena, written once by its creator before anybody else can see them.
/// Specification: docs/design/arena.md; the offsets are pinned by tests.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ArenaHeader
{
    public const int Size = 256;

    /// <summary>"PLAITARN" read as a little-endian number.</summary>
    public const ulong ExpectedMagic = 0x4E52_4154_4941_4C50;

    public const uint CurrentVersion = 1;

    [FieldOffset(0)]
    public ulong Magic;

    [FieldOffset(8)]
    public uint Version;

    /// <summary>Hash over the version, the structures' sizes and the channel's offsets: two builds that disagree refuse each other. A field that moves inside a structure raises <see cref="CurrentVersion"/>.</summary>
    [FieldOffset(12)]
    public uint LayoutHash;

    /// <summary>Size of the mapping in bytes; sealed, so it can never change.</summary>
    [FieldOffset(16)]
    public long Capacity;

    [FieldOffset(24)]
    public int SlotCount;

    [FieldOffset(28)]
    public int SlotSize;

    [FieldOffset(32)]
    public long SlotsOffset;

    [FieldOffset(40)]
    public long DataOffset;
}

/// <summary>
/// A participant's record. Written by the participant itself (and by the creator for the slots it hands out); read by
/// everybody. Pid alone never identifies: the start time and the pid namespace go with it.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ParticipantSlot
{
    public const int Size = 128;

    /// <summary>0 free, 1 taken, 2 left. Written last when taken (release), so a taken slot is complete.</summary>
    [FieldOffset(0)]
    public uint State;

    /// <summary>Counts the slot's uses.</summary>
    [FieldOffset(4)]
    public uint Generation;

    [FieldOffset(8)]
    public int Pid;

    [FieldOffset(12)]
    public int Tid;

    /// <summary>Start of the process in clock ticks since boot (field 22 of /proc/PID/stat); 0 when it could not be read.</summary>
    [FieldOffset(16)]
    public ulong StartTime;

    /// <summary>Inode of the pid namespace; 0 when it could not be read.</summary>
    [FieldOffset(24)]
    public ulong PidNamespace;

    /// <summary>What the participant waits for, or 0; written by wait observers only.</summary>
    [FieldOffset(32)]
    public ulong WaitsFor;

    /// <summary>Since when, monotonic nanoseconds.</summary>
    [FieldOffset(40)]
    public long WaitsSince;
}
