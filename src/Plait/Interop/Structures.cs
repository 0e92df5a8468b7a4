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
