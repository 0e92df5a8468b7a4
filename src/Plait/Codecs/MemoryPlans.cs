using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Memory;

namespace Plait.Codecs;

/// <summary>
/// Memory and read-only memory of raw elements. Writing a view that was borrowed from the same store sends its reference
/// and no bytes; reading read-only memory borrows the block, reading memory copies it.
/// </summary>
internal sealed class MemoryPlan<T> : TypePlan
    where T : unmanaged
{
    private readonly bool _readOnly;

    public MemoryPlan(Type type)
        : base(type) => _readOnly = type == typeof(ReadOnlyMemory<T>);

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        ReadOnlyMemory<T> memory = _readOnly ? (ReadOnlyMemory<T>)value : (ReadOnlyMemory<T>)(Memory<T>)value;
        writer.WriteCount(memory.Length);
        if (writer.Store is { } store && TryBytes(memory, out ReadOnlyMemory<byte> bytes) && store.TryFind(bytes, out BulkReference reference))
        {
            writer.WriteStored(reference);
            return;
        }

        if ((long)memory.Length * Unsafe.SizeOf<T>() > int.MaxValue)
        {
            throw Refusals.Because(
                writer, Type, $"it is {memory.Length} elements long and one block holds at most {int.MaxValue} bytes", "Send it in parts, or through a shared array");
        }

        writer.WriteBulk(MemoryMarshal.AsBytes(memory.Span));
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        ulong count = reader.ReadVarint();
        if (count > (ulong)(int.MaxValue / Unsafe.SizeOf<T>()))
        {
            throw new InvalidDataException($"The message promises memory of {count} elements of {Unsafe.SizeOf<T>()} bytes.");
        }

        if (reader.ReadBulkHeader((long)count * Unsafe.SizeOf<T>(), out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            return Wrap(MemoryMarshal.Cast<byte, T>(inline).ToArray());
        }

        IMemoryOwner<byte> owner = reader.Borrow(reference);
        if (_readOnly)
        {
            return (ReadOnlyMemory<T>)new BorrowedMemory<T>(owner).Memory;
        }

        using (owner)
        {
            return Wrap(MemoryMarshal.Cast<byte, T>(owner.Memory.Span).ToArray());
        }
    }

    private object Wrap(T[] items) => _readOnly ? (object)new ReadOnlyMemory<T>(items) : new Memory<T>(items);

    private static bool TryBytes(ReadOnlyMemory<T> memory, out ReadOnlyMemory<byte> bytes)
    {
        if (MemoryMarshal.TryGetMemoryManager(memory, out BorrowedMemory<T>? borrowed, out int start, out int length))
        {
            bytes = borrowed.Bytes.Slice(start * Unsafe.SizeOf<T>(), length * Unsafe.SizeOf<T>());
            return true;
        }

        if (typeof(T) == typeof(byte))
        {
            bytes = Unsafe.As<ReadOnlyMemory<T>, ReadOnlyMemory<byte>>(ref memory);
            return true;
        }

        bytes = default;
        return false;
    }
}
