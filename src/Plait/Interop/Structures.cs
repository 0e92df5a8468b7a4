using System.Runtime.InteropServices;

namespace Plait.Interop;

[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    public long Seconds;
    public long Nanoseconds;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Fd;
    public short Events;
    public short Revents;
}

/// <summary>struct iovec: a piece of memory to send from, or to receive into.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemoryPiece
{
    public byte* Start;
    public nuint Length;
}

/// <summary>struct msghdr of 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public MemoryPiece* Pieces;
    public nuint PieceCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary>struct cmsghdr of 64-bit systems; its data follow at once.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    public nuint Length;
    public int Level;
    public int Type;
}

/// <summary>struct ucred: who was at the other end of a Unix socket when it was connected.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PeerCredentials
{
    public int Pid;
    public uint User;
    public uint Group;
}

/// <summary>One entry of futex_waitv(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FutexWaiter
{
    public ulong Value;
    public ulong Address;
    public uint Flags;
    public uint Reserved;
}

/// <summary>The part of siginfo_t that waitid(2) fills in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ChildSignalInfo
{
    [FieldOffset(0)]
    public int Signal;

    [FieldOffset(8)]
    public int Code;

    [FieldOffset(16)]
    public int Pid;

    [FieldOffset(24)]
    public int Status;
}

/// <summary>The part of struct rusage that is read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct ResourceUsage
{
    [FieldOffset(0)]
    public long UserSeconds;

    [FieldOffset(8)]
    public long UserMicroseconds;

    [FieldOffset(16)]
    public long SystemSeconds;

    [FieldOffset(24)]
    public long SystemMicroseconds;

    [FieldOffset(32)]
    public long MaximumResidentKilobytes;
}
