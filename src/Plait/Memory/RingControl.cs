using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>
/// The shared words of one ring, each group on a cache line pair of its own (128 bytes: the spatial prefetcher fetches
/// lines in pairs). Protocol: docs/design/channel.md; model: docs/models/channel.pml.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct RingControl
{
    public const int Size = 640;

    /// <summary>Bytes ever written. Written by the producer only (release); the consumer reads it (acquire).</summary>
    [FieldOffset(0)]
    public ulong Head;

    /// <summary>Bytes ever read. Written by the consumer only (release); the producer reads it (acquire).</summary>
    [FieldOffset(128)]
    public ulong Tail;

    /// <summary>Futex word the consumer sleeps on. Incremented by the producer, or by whoever closes the ring.</summary>
    [FieldOffset(256)]
    public uint DataBell;

    /// <summary>1: the consumer is asleep or about to be. Raised by the consumer, taken down by the producer (exchange) or the consumer.</summary>
    [FieldOffset(260)]
    public uint ConsumerWaiting;

    /// <summary>Futex word the producer sleeps on. Incremented by the consumer, or by whoever closes the ring.</summary>
    [FieldOffset(384)]
    public uint SpaceBell;

    /// <summary>1: the producer is asleep or about to be. Raised by the producer, taken down by the consumer (exchange) or the producer.</summary>
    [FieldOffset(388)]
    public uint ProducerWaiting;

    /// <summary>1: one side is gone for ever. Written once, by the process that learnt of it; no new data follows what Head covers.</summary>
    [FieldOffset(512)]
    public uint Closed;
}
