using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>A message on its way out: how much of it has been sent.</summary>
internal struct Outgoing(PacketKind kind, uint typeTag, int length, uint number, IReadOnlyList<Descriptor>? descriptors)
{
    private readonly int _descriptorCount = descriptors?.Count ?? 0;
    private int _descriptorsSent;
    private bool _hasHead;

    public readonly int Length => length;

    public readonly uint Number => number;

    /// <summary>Bytes of the message that the other side has, or will get.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether the other side has any part of it.</summary>
    public readonly bool HasBegun => _hasHead || _descriptorsSent > 0;

    /// <summary>Sends as many packets as there is room for. 0 when all are sent, otherwise the error's number.</summary>
    public int Step(int socket, ReadOnlySpan<byte> data)
    {
        Span<int> batch = stackalloc int[_descriptorCount == 0 ? 0 : LocalSocket.MostDescriptors];
        while (true)
        {
            int left = _descriptorCount - _descriptorsSent;
            bool isAhead = left > LocalSocket.MostDescriptors;
            int count = Math.Min(left, LocalSocket.MostDescriptors);
            for (int i = 0; i < count; i++)
            {
                batch[i] = descriptors![_descriptorsSent + i].Number;
            }

            ReadOnlySpan<byte> body = isAhead ? default : data.Slice(Sent, Math.Min(PacketHeader.MaximumBody, length - Sent));
            var header = new PacketHeader
            {
                Magic = PacketHeader.Expected,
                Kind = isAhead ? PacketKind.Descriptors : _hasHead ? PacketKind.Rest : kind,
                Descriptors = (ushort)count,
                TypeTag = typeTag,
                Length = _hasHead ? Sent : length,
                Message = number,
                TotalDescriptors = (uint)_descriptorCount,
            };
            int errno = LocalSocket.Send(socket, MemoryMarshal.AsBytes(new ReadOnlySpan<PacketHeader>(in header)), body, batch[..count]);
            if (errno != 0)
            {
                return errno;
            }

            _descriptorsSent += count;
            if (isAhead)
            {
                continue;
            }

            _hasHead = true;
            Sent += body.Length;
            if (Sent == length)
            {
                return 0;
            }
        }
    }
}
