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
/// child's end. The others belong to workers that stay (docs/design/worker-protocol.md, docs/models/worker-calls.pml).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ChannelState
{
    public const int Size = 640;

    /// <summary>One withdrawal, in <see cref="Claim"/>. A ring holds far fewer messages than there are numbers of withdrawals, so an old one is never met again.</summary>
    public const ulong Withdrawal = 1UL << 48;

    /// <summary>The number of a call, in <see cref="Claim"/>.</summary>
    public const ulong NumberMask = Withdrawal - 1;

    /// <summary>The bit of <see cref="ItemClaim"/> that says: end the chunk after the items claimed so far.</summary>
    public const ulong Cut = 1UL << 63;

    /// <summary>The value of <see cref="Item"/> while no item runs.</summary>
    public const long NoItem = -1;

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

    /// <summary>
    /// Bits 0-47: number of the last call the child claimed, changed by the child only. Bits 48-63: how often the parent has withdrawn
    /// what the child had not begun, modulo 2^16, changed by the parent only. Each by compare-and-swap over both. A call carries
    /// both halves as they are after its claim: one that was sent before a withdrawal can no more be claimed.
    /// </summary>
    [FieldOffset(128)]
    public ulong Claim;

    /// <summary>Monotonic nanoseconds at which the call last claimed was begun. Written by the child before the claim (which is a full fence).</summary>
    [FieldOffset(136)]
    public long StartedAt;

    /// <summary>Nanoseconds spent in calls so far. Written by the child before it sends a result.</summary>
    [FieldOffset(144)]
    public long BusyTime;

    /// <summary>Within a chunk: the index of the item that runs, or <see cref="NoItem"/>. Written by the child.</summary>
    [FieldOffset(152)]
    public long Item;

    /// <summary>Monotonic nanoseconds at which that item was begun, where items have a time limit. Written by the child before <see cref="Item"/>.</summary>
    [FieldOffset(160)]
    public long ItemStartedAt;

    /// <summary>
    /// Bits 0-31: items of the running chunk that the child has claimed. Bits 32-62: low bits of the chunk's call, so that a word of another
    /// chunk is never taken for this one's. Bit 63: <see cref="Cut"/>, set by the parent by compare-and-swap (docs/design/map.md).
    /// </summary>
    [FieldOffset(256)]
    public ulong ItemClaim;

    /// <summary>Futex word: how many items a stream may have sent, modulo 2^32. Written by the parent, slept on by the child.</summary>
    [FieldOffset(384)]
    public uint Credit;

    /// <summary>1: the child sleeps on <see cref="Credit"/>, or is about to.</summary>
    [FieldOffset(512)]
    public uint CreditWaiting;
}
