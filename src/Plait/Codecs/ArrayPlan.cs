using System.Buffers;
using System.Runtime.InteropServices;
using Plait.Memory;

namespace Plait.Codecs;

/// <summary>Arrays of any rank. Elements that are raw go as one block; nothing is compiled per element type.</summary>
internal sealed class ArrayPlan : TypePlan
{
    private readonly Type _element;
    private readonly RawPlan? _raw;
    private readonly int _rank;

    private ArrayPlan(Type type, Type element)
        : base(type)
    {
        _element = element;
        _raw = PlanTable.For(element) as RawPlan;
        _rank = type.GetArrayRank();
        Tracked = true;
    }

    public static TypePlan Create(Type type)
    {
        Type element = type.GetElementType()!;
        return element.IsPointer || element.IsFunctionPointer || element.IsCollectible
            ? new RefusedPlan(type, "it is an array of addresses or of types made at run time", "Pass the data itself")
            : new ArrayPlan(type, element);
    }

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var array = (Array)value;
        if (Type.IsSZArray)
        {
            writer.WriteCount(array.Length);
        }
        else
        {
            WriteShape(writer, array);
        }

        if (_raw is not null)
        {
            writer.WriteBulk(Bytes(writer, array, _raw.Size));
            return;
        }

        writer.Enter(array);
        if (array is object?[] items)
        {
            for (int i = 0; i < items.Length; i++)
            {
                writer.At(i);
                codec.WriteSlot(writer, items[i], _element);
            }
        }
        else
        {
            int i = 0;
            foreach (object? item in array)
            {
                writer.At(i++);
                codec.WriteSlot(writer, item, _element);
            }
        }

        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        if (_raw is null)
        {
            return ReadElements(ref reader, codec);
        }

        int[] shape = ReadShape(ref reader, _raw.Size, out long length);
        long size = length * _raw.Size;
        if (reader.ReadBulkHeader(size, out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            return Fill(shape, ref reader, inline);
        }

        using IMemoryOwner<byte> owner = reader.Borrow(reference);
        return Fill(shape, ref reader, owner.Memory.Span);
    }

    private Array Fill(int[] shape, ref PayloadReader reader, ReadOnlySpan<byte> bytes)
    {
        Array array = Make(shape);
        reader.Track(array);
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), bytes.Length));
        return array;
    }

    private Array ReadElements(ref PayloadReader reader, ValueCodec codec)
    {
        int[] shape = ReadShape(ref reader, 1, out long length);
        if (length > reader.Remaining)
        {
            throw new InvalidDataException($"The message promises {length} elements, but only {reader.Remaining} bytes follow.");
        }

        reader.Charge(length * (_element.IsValueType ? 16 : IntPtr.Size));
        Array array = Make(shape);
        reader.Track(array);
        if (array is object?[] items)
        {
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = codec.ReadSlot(ref reader, _element);
            }

            return array;
        }

        int[] index = new int[_rank];
        for (long i = 0; i < length; i++)
        {
            array.SetValue(codec.ReadSlot(ref reader, _element), index);
            Next(index, shape);
        }

        return array;
    }

    private Array Make(int[] shape) => shape.Length == 1 && Type.IsSZArray
        ? Array.CreateInstanceFromArrayType(Type, shape[0])
        : Array.CreateInstance(_element, shape);

    private void WriteShape(PayloadWriter writer, Array array)
    {
        for (int i = 0; i < _rank; i++)
        {
            if (array.GetLowerBound(i) != 0)
            {
                throw Refusals.Because(writer, Type, $"its indices start at {array.GetLowerBound(i)} instead of 0", "Copy it to an ordinary array");
            }

            writer.WriteCount(array.GetLength(i));
        }
    }

    private int[] ReadShape(ref PayloadReader reader, int elementSize, out long length)
    {
        int[] shape = new int[_rank];
        length = 1;
        bool empty = false;
        for (int i = 0; i < _rank; i++)
        {
            ulong size = reader.ReadVarint();
            if (size > (ulong)Array.MaxLength)
            {
                throw new InvalidDataException($"The message promises an array of {size} elements.");
            }

            shape[i] = (int)size;
            empty |= size == 0;
            length *= (long)Math.Max(size, 1);
            if (length > int.MaxValue / elementSize)
            {
                throw new InvalidDataException($"The message promises an array of {length} elements of {elementSize} bytes.");
            }
        }

        length = empty ? 0 : length;
        return shape;
    }

    private static void Next(int[] index, int[] shape)
    {
        for (int i = index.Length - 1; i >= 0; i--)
        {
            if (++index[i] < shape[i])
            {
                return;
            }

            index[i] = 0;
        }
    }

    private ReadOnlySpan<byte> Bytes(PayloadWriter writer, Array array, int size)
    {
        long bytes = array.LongLength * size;
        return bytes <= int.MaxValue
            ? MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array), (int)bytes)
            : throw Refusals.Because(writer, Type, $"it is {bytes} bytes long and one block holds at most {int.MaxValue}", "Send it in parts, or through a shared array");
    }
}
