using System.Runtime.CompilerServices;

namespace Plait.SharedData.Engine;

/// <summary>Operations on numbers in shared memory that no other unit, in whatever process, sees half done. The tests of types and sizes are constants to the compiler.</summary>
/// <typeparam name="T">The numbers' type.</typeparam>
internal static class Atomic<T>
    where T : unmanaged
{
    private static readonly bool IsInteger = typeof(T).IsEnum || typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(ushort)
        || typeof(T) == typeof(int) || typeof(T) == typeof(uint) || typeof(T) == typeof(long) || typeof(T) == typeof(ulong);

    private static readonly bool IsReal = typeof(T) == typeof(float) || typeof(T) == typeof(double);

    // What one instruction reads and writes.
    private static readonly bool IsWord = IsInteger || IsReal || typeof(T) == typeof(bool) || typeof(T) == typeof(char);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read(ref T place)
    {
        if (!IsWord)
        {
            return place;
        }

        switch (Unsafe.SizeOf<T>())
        {
            case 1:
                byte one = Volatile.Read(ref Unsafe.As<T, byte>(ref place));
                return Unsafe.As<byte, T>(ref one);
            case 2:
                ushort two = Volatile.Read(ref Unsafe.As<T, ushort>(ref place));
                return Unsafe.As<ushort, T>(ref two);
            case 4:
                uint four = Volatile.Read(ref Unsafe.As<T, uint>(ref place));
                return Unsafe.As<uint, T>(ref four);
            default:
                ulong eight = Volatile.Read(ref Unsafe.As<T, ulong>(ref place));
                return Unsafe.As<ulong, T>(ref eight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref T place, T value)
    {
        if (!IsWord)
        {
            place = value;
            return;
        }

        switch (Unsafe.SizeOf<T>())
        {
            case 1:
                Volatile.Write(ref Unsafe.As<T, byte>(ref place), Unsafe.As<T, byte>(ref value));
                break;
            case 2:
                Volatile.Write(ref Unsafe.As<T, ushort>(ref place), Unsafe.As<T, ushort>(ref value));
                break;
            case 4:
                Volatile.Write(ref Unsafe.As<T, uint>(ref place), Unsafe.As<T, uint>(ref value));
                break;
            default:
                Volatile.Write(ref Unsafe.As<T, ulong>(ref place), Unsafe.As<T, ulong>(ref value));
                break;
        }
    }

    public static T Exchange(ref T place, T value)
    {
        Check(IsWord, "a number, a character, a truth value or an enum");
        return Interlocked.Exchange(ref place, value);
    }

    public static T CompareExchange(ref T place, T value, T comparand)
    {
        Check(IsWord, "a number, a character, a truth value or an enum");
        return Interlocked.CompareExchange(ref place, value, comparand);
    }

    /// <summary>Adds, and gives the sum.</summary>
    public static T Add(ref T place, T amount)
    {
        Check(IsInteger || IsReal, "an integer, a real number or an enum");
        if (IsInteger && Unsafe.SizeOf<T>() == 4)
        {
            int sum = Interlocked.Add(ref Unsafe.As<T, int>(ref place), Unsafe.As<T, int>(ref amount));
            return Unsafe.As<int, T>(ref sum);
        }

        if (IsInteger && Unsafe.SizeOf<T>() == 8)
        {
            long sum = Interlocked.Add(ref Unsafe.As<T, long>(ref place), Unsafe.As<T, long>(ref amount));
            return Unsafe.As<long, T>(ref sum);
        }

        T seen = Read(ref place);
        while (true)
        {
            T sum = Sum(seen, amount);
            T found = Interlocked.CompareExchange(ref place, sum, seen);
            if (IsSame(found, seen))
            {
                return sum;
            }

            seen = found;
        }
    }

    public static T Increment(ref T place) => Add(ref place, One(negative: false));

    public static T Decrement(ref T place) => Add(ref place, One(negative: true));

    /// <summary>Keeps the bits that both have, and gives what was there before.</summary>
    public static T And(ref T place, T bits) => Combine(ref place, bits, isOr: false);

    /// <summary>Sets bits, and gives what was there before.</summary>
    public static T Or(ref T place, T bits) => Combine(ref place, bits, isOr: true);

    private static T Combine(ref T place, T bits, bool isOr)
    {
        Check(IsInteger, "an integer or an enum");
        ulong mask = Bits(bits);
        T seen = Read(ref place);
        while (true)
        {
            T found = Interlocked.CompareExchange(ref place, FromBits(isOr ? Bits(seen) | mask : Bits(seen) & mask), seen);
            if (IsSame(found, seen))
            {
                return seen;
            }

            seen = found;
        }
    }

    private static T Sum(T left, T right)
    {
        if (typeof(T) == typeof(float))
        {
            float sum = Unsafe.As<T, float>(ref left) + Unsafe.As<T, float>(ref right);
            return Unsafe.As<float, T>(ref sum);
        }

        if (typeof(T) == typeof(double))
        {
            double sum = Unsafe.As<T, double>(ref left) + Unsafe.As<T, double>(ref right);
            return Unsafe.As<double, T>(ref sum);
        }

        return FromBits(Bits(left) + Bits(right));
    }

    private static T One(bool negative)
    {
        if (typeof(T) == typeof(float))
        {
            float one = negative ? -1 : 1;
            return Unsafe.As<float, T>(ref one);
        }

        if (typeof(T) == typeof(double))
        {
            double one = negative ? -1 : 1;
            return Unsafe.As<double, T>(ref one);
        }

        return FromBits(negative ? ulong.MaxValue : 1);
    }

    // By their bits: a value that is no number equals nothing, itself included.
    private static bool IsSame(T left, T right) => Bits(left) == Bits(right);

    private static ulong Bits(T value) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.As<T, byte>(ref value),
        2 => Unsafe.As<T, ushort>(ref value),
        4 => Unsafe.As<T, uint>(ref value),
        _ => Unsafe.As<T, ulong>(ref value),
    };

    // Little-endian: the low bytes come first.
    private static T FromBits(ulong bits) => Unsafe.As<ulong, T>(ref bits);

    private static void Check(bool isPossible, string needed)
    {
        if (!isPossible)
        {
            throw new NotSupportedException($"{typeof(T)} cannot be changed in one step: that takes {needed}. Hold the data's Lock while you change it.");
        }
    }
}
