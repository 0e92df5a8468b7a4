using System.Buffers;

namespace Plait.Codecs;

internal sealed partial class ValueCodec
{
    internal object? ReadSlot(ref PayloadReader reader, Type declared)
    {
        byte marker = reader.ReadByte();
        if (marker == Marker.Null)
        {
            return declared.IsValueType && Nullable.GetUnderlyingType(declared) is null
                ? throw new InvalidDataException($"The message holds null where a {declared} belongs.")
                : null;
        }

        reader.Enter();
        object value = marker == Marker.Exact ? ReadBody(ref reader, PlanTable.For(declared).Underlying) : ReadOther(ref reader, marker, declared);
        reader.Leave();
        return value;
    }

    private object ReadOther(ref PayloadReader reader, byte marker, Type declared)
    {
        switch (marker)
        {
            case Marker.Back:
                object known = reader.Tracked(reader.ReadVarint());
                CheckAssignable(known.GetType(), declared);
                return known;
            case Marker.Closed:
                Type closed = ClosedTypes.Read(ref reader);
                CheckAssignable(closed, declared);
                return ReadBody(ref reader, PlanTable.For(closed));
            case Marker.Named when Direction == CodecDirection.ToChild:
                Type named = TypeReference.Read(ref reader);
                CheckAssignable(named, declared);
                return ReadBody(ref reader, PlanTable.For(named));
            case Marker.Named:
                throw new InvalidDataException($"{Carrier.Capitalized} tried to name its own type where a {declared} belongs; only declared types may come back.");
            case Marker.Extension:
                return ReadExtension(ref reader, declared);
            case Marker.Standard:
                return ReadBody(ref reader, PlanTable.For(StandardCollection.TypeFor(declared, reader.ReadByte())));
            default:
                throw new InvalidDataException($"Byte {reader.Position - 1} of the message ({marker}) does not begin a value.");
        }
    }

    private object ReadBody(ref PayloadReader reader, TypePlan plan)
    {
        if (plan.Pluggable)
        {
            int codec = reader.ReadByte();
            if (codec > _codecs.Count)
            {
                throw new InvalidDataException($"The message names codec {codec}; this side has {_codecs.Count}.");
            }

            if (codec > 0)
            {
                return DecodeBy(_codecs[codec - 1], ref reader, plan.Type);
            }
        }

        return plan.Read(ref reader, this);
    }

    private object ReadExtension(ref PayloadReader reader, Type declared)
    {
        int place = reader.ReadByte();
        if (place >= _extensions.Count || _extensions[place] is not { } extension)
        {
            throw new InvalidDataException($"The message names extension {place}; this side does not have it.");
        }

        object value = extension.Read(ref reader, declared, this);
        CheckAssignable(value.GetType(), declared);
        return value;
    }

    private static object DecodeBy(ICodec codec, ref PayloadReader reader, Type type)
    {
        ReadOnlySpan<byte> data = reader.ReadBulkBytes(out IMemoryOwner<byte>? owner);
        try
        {
            object? value = codec.Decode(data, type);
            return type.IsInstanceOfType(value)
                ? value
                : throw new InvalidDataException($"The codec {codec.GetType()} made {value?.GetType().ToString() ?? "null"} where a {type} belongs.");
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            throw new InvalidDataException($"The codec {codec.GetType()} could not read a {type}: {e.Message}", e);
        }
        finally
        {
            owner?.Dispose();
        }
    }

    private static void CheckAssignable(Type type, Type declared)
    {
        if (!declared.IsAssignableFrom(type))
        {
            throw new InvalidDataException($"The message holds a {type} where a {declared} belongs.");
        }
    }
}
