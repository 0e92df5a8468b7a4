using System.Runtime.InteropServices;

namespace Plait.Queues.Pipes;

/// <summary>What a packet is.</summary>
internal enum PacketKind : byte
{
    /// <summary>A message of bytes, or as much of its beginning as fits.</summary>
    Bytes = 1,

    /// <summary>A message that holds an encoded value, or as much of its beginning as fits.</summary>
    Value = 2,

    /// <summary>The next part of the message that the last packet with its number began.</summary>
    Rest = 3,

    /// <summary>Descriptors of the message that comes next; it has more than one packet can carry.</summary>
    Descriptors = 4,

    /// <summary>The message with that number will not be finished: its sender gave up.</summary>
    Abandoned = 5,
}

/// <summary>
/// The first bytes of every packet. A message of up to <see cref="MaximumBody"/> bytes is one packet; a longer one is a packet of its own
/// kind with the first bytes and then <see cref="PacketKind.Rest"/> packets, each of which says where its bytes belong. In the machine's own
/// byte order: both ends are on it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct PacketHeader
{
    public const int Size = 24;

    /// <summary>The most bytes of a message in one packet: with the header it fits the send buffer of every kernel several times.</summary>
    public const int MaximumBody = 65536 - Size;

    /// <summary>The most descriptors that a message may carry, so that a peer cannot make this process hold more and more of them.</summary>
    public const int MaximumDescriptors = 16384;

    /// <summary>Marks a packet as one of this protocol and version.</summary>
    public const byte Expected = 0xB7;

    public byte Magic;

    public PacketKind Kind;

    /// <summary>How many descriptors came with this packet.</summary>
    public ushort Descriptors;

    /// <summary>Of a <see cref="PacketKind.Value"/>: tells apart the types that values are sent as.</summary>
    public uint TypeTag;

    /// <summary>The length of the whole message; of a <see cref="PacketKind.Rest"/>, how many bytes of it came before.</summary>
    public long Length;

    /// <summary>The number of the message. Several processes may send on one end: the numbers begin anywhere.</summary>
    public uint Message;

    /// <summary>How many descriptors the whole message has.</summary>
    public uint TotalDescriptors;
}
