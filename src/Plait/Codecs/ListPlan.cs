using System.Buffers;
using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Memory;

namespace Plait.Codecs;

/// <summary>Lists: like arrays, raw elements go as one block.</summary>
internal sealed class ListPlan<T> : TypePlan, IMaterializer
{
    public ListPlan()
        : base(typeof(List<T>)) => Tracked = true;

    public object Materialize(IEnumerable items)
    {
        if (items is IEnumerable<T> typed)
        {
            return new List<T>(typed);
        }

        var list = new List<T>();
        foreach (object? item in items)
        {
            list.Add((T)item!);
        }

        return list;
    }

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var list = (List<T>)value;
        writer.WriteCount(list.Count);
        if (Element<T>.Raw is not null)
        {
            writer.WriteBulk(Element<T>.Bytes((ReadOnlySpan<T>)CollectionsMarshal.AsSpan(list)));
            return;
        }

        writer.Enter(list);
        for (int i = 0; i < list.Count; i++)
        {
            writer.At(i);
            codec.WriteSlot(writer, list[i], typeof(T));
        }

        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        if (Element<T>.Raw is { } raw)
        {
            return ReadBlock(ref reader, raw.Size);
        }

        int count = reader.ReadCount();
        reader.Charge((long)count * Math.Min(Unsafe.SizeOf<T>(), 16));
        var list = new List<T>(count);
        reader.Track(list);
        for (int i = 0; i < count; i++)
        {
            list.Add((T)codec.ReadSlot(ref reader, typeof(T))!);
        }

        return list;
    }

    private static List<T> ReadBlock(ref PayloadReader reader, int size)
    {
        ulong count = reader.ReadVarint();
        if (count > (ulong)(int.MaxValue / size))
        {
            throw new InvalidDataException($"The message promises a list of {count} items of {size} bytes.");
        }

        if (reader.ReadBulkHeader((long)count * size, out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            return Fill(ref reader, (int)count, inline);
        }

        using IMemoryOwner<byte> owner = reader.Borrow(reference);
        return Fill(ref reader, (int)count, owner.Memory.Span);
    }

    private static List<T> Fill(ref PayloadReader reader, int count, ReadOnlySpan<byte> bytes)
    {
        var list = new List<T>(count);
        CollectionsMarshal.SetCount(list, count);
        reader.Track(list);
        bytes.CopyTo(Element<T>.Bytes(CollectionsMarshal.AsSpan(list)));
        return list;
    }
}
