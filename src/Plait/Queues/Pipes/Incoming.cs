using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>
/// Puts messages together from packets. Nothing that a packet claims is believed: memory grows with the bytes that have come, and a peer that
/// does not keep to the protocol is not listened to any more. One caller at a time.
/// </summary>
internal sealed class Incoming
{
    // A longer message's buffer grows by this, so that at least a quarter of it is always justified by what has come.
    private const int Growth = 4;

    private readonly List<Descriptor> _descriptors = [];

    private byte[] _packet = [];
    private byte[] _long = [];
    private PacketHeader _header;
    private int _received;
    private volatile bool _hasBegun;

    // Whose descriptors are kept, while their message has not begun.
    private uint _descriptorsOf;
    private bool _lostDescriptors;

    // The number of a message that was cut off by another: parts of it may still come.
    private uint? _cutOff;
    private Exception? _end;
    private long _messages;
    private long _bytes;

    public long Messages => Volatile.Read(ref _messages);

    public long Bytes => Volatile.Read(ref _bytes);

    public bool HasBegun => _hasBegun;

    public bool IsWhole => _hasBegun && _received == _header.Length;

    public bool HoldsAny => _hasBegun || _descriptors.Count > 0;

    public PacketKind Kind => _header.Kind;

    public uint TypeTag => _header.TypeTag;

    public long Length => _header.Length;

    public IList<Descriptor> Descriptors => _descriptors;

    public ReadOnlySpan<byte> Body => IsLong ? _long.AsSpan(0, _received) : _packet.AsSpan(0, _received);

    private bool IsLong => _header.Length > PacketHeader.MaximumBody;

    /// <summary>Takes the next packet. False when there is none now.</summary>
    /// <exception cref="PipeClosedException">The other end is gone.</exception>
    /// <exception cref="InvalidDataException">The peer does not keep to the protocol, or a message was cut off.</exception>
    public bool ReadPacket(int socket)
    {
        if (_end is { } end)
        {
            throw end;
        }

        PacketHeader header = default;
        Span<byte> room = RoomForPacket();
        int known = _descriptors.Count;
        int count = LocalSocket.Receive(
            socket, MemoryMarshal.AsBytes(new Span<PacketHeader>(ref header)), room, _descriptors, out bool isCut, out bool lostDescriptors);
        if (count <= 0)
        {
            return count switch
            {
                -Errno.EAGAIN => false,
                0 => throw Close(),
                _ => throw new SystemCallException("recvmsg", -count),
            };
        }

        _lostDescriptors |= lostDescriptors;
        if (isCut || count < PacketHeader.Size || header.Magic != PacketHeader.Expected || (header.Descriptors != _descriptors.Count - known && !lostDescriptors))
        {
            throw Break($"a packet of {count} bytes that is not one of this protocol");
        }

        Take(header, room[..(count - PacketHeader.Size)], known);
        return true;
    }

    /// <summary>The message's bytes, in an array of their own; it is over then.</summary>
    public byte[] TakeBytes()
    {
        byte[] bytes = IsLong && _long.Length == _received ? _long : Body.ToArray();
        Finish();
        return bytes;
    }

    /// <summary>The message is over, whatever it was taken for.</summary>
    public void Finish()
    {
        _messages++;
        _bytes += _received;
        Forget();
    }

    /// <summary>Nobody will ask for anything any more.</summary>
    public void Drop()
    {
        Forget();
        _packet = [];
    }

    public void ThrowIfDescriptorsAreLost()
    {
        if (_lostDescriptors)
        {
            throw new DescriptorUnavailableException($"The message came with {_header.TotalDescriptors} descriptors, but this process has as many open as it may, so that the kernel dropped some of them. Close some, or raise the limit on open files (ulimit -n).");
        }
    }

    private void Take(in PacketHeader header, ReadOnlySpan<byte> body, int knownDescriptors)
    {
        switch (header.Kind)
        {
            case PacketKind.Rest when IsNext(header):
                if (body.IsEmpty || body.Length > _header.Length - _received)
                {
                    throw Break($"{body.Length} bytes where {_header.Length - _received} are left of a message");
                }

                _received += body.Length;
                break;
            case PacketKind.Rest when header.Message == _cutOff:
                break;
            case PacketKind.Bytes or PacketKind.Value:
                Begin(header, body, knownDescriptors);
                break;
            case PacketKind.Descriptors when body.IsEmpty:
                Collect(header, knownDescriptors);
                break;
            case PacketKind.Abandoned:
                if ((_hasBegun && _header.Message == header.Message) || (!_hasBegun && _descriptorsOf == header.Message))
                {
                    Forget();
                }

                break;
            default:
                throw Break($"a packet of kind {(int)header.Kind} that does not belong here");
        }
    }

    private bool IsNext(in PacketHeader header) => _hasBegun && header.Message == _header.Message && header.Length == _received && header.Descriptors == 0;

    private void Begin(in PacketHeader header, ReadOnlySpan<byte> body, int knownDescriptors)
    {
        bool isCutOff = _hasBegun;
        PacketHeader old = _header;
        int had = _received;
        byte[] kept = isCutOff ? body.ToArray() : [];
        if (isCutOff || (knownDescriptors > 0 && _descriptorsOf != header.Message))
        {
            DropDescriptors(knownDescriptors);
            knownDescriptors = 0;
        }

        int expected = (int)Math.Min(header.Length, PacketHeader.MaximumBody);
        if (header.Length < 0 || header.Length > Array.MaxLength || body.Length != expected)
        {
            throw Break($"a message of {header.Length} bytes that begins with {body.Length}");
        }

        if (_descriptors.Count != header.TotalDescriptors && !_lostDescriptors)
        {
            throw Break($"a message with {_descriptors.Count} of its {header.TotalDescriptors} descriptors");
        }

        _header = header;
        _received = body.Length;
        _long = [];
        if (IsLong)
        {
            Grow();
            (isCutOff ? kept : body).CopyTo(_long);
        }
        else if (isCutOff)
        {
            kept.CopyTo(Packet, 0);
        }

        _hasBegun = true;
        if (isCutOff)
        {
            _cutOff = old.Message;
            throw new InvalidDataException($"A message of {old.Length} bytes was cut off after {had} by the next one: its sender died while another process has the same end, or two processes send long messages on one end at once. It is lost; the next one can be received.");
        }
    }

    private void Collect(in PacketHeader header, int knownDescriptors)
    {
        if (_hasBegun || _descriptorsOf != header.Message)
        {
            DropDescriptors(knownDescriptors);
            if (_hasBegun)
            {
                throw Break("descriptors in the middle of a message");
            }
        }

        _descriptorsOf = header.Message;
        if (_descriptors.Count > PacketHeader.MaximumDescriptors)
        {
            throw Break($"more than {PacketHeader.MaximumDescriptors} descriptors");
        }
    }

    private byte[] Packet
    {
        get
        {
            if (_packet.Length == 0)
            {
                _packet = GC.AllocateUninitializedArray<byte>(PacketHeader.MaximumBody);
            }

            return _packet;
        }
    }

    // In the middle of a long message its bytes go where they belong; another packet is recognised by its header.
    private Span<byte> RoomForPacket()
    {
        if (!_hasBegun || !IsLong)
        {
            return Packet;
        }

        int wanted = (int)Math.Min(PacketHeader.MaximumBody, _header.Length - _received);
        if (_long.Length - _received < wanted)
        {
            Grow();
        }

        return _long.AsSpan(_received, Math.Min(PacketHeader.MaximumBody, _long.Length - _received));
    }

    private void Grow()
    {
        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(_header.Length, Math.Max((long)_received, PacketHeader.MaximumBody) * Growth));
        _long.AsSpan(0, Math.Min(_received, _long.Length)).CopyTo(larger);
        _long = larger;
    }

    private void Forget()
    {
        _hasBegun = false;
        _header = default;
        _received = 0;
        _long = [];
        _lostDescriptors = false;
        DropDescriptors(_descriptors.Count);
    }

    private void DropDescriptors(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _descriptors[i].Dispose();
        }

        _descriptors.RemoveRange(0, count);
    }

    private PipeClosedException Close()
    {
        var end = PipeClosedException.WhenReceiving(HoldsAny ? _received : null, _header.Length);
        Forget();
        _end = end;
        return end;
    }

    private InvalidDataException Break(string what)
    {
        Forget();
        _end = new InvalidDataException($"The peer sent {what}. It is not a pipe of Plait, or one of another build, or it means harm: nothing more is read from it. Close the connection.");
        return (InvalidDataException)_end;
    }
}
