using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Codecs;

/// <summary>
/// Reads what a <see cref="PayloadWriter"/> wrote. The bytes come from another process, so every read is checked against
/// the end, and nothing is allocated that the bytes present cannot justify. Bad bytes give <see cref="InvalidDataException"/>.
/// </summary>
internal ref partial struct PayloadReader
{
    private const long AnyLength = -1;

    private readonly ReadOnlySpan<byte> _data;
    private readonly IBulkStore? _store;
    private readonly IList<Descriptor>? _attached;
    private int _position;

    // What PayloadReader.References.cs remembers; fields of a partial struct must be in one place.
    private List<object>? _objects;
    private List<Type>? _types;
    private List<Module>? _modules;
    private List<Action>? _deferred;
    private int _depth;

    // Bytes that containers may still allocate before their elements are read: 16 for each byte of the payload, so that
    // nested false counts cannot add up. Every element takes a byte at least, so a true payload never runs out.
    private long _budget;

    public PayloadReader(ReadOnlySpan<byte> data, IBulkStore? store = null, IList<Descriptor>? attached = null)
    {
        _data = data;
        _store = store;
        _attached = attached;
        _budget = 4096 + (16L * data.Length);
    }

    public readonly int Remaining => _data.Length - _position;

    public readonly int Position => _position;

    public readonly IBulkStore? Store => _store;

    /// <summary>Takes a descriptor that came beside the payload; each can be taken once.</summary>
    public readonly Descriptor TakeAttached(ulong index)
    {
        if (_attached is null || index >= (ulong)_attached.Count || _attached[(int)index].IsInvalid)
        {
            throw new InvalidDataException($"The message refers to its descriptor {index}; it came with {_attached?.Count ?? 0}, each of which is referred to once.");
        }

        Descriptor taken = _attached[(int)index];
        _attached[(int)index] = new Descriptor(-1);
        return taken;
    }

    public byte ReadByte()
    {
        if (_position >= _data.Length)
        {
            ThrowTruncated(1);
        }

        return _data[_position++];
    }

    public bool ReadBool() => ReadByte() != 0;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long)));

    public double ReadDouble() => BitConverter.Int64BitsToDouble(ReadInt64());

    public Guid ReadGuid() => new(ReadBytes(16));

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"The number at byte {_position - 10} of the message is longer than ten bytes.");
    }

    /// <summary>A count of things that each take at least <paramref name="bytesEach"/> bytes of this payload.</summary>
    public int ReadCount(int bytesEach = 1)
    {
        ulong count = ReadVarint();
        if (count > (ulong)(Remaining / Math.Max(bytesEach, 1)))
        {
            throw new InvalidDataException(
                $"The message promises {count} items of {bytesEach} bytes or more at byte {_position}, but only {Remaining} bytes follow.");
        }

        return (int)count;
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)(_data.Length - _position))
        {
            ThrowTruncated(count);
        }

        ReadOnlySpan<byte> bytes = _data.Slice(_position, count);
        _position += count;
        return bytes;
    }

    public ReadOnlySpan<byte> ReadBlock() => ReadBytes(ReadCount());

    public string ReadString()
    {
        ulong header = ReadVarint();
        ulong length = header >> 2;
        switch ((int)(header & 3))
        {
            case PayloadWriter.Utf8Text when length <= (ulong)Remaining:
                return StrictText.Decode(ReadBytes((int)length));
            case PayloadWriter.Utf16Text when length <= (ulong)(Remaining / sizeof(char)):
                return new string(MemoryMarshal.Cast<byte, char>(ReadBytes((int)length * sizeof(char))));
            case PayloadWriter.BulkText when length <= int.MaxValue / sizeof(char):
                return ReadBulkString((int)length);
            default:
                throw new InvalidDataException($"The message promises a text of length {length} at byte {_position}, but only {Remaining} bytes follow.");
        }
    }

    public string? ReadNullableString() => ReadBool() ? ReadString() : null;

    /// <summary>
    /// Reads a block's header. True: <paramref name="inline"/> are its bytes. False: it lies in the store, at <paramref name="reference"/>.
    /// Its length is exactly <paramref name="length"/> either way, or the bytes are bad.
    /// </summary>
    internal bool ReadBulkHeader(long length, out ReadOnlySpan<byte> inline, out BulkReference reference)
    {
        inline = default;
        reference = default;
        switch (ReadByte())
        {
            case PayloadWriter.InlineBlock:
                inline = ReadBlock();
                CheckLength(inline.Length, length);
                return true;
            case PayloadWriter.StoredBlock:
                reference = new BulkReference((long)ReadVarint(), (long)ReadVarint());
                CheckLength(reference.Length, length);
                return false;
            default:
                throw new InvalidDataException($"Byte {_position - 1} of the message does not begin a block.");
        }
    }

    /// <summary>A block of any length. When <paramref name="owner"/> is set the bytes lie in the store until it is disposed.</summary>
    internal ReadOnlySpan<byte> ReadBulkBytes(out IMemoryOwner<byte>? owner)
    {
        owner = null;
        if (ReadBulkHeader(AnyLength, out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            return inline;
        }

        owner = Borrow(reference);
        return owner.Memory.Span;
    }

    /// <summary>A view of a stored block; the store has checked that it lies inside, so its length may be allocated.</summary>
    internal readonly IMemoryOwner<byte> Borrow(BulkReference reference)
    {
        if (_store is null)
        {
            throw new InvalidDataException("The message refers to shared memory, but this channel has none.");
        }

        if (reference.Offset < 0 || reference.Length is < 0 or > int.MaxValue)
        {
            throw new InvalidDataException($"The message refers to {reference.Length} bytes at {reference.Offset}, outside the shared memory.");
        }

        IMemoryOwner<byte> owner = _store.Borrow(reference);
        if (owner.Memory.Length != reference.Length)
        {
            owner.Dispose();
            throw new InvalidDataException($"A shared block of {reference.Length} bytes was promised; it has {owner.Memory.Length}.");
        }

        return owner;
    }

    /// <summary>Must be called before a container is allocated ahead of its elements.</summary>
    internal void Charge(long bytes)
    {
        _budget -= bytes;
        if (_budget < 0)
        {
            throw new InvalidDataException($"The message promises more items than its {_data.Length} bytes can hold.");
        }
    }

    private string ReadBulkString(int length)
    {
        if (ReadBulkHeader((long)length * sizeof(char), out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            return new string(MemoryMarshal.Cast<byte, char>(inline));
        }

        using IMemoryOwner<byte> owner = Borrow(reference);
        return new string(MemoryMarshal.Cast<byte, char>(owner.Memory.Span));
    }

    private static void CheckLength(long actual, long expected)
    {
        if (actual != expected && expected != AnyLength)
        {
            throw new InvalidDataException($"A block of {expected} bytes was promised; {actual} follow.");
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void ThrowTruncated(int count) =>
        throw new InvalidDataException($"The message ends early: {count} bytes wanted at byte {_position} of {_data.Length}.");
}
