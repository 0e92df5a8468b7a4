using System.Runtime.CompilerServices;
using System.Text;

namespace Plait.Codecs;

/// <summary>Which bit patterns of a type are not values of it.</summary>
internal enum RawCheck
{
    None,
    Bool,
    Decimal,
    Time,
}

/// <summary>Primitives, enums and structs of them: the bytes as they lie in memory. One class for all, so nothing is compiled per type.</summary>
internal sealed class RawPlan : TypePlan
{
    private readonly RawCheck _check;

    public RawPlan(Type type, RawCheck check)
        : base(type)
    {
        _check = check;
        Size = RuntimeHelpers.SizeOf(type.TypeHandle);
    }

    public int Size { get; }

    /// <summary>The bytes of a boxed struct.</summary>
    public static ref byte DataOf(object box) => ref Unsafe.As<Box>(box).Data;

    public static RawCheck CheckFor(Type type)
    {
        if (type == typeof(decimal))
        {
            return RawCheck.Decimal;
        }

        return type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(Rune)
            ? RawCheck.Time
            : RawCheck.None;
    }

    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => writer.WriteRaw(ref DataOf(value), Size);

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(Size);
        if (Type == typeof(int))
        {
            return Unsafe.ReadUnaligned<int>(in bytes[0]);
        }

        if (_check == RawCheck.Bool)
        {
            return bytes[0] != 0;
        }

        object box = RuntimeHelpers.GetUninitializedObject(Type);
        Unsafe.CopyBlockUnaligned(ref DataOf(box), in bytes[0], (uint)Size);
        if (_check != RawCheck.None)
        {
            Check(box);
        }

        return box;
    }

    private static void Check(object box)
    {
        bool good = box switch
        {
            decimal number => IsDecimal(number),
            DateTime time => time.Ticks <= DateTime.MaxValue.Ticks,
            DateTimeOffset time => IsOffset(time),
            DateOnly day => (uint)day.DayNumber <= (uint)DateOnly.MaxValue.DayNumber,
            TimeOnly time => (ulong)time.Ticks <= (ulong)TimeOnly.MaxValue.Ticks,
            Rune rune => Rune.IsValid(rune.Value),
            _ => true,
        };
        if (!good)
        {
            throw new InvalidDataException($"The message holds bytes that are no {box.GetType()}.");
        }
    }

    private static bool IsDecimal(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        return decimal.TryGetBits(number, bits, out _) && (bits[3] & ~unchecked((int)0x80FF0000)) == 0 && ((bits[3] >> 16) & 0xFF) <= 28;
    }

    private static bool IsOffset(DateTimeOffset time)
    {
        // The two fields are read apart: arithmetic on them would throw on bad ones.
        long offset = time.Offset.Ticks;
        long utc = time.UtcTicks;
        return offset % TimeSpan.TicksPerMinute == 0
            && Math.Abs(offset) <= 14 * TimeSpan.TicksPerHour
            && (ulong)utc <= (ulong)DateTime.MaxValue.Ticks
            && (ulong)(utc + offset) <= (ulong)DateTime.MaxValue.Ticks;
    }

    private sealed class Box
    {
        public byte Data;
    }
}
