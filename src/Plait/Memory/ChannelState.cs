using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>How far the child has come. Only ever grows within one call; the parent reads it when the child has ended.</summary>
internal enum ChannelPhase : uint
{
    /// <summary>The process was started; no managed code of ours has run in it.</summary>
    Spawned = 0,

    /// <summary>Managed code runs and the arena is mapped.</summary>
    Booted = 1,

    /// <summary>A function runs.</summary>
    Started = 2,

    /// <summary>No function runs: none was called yet after the last one, or its result is sent.</summary>
    Finished = 3,
}

/// <summary>
/// Words that say what no wait status can tell. The first group is written by the child and read by the parent after the
/// child's end. The others belong to workers that stay (docs/design/worker-protocol.md, docs/models/worker-calls.pml). From
/// <see cref="Claim"/> on lie the <see cref="CallWords"/> of a worker that runs one call at a time, which leave that word free.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ChannelState
{
    public const int Size = 640;

    /// <summary>One withdrawal, in <see cref="Claim"/>. A ring holds far fewer messages than there are numbers of withdrawals, so an old one is never met again.</summary>
    public const ulong Withdrawal = 1UL << 48;

    /// <summary>The number of a call, in <see cref="Claim"/>.</summary>
    public const ulong NumberMask = Withdrawal - 1;

    /// <summary>A <see cref="ChannelPhase"/>; release-written by the child.</summary>
    [FieldOffset(0)]
    public uint Phase;

    /// <summary>1: the child saw an exception that nobody handled, on any of its threads.</summary>
    [FieldOffset(8)]
    public uint UnhandledException;

    /// <summary>1: that exception, or the function's, was an OutOfMemoryException.</summary>
    [FieldOffset(12)]
    public uint OutOfMemory;

    /// <summary>Identity of the call whose function runs or ran last.</summary>
    [FieldOffset(16)]
    public long Call;

    /// <summary>1: the last call left something behind that makes the worker unfit for others. Written by the child before the result that it belongs to.</summary>
    [FieldOffset(24)]
    public uint Unfit;

    /// <summary>Shared memories that the child uses. Raised by the child before it uses one; read by the parent when it has stopped the child (docs/design/slices.md).</summary>
    [FieldOffset(32)]
    public uint Memories;

    /// <summary>Threads of the child that are inside a guard which no list leads to. Changed by the child; read by the parent when it has stopped the child.</summary>
    [FieldOffset(36)]
    public uint Inside;

    /// <summary>How many calls the worker may run at once, a power of two; 0 and 1 mean one. Written by the parent before the worker is started.</summary>
    [FieldOffset(40)]
    public uint Lanes;

    /// <summary>
    /// Bits 0-47: number of the last call the child claimed, changed by the child only. Bits 48-63: how often the parent has withdrawn
    /// what the child had not begun, modulo 2^16, changed by the parent only. Each by compare-and-swap over both. A call carries
    /// both halves as they are after its claim: one that was sent before a withdrawal can no more be claimed.
    /// </summary>
    [FieldOffset(128)]
    public ulong Claim;

    /// <summary>Nanoseconds spent in calls so far, of all lanes together. Written by the child before it sends a result.</summary>
    [FieldOffset(144)]
    public long BusyTime;

    /// <summary>Nanoseconds spent with reading arguments and writing results so far, of which small ones are not counted. Written by the child before it sends a result.</summary>
    [FieldOffset(168)]
    public long EncodeTime;

    /// <summary>Futex word: reports and log entries of the child that the parent has dealt with, modulo 2^32. Added to by the parent's threads, slept on by the child's.</summary>
    [FieldOffset(392)]
    public uint ReportsTaken;

    /// <summary>1: threads of the child sleep on <see cref="ReportsTaken"/>, or are about to. Raised by the child, taken down by the parent that wakes them.</summary>
    [FieldOffset(520)]
    public uint ReportsWaiting;
}
