using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Plait.Codecs;

namespace Plait.Queues.Engine;

/// <summary>Items as bytes, and back.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
internal abstract class ItemForm<T>
{
    /// <summary>Whether encoding writes bytes, which can be kept; else they are the item's own.</summary>
    public virtual bool WritesBytes => true;

    /// <summary>The bytes; valid until the writer is used again. False for null, which has none.</summary>
    /// <exception cref="CannotTravelException">The item cannot go to another process.</exception>
    public abstract bool TryEncode(T item, PayloadWriter writer, out ReadOnlySpan<byte> bytes);

    /// <exception cref="InvalidDataException">The bytes are bad.</exception>
    public abstract T Decode(ReadOnlySpan<byte> bytes);

    /// <summary>The same of bytes that another process may change meanwhile: what was checked must be what is used, so they are copied first.</summary>
    /// <inheritdoc cref="Decode"/>
    public virtual T DecodeShared(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length, 1));
        try
        {
            bytes.CopyTo(copy);
            return Decode(new ReadOnlySpan<byte>(copy, 0, bytes.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <summary>The item will not be decoded any more.</summary>
    public virtual void Forget(ReadOnlySpan<byte> bytes)
    {
    }
}

/// <summary>By the codec that arguments of a child's function go by.</summary>
/// <inheritdoc/>
internal sealed class CodecForm<T>(IReadOnlyList<ICodec> codecs, string path) : ItemForm<T>
{
    // Any process of the tree may have put it: bytes choose no type.
    private readonly ValueCodec _codec = new(CodecDirection.FromChild, codecs) { Carrier = Carrier.QueueItem };

    public override bool TryEncode(T item, PayloadWriter writer, out ReadOnlySpan<byte> bytes)
    {
        _codec.Write(writer, item, typeof(T), path);
        bytes = writer.WrittenSpan;
        return true;
    }

    public override T Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new PayloadReader(bytes);
        return (T)_codec.Read(ref reader, typeof(T))!;
    }
}

/// <summary>Arrays of bytes, numbers and other unmanaged values: their memory as it is.</summary>
/// <typeparam name="T">The array's type.</typeparam>
/// <typeparam name="TElement">Its elements'.</typeparam>
internal sealed class ArrayForm<T, TElement> : ItemForm<T>
    where TElement : unmanaged
{
    public override bool WritesBytes => false;

    public override bool TryEncode(T item, PayloadWriter writer, out ReadOnlySpan<byte> bytes)
    {
        bytes = MemoryMarshal.AsBytes((item as TElement[]).AsSpan());
        return item is not null;
    }

    public override unsafe T Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(TElement) != 0)
        {
            throw new InvalidDataException($"An item of {bytes.Length} bytes is no array of {typeof(TElement)}, of {sizeof(TElement)} bytes each.");
        }

        TElement[] items = GC.AllocateUninitializedArray<TElement>(bytes.Length / sizeof(TElement));
        bytes.CopyTo(MemoryMarshal.AsBytes(items.AsSpan()));
        return (T)(object)items;
    }

    // It is a copy itself, and goes by nothing in the bytes.
    public override T DecodeShared(ReadOnlySpan<byte> bytes) => Decode(bytes);
}

/// <summary>Items that do not leave the process: the bytes are a number, by which it keeps them.</summary>
/// <inheritdoc/>
internal sealed class HandleForm<T> : ItemForm<T>
{
    private readonly ConcurrentDictionary<long, T> _items = new();
    private long _last;

    public override bool TryEncode(T item, PayloadWriter writer, out ReadOnlySpan<byte> bytes)
    {
        long number = Interlocked.Increment(ref _last);
        _items[number] = item;
        writer.WriteInt64(number);
        bytes = writer.WrittenSpan;
        return true;
    }

    public override T Decode(ReadOnlySpan<byte> bytes) => _items[BinaryPrimitives.ReadInt64LittleEndian(bytes)];

    // Nobody else writes there.
    public override T DecodeShared(ReadOnlySpan<byte> bytes) => Decode(bytes);

    public override void Forget(ReadOnlySpan<byte> bytes) => _items.TryRemove(BinaryPrimitives.ReadInt64LittleEndian(bytes), out _);
}
