using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Codecs;

/// <summary>
/// A growing buffer for one message. Little-endian; counts are 7-bit varints. Not thread-safe. Reuse one per sender:
/// <see cref="Clear"/> keeps the buffer.
/// </summary>
internal sealed partial class PayloadWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstCapacity = 512;
    private const int LargestKept = 1 << 20;

    // How a block lies in the payload. PayloadReader.ReadBulkHeader is the partner.
    internal const byte InlineBlock = 0;
    internal const byte StoredBlock = 1;

    private readonly IBulkStore? _store;
    private byte[] _buffer;
    private int _count;
    private List<BulkReference>? _stored;
    private List<Action>? _undo;

    public PayloadWriter(IBulkStore? store = null, int capacity = FirstCapacity)
    {
        _store = store;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));
    }

    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _count);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _count);

    public int WrittenCount => _count;

    public IBulkStore? Store => _store;

    /// <summary>Where descriptors go that travel beside the payload; null where only bytes do. Its owner closes them.</summary>
    public List<Descriptor>? Attached { get; init; }

    /// <summary>Drops a payload that was not sent: blocks held for it go back to the store.</summary>
    public void Abandon()
    {
        foreach (BulkReference reference in CollectionsMarshal.AsSpan(_stored))
        {
            _store!.GiveBack(reference);
        }

        List<Action>? undo = _undo;
        _undo = null;
        foreach (Action action in undo ?? [])
        {
            action();
        }

        Clear();
    }

    /// <summary>Has <paramref name="action"/> done if the payload is abandoned: it takes back what waits here for the receiver.</summary>
    public void OnAbandon(Action action) => (_undo ??= []).Add(action);

    /// <summary>Forgets what was written. Blocks already in the store stay there: they belong to whoever sent the payload.</summary>
    public void Clear()
    {
        _count = 0;
        _stored?.Clear();
        _undo = null;
        ClearReferences();
        if (_buffer.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(FirstCapacity);
        }
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _count = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes back everything after <paramref name="count"/> bytes; for encoders that must not fail.</summary>
    public void Rewind(int count) => _count = Math.Min(count, _count);

    public void WriteByte(byte value)
    {
        if (_count == _buffer.Length)
        {
            Grow(1);
        }

        _buffer[_count++] = value;
    }

    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);
        _count += sizeof(int);
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);
        _count += sizeof(long);
    }

    public void WriteDouble(double value) => WriteInt64(BitConverter.DoubleToInt64Bits(value));

    public void WriteGuid(Guid value)
    {
        value.TryWriteBytes(Reserve(16));
        _count += 16;
    }

    /// <summary>One byte per seven bits, low bits first; at most ten bytes.</summary>
    public void WriteVarint(ulong value)
    {
        Span<byte> target = Reserve(10);
        int length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[length++] = (byte)value;
        _count += length;
    }

    public void WriteCount(int count) => WriteVarint((uint)count);

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _count += bytes.Length;
    }

    /// <summary>A length and the bytes, always in the payload itself.</summary>
    public void WriteBlock(ReadOnlySpan<byte> bytes)
    {
        WriteCount(bytes.Length);
        WriteBytes(bytes);
    }

    internal void WriteRaw(ref byte source, int size) => WriteBytes(MemoryMarshal.CreateReadOnlySpan(ref source, size));

    /// <summary>A block of any size: into the store when it is big enough and there is room, into the payload otherwise.</summary>
    public void WriteBulk(ReadOnlySpan<byte> data)
    {
        if (_store is not null && data.Length >= _store.Threshold && _store.TryStore(data, out BulkReference reference))
        {
            WriteStored(reference);
            return;
        }

        WriteByte(InlineBlock);
        WriteBlock(data);
    }

    /// <summary>A block that is already in the store: only its reference goes.</summary>
    internal void WriteStored(BulkReference reference)
    {
        (_stored ??= []).Add(reference);
        WriteByte(StoredBlock);
        WriteVarint((ulong)reference.Offset);
        WriteVarint((ulong)reference.Length);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _count);
        _count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => Reserve(Math.Max(sizeHint, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _count < size)
        {
            Grow(size);
        }

        return _buffer.AsSpan(_count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int size)
    {
        long needed = (long)_count + size;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"A message of {needed} bytes does not fit: the limit is {Array.MaxLength}. Send the data in parts, or through a shared array.");
        }

        int capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, (long)_buffer.Length * 2));
        byte[] bigger = ArrayPool<byte>.Shared.Rent(capacity);
        _buffer.AsSpan(0, _count).CopyTo(bigger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = bigger;
    }
}
