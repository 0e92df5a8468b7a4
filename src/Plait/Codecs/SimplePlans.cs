using System.Numerics;

namespace Plait.Codecs;

internal sealed class StringPlan() : TypePlan(typeof(string))
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => writer.WriteString((string)value);

    public override object Read(ref PayloadReader reader, ValueCodec codec) => reader.ReadString();
}

/// <summary>A boxed T? is a boxed T.</summary>
internal sealed class NullablePlan(Type type, Type underlying) : TypePlan(type)
{
    public override TypePlan Underlying { get; } = PlanTable.For(underlying);

    public override bool StandsFor(Type runtimeType) => ReferenceEquals(runtimeType, underlying);

    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => Underlying.Write(writer, value, codec);

    public override object Read(ref PayloadReader reader, ValueCodec codec) => Underlying.Read(ref reader, codec);
}

internal sealed class BigIntegerPlan() : TypePlan(typeof(BigInteger))
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => writer.WriteBulk(((BigInteger)value).ToByteArray());

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBulkBytes(out var owner);
        using (owner)
        {
            return new BigInteger(bytes);
        }
    }
}

/// <summary>Framework classes whose text says everything about them.</summary>
internal sealed class TextPlan(Type type, Func<object, string> format, Func<string, object> parse) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => writer.WriteString(format(value));

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        string text = reader.ReadString();
        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            throw new InvalidDataException($"The message holds a text that is no {Type}: {(text.Length > 100 ? text[..100] : text)}", e);
        }
    }
}

/// <summary>A token is a marker; the one who reads brings the token it stands for.</summary>
internal sealed class CancellationTokenPlan() : TypePlan(typeof(CancellationToken))
{
    private const byte Never = 0;
    private const byte Live = 1;
    private const byte Cancelled = 2;

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var token = (CancellationToken)value;
        if (token.IsCancellationRequested)
        {
            writer.WriteByte(Cancelled);
        }
        else if (token.CanBeCanceled)
        {
            writer.WriteByte(Live);
            writer.AddToken(token);
        }
        else
        {
            writer.WriteByte(Never);
        }
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec) => reader.ReadByte() switch
    {
        Never => CancellationToken.None,
        Live => codec.Cancellation,
        Cancelled => new CancellationToken(canceled: true),
        byte other => throw new InvalidDataException($"The message holds {other} where a cancellation token belongs."),
    };
}

/// <summary>typeof(X) as a value. From a child only the closed set: a result must not make the parent load anything.</summary>
internal sealed class TypeObjectPlan() : TypePlan(typeof(Type))
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var type = (Type)value;
        byte[]? descriptor = ClosedTypes.Descriptor(type);
        writer.WriteBool(descriptor is not null);
        if (descriptor is not null)
        {
            writer.WriteBytes(descriptor);
            return;
        }

        if (codec.Direction == CodecDirection.FromChild)
        {
            throw codec.Carrier.TypeObject(writer, Type, type);
        }

        TypeReference.Write(writer, type);
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        if (reader.ReadBool())
        {
            return ClosedTypes.Read(ref reader);
        }

        return codec.Direction == CodecDirection.ToChild
            ? TypeReference.Read(ref reader)
            : throw new InvalidDataException($"{codec.Carrier.Capitalized} tried to name a type; it may name only simple types and collections of them.");
    }
}

/// <summary>An exception as a value. Its private state is the framework's, so it travels as results' exceptions do.</summary>
internal sealed class ExceptionPlan(Type type) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (!ExceptionCodec.CanRebuild(Type))
        {
            throw Refusals.Because(
                writer, Type, "the other process could not make it again", "Give the exception a public constructor (string) or (string, Exception), or pass its text");
        }

        ExceptionCodec.Write(writer, (Exception)value);
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        Exception exception = ExceptionCodec.Read(ref reader, (assembly, name) => Matches(assembly, name) ? Type : null);
        return Type.IsInstanceOfType(exception)
            ? exception
            : throw new InvalidDataException($"The message holds a {exception.GetType()} where a {Type} belongs.");
    }

    private bool Matches(string assembly, string name) => Type.FullName == name && Type.Assembly.GetName().Name == assembly;
}
