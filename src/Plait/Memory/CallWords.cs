using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>
/// The words of one call that runs in a worker. A worker that runs one call at a time has one set of them; one that runs several has a
/// table, in which a call's place follows from its number (docs/design/worker-protocol.md, "Lanes").
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct CallWords
{
    public const int Size = 512;

    /// <summary>The bit of <see cref="ItemClaim"/> that says: end the chunk after the items claimed so far.</summary>
    public const ulong Cut = 1UL << 63;

    /// <summary>The value of <see cref="Item"/> while no item runs.</summary>
    public const long NoItem = -1;

    /// <summary>Monotonic nanoseconds at which the call was begun. Written by the child before the claim (which is a full fence).</summary>
    [FieldOffset(8)]
    public long StartedAt;

    /// <summary>Within a chunk: the index of the item that runs, or <see cref="NoItem"/>. Written by the child.</summary>
    [FieldOffset(24)]
    public long Item;

    /// <summary>Monotonic nanoseconds at which that item was begun, where items have a time limit. Written by the child before <see cref="Item"/>.</summary>
    [FieldOffset(32)]
    public long ItemStartedAt;

    /// <summary>
    /// Bits 0-31: items of the running chunk that the child has claimed. Bits 32-62: low bits of the chunk's call, so that a word of another
    /// chunk is never taken for this one's. Bit 63: <see cref="Cut"/>, set by the parent by compare-and-swap (docs/design/map.md).
    /// </summary>
    [FieldOffset(128)]
    public ulong ItemClaim;

    /// <summary>Futex word: how many items a stream may have sent, modulo 2^32. Written by the parent, slept on by the child.</summary>
    [FieldOffset(256)]
    public uint Credit;

    /// <summary>1: the child sleeps on <see cref="Credit"/>, or is about to.</summary>
    [FieldOffset(384)]
    public uint CreditWaiting;
}
