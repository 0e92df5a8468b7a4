using System.Collections;

namespace Plait.Codecs;

/// <summary>
/// A dictionary without its comparer is another dictionary. The framework's own comparers go as one byte; a user's goes as
/// a value of the interface, which an answer cannot do.
/// </summary>
internal static class ComparerCodec
{
    private const byte Default = 0;
    private const byte Ordinal = 1;
    private const byte OrdinalIgnoreCase = 2;
    private const byte Invariant = 3;
    private const byte InvariantIgnoreCase = 4;
    private const byte ByReference = 5;
    private const byte Value = 6;

    public static void Write(PayloadWriter writer, object? comparer, object defaultComparer, Type declared, ValueCodec codec)
    {
        byte code = CodeOf(comparer, defaultComparer);
        writer.WriteByte(code);
        if (code == Value)
        {
            writer.At("the comparer");
            codec.WriteSlot(writer, comparer, declared);
        }
    }

    /// <summary>Null for the default comparer.</summary>
    public static object? Read(ref PayloadReader reader, Type declared, ValueCodec codec)
    {
        object? comparer = reader.ReadByte() switch
        {
            Default => null,
            Ordinal => StringComparer.Ordinal,
            OrdinalIgnoreCase => StringComparer.OrdinalIgnoreCase,
            Invariant => StringComparer.InvariantCulture,
            InvariantIgnoreCase => StringComparer.InvariantCultureIgnoreCase,
            ByReference => ReferenceEqualityComparer.Instance,
            Value => codec.ReadSlot(ref reader, declared),
            byte other => throw new InvalidDataException($"The message holds {other} where a comparer belongs."),
        };
        return comparer is null || declared.IsInstanceOfType(comparer)
            ? comparer
            : throw new InvalidDataException($"The message holds a {comparer.GetType()} where a {declared} belongs.");
    }

    public static bool IsKnown(object comparer) => CodeOf(comparer, typeof(void)) != Value;

    private static byte CodeOf(object? comparer, object defaultComparer)
    {
        if (comparer is null || ReferenceEquals(comparer, defaultComparer) || comparer.Equals(defaultComparer))
        {
            return Default;
        }

        if (ReferenceEquals(comparer, StringComparer.Ordinal))
        {
            return Ordinal;
        }

        if (ReferenceEquals(comparer, StringComparer.OrdinalIgnoreCase))
        {
            return OrdinalIgnoreCase;
        }

        if (ReferenceEquals(comparer, StringComparer.InvariantCulture))
        {
            return Invariant;
        }

        if (ReferenceEquals(comparer, StringComparer.InvariantCultureIgnoreCase))
        {
            return InvariantIgnoreCase;
        }

        return ReferenceEquals(comparer, ReferenceEqualityComparer.Instance) ? ByReference : Value;
    }
}

/// <summary>A well-known comparer as a value by itself.</summary>
internal sealed class ComparerPlan(Type type) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (!ComparerCodec.IsKnown(value))
        {
            throw Refusals.Because(writer, value.GetType(), "it depends on this process's culture", "Use StringComparer.Ordinal or OrdinalIgnoreCase");
        }

        ComparerCodec.Write(writer, value, typeof(void), typeof(IEqualityComparer), codec);
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec) =>
        ComparerCodec.Read(ref reader, typeof(IEqualityComparer), codec) is { } comparer && Type.IsInstanceOfType(comparer)
            ? comparer
            : throw new InvalidDataException($"The message holds no {Type} where one belongs.");
}
