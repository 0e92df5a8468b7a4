using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Codecs;

/// <summary>Elements of generic collections: raw ones without a box, all others as a value of their declared type.</summary>
internal static class Element<T>
{
    public static readonly RawPlan? Raw = PlanTable.For(typeof(T)) as RawPlan;

    // bool, decimal and times have bit patterns that are no value; they take the checked way.
    private static readonly bool s_plain = Raw is not null && RawPlan.CheckFor(typeof(T)) == RawCheck.None && typeof(T) != typeof(bool);

    /// <summary>Whether any bytes are a value: then nothing is checked when they arrive.</summary>
    public static bool IsPlain => s_plain;

    public static void Write(PayloadWriter writer, T value, ValueCodec codec)
    {
        if (Raw is not null)
        {
            writer.WriteRaw(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());
            return;
        }

        codec.WriteSlot(writer, value, typeof(T));
    }

    public static T Read(ref PayloadReader reader, ValueCodec codec)
    {
        if (s_plain)
        {
            return Unsafe.ReadUnaligned<T>(in reader.ReadBytes(Unsafe.SizeOf<T>())[0]);
        }

        return Raw is not null ? (T)Raw.Read(ref reader, codec) : (T)codec.ReadSlot(ref reader, typeof(T))!;
    }

    public static T[] ReadMany(ref PayloadReader reader, ValueCodec codec, int count)
    {
        reader.Charge((long)count * Math.Min(Unsafe.SizeOf<T>(), 16));
        T[] items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = Read(ref reader, codec);
        }

        return items;
    }

    public static ReadOnlySpan<byte> Bytes(ReadOnlySpan<T> items) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), checked(items.Length * Unsafe.SizeOf<T>()));

    public static Span<byte> Bytes(Span<T> items) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), checked(items.Length * Unsafe.SizeOf<T>()));
}
