using System.Buffers;
using System.Buffers.Binary;

namespace Plait.Memory;

/// <summary>Puts messages together from a ring, however many pieces they come in. One thread at a time.</summary>
internal sealed class FrameAssembler(ByteRing ring) : IDisposable
{
    private byte[] _header = new byte[FrameHeader.Size];
    private byte[] _body = [];
    private int _headerCount;
    private int _bodyCount;
    private FrameHeader _current;

    /// <summary>The header of the message that <see cref="TryRead"/> completed.</summary>
    public FrameHeader Header => _current;

    /// <summary>The body of the message that <see cref="TryRead"/> completed; valid until the next call.</summary>
    public ReadOnlySpan<byte> Body => _body.AsSpan(0, _current.Length);

    /// <summary>Takes what the ring has; true when a message is complete.</summary>
    /// <exception cref="InvalidDataException">The other side announced a message of negative length.</exception>
    public bool TryRead()
    {
        if (_headerCount == FrameHeader.Size && _bodyCount == _current.Length)
        {
            Reset();
        }

        while (_headerCount < FrameHeader.Size)
        {
            int count = ring.Read(_header.AsSpan(_headerCount));
            if (count == 0)
            {
                return false;
            }

            _headerCount += count;
            if (_headerCount == FrameHeader.Size)
            {
                Begin();
            }
        }

        while (_bodyCount < _current.Length)
        {
            // Grown with what arrives, not with what was announced: a lying header cannot make us allocate.
            Grow();
            int count = ring.Read(_body.AsSpan(_bodyCount, Math.Min(_body.Length, _current.Length) - _bodyCount));
            if (count == 0)
            {
                return false;
            }

            _bodyCount += count;
        }

        return true;
    }

    public void Dispose()
    {
        if (_body.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_body);
            _body = [];
        }
    }

    private void Begin()
    {
        _current = new FrameHeader
        {
            Length = BinaryPrimitives.ReadInt32LittleEndian(_header),
            Kind = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4)),
            Call = BinaryPrimitives.ReadInt64LittleEndian(_header.AsSpan(8)),
        };
        if (_current.Length < 0)
        {
            throw new InvalidDataException($"The other side announced a message of {_current.Length} bytes.");
        }
    }

    private void Reset()
    {
        _headerCount = 0;
        _bodyCount = 0;
        const int Keep = 1 << 20;
        if (_body.Length > Keep)
        {
            Dispose();
        }
    }

    private void Grow()
    {
        if (_bodyCount < _body.Length)
        {
            return;
        }

        int wanted = (int)Math.Min(_current.Length, Math.Max(ChannelLayout.RingBytes, _bodyCount * 2L));
        byte[] larger = ArrayPool<byte>.Shared.Rent(wanted);
        _body.AsSpan(0, _bodyCount).CopyTo(larger);
        Dispose();
        _body = larger;
    }
}
