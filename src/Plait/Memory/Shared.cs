using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// The operations that the protocols of the locks are made of. Each is what it says; with the switch <c>Plait.Interleaving</c> on,
/// a thread may have an <see cref="IInterleaver"/> that does them, and decides before each who runs. Off, the test is a constant that
/// the compiler removes.
/// Places are in scope memory, never on the managed heap.
/// </summary>
internal static unsafe class Shared
{
    public static readonly bool IsInterleaved = AppContext.TryGetSwitch("Plait.Interleaving", out bool on) && on;

    [ThreadStatic]
    private static IInterleaver? t_interleaver;

    /// <summary>The calling thread's: only threads that are tried have one.</summary>
    public static IInterleaver? Interleaver
    {
        get => t_interleaver;
        set => t_interleaver = value;
    }

    public static long Now => IsInterleaved && Interleaver is { } interleaver ? interleaver.Now : MonotonicClock.Now;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Load(ref uint place) =>
        IsInterleaved && Interleaver is { } interleaver ? interleaver.Load((uint*)Unsafe.AsPointer(ref place)) : Volatile.Read(ref place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref uint place, uint value)
    {
        if (IsInterleaved && Interleaver is { } interleaver)
        {
            interleaver.Store(Unsafe.AsPointer(ref place), sizeof(uint), value);
            return;
        }

        Volatile.Write(ref place, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref int place, int value) => Store(ref Unsafe.As<int, uint>(ref place), (uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref ulong place, ulong value)
    {
        if (IsInterleaved && Interleaver is { } interleaver)
        {
            interleaver.Store(Unsafe.AsPointer(ref place), sizeof(ulong), value);
            return;
        }

        Volatile.Write(ref place, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint CompareExchange(ref uint place, uint value, uint expected) => IsInterleaved && Interleaver is { } interleaver
        ? (uint)interleaver.CompareExchange(Unsafe.AsPointer(ref place), sizeof(uint), value, expected)
        : Interlocked.CompareExchange(ref place, value, expected);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong CompareExchange(ref ulong place, ulong value, ulong expected) => IsInterleaved && Interleaver is { } interleaver
        ? interleaver.CompareExchange(Unsafe.AsPointer(ref place), sizeof(ulong), value, expected)
        : Interlocked.CompareExchange(ref place, value, expected);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Exchange(ref uint place, uint value) => IsInterleaved && Interleaver is { } interleaver
        ? interleaver.Exchange((uint*)Unsafe.AsPointer(ref place), value)
        : Interlocked.Exchange(ref place, value);

    public static uint Or(ref uint place, uint bits) => IsInterleaved && Interleaver is { } interleaver
        ? interleaver.Or((uint*)Unsafe.AsPointer(ref place), bits)
        : Interlocked.Or(ref place, bits);

    public static uint And(ref uint place, uint bits) => IsInterleaved && Interleaver is { } interleaver
        ? interleaver.And((uint*)Unsafe.AsPointer(ref place), bits)
        : Interlocked.And(ref place, bits);

    /// <summary>Sleeps while the word has the expected value; see <see cref="Futex.Wait"/>.</summary>
    public static FutexResult Sleep(uint* word, uint expected, long deadline, bool isShared) =>
        IsInterleaved && Interleaver is { } interleaver ? interleaver.Sleep(word, expected, deadline) : Futex.Wait(word, expected, deadline, isShared);

    public static void Wake(uint* word, int count, bool isShared)
    {
        if (IsInterleaved && Interleaver is { } interleaver)
        {
            interleaver.Wake(word, count);
            return;
        }

        Futex.Wake(word, count, isShared);
    }

    /// <summary>Before what is no single operation, the bytes of an item: others may come between. Nothing outside of tests that try schedules.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Between()
    {
        if (IsInterleaved)
        {
            Interleaver?.Between();
        }
    }

    /// <summary>Lets a little time pass between two looks at a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pause(int iterations)
    {
        if (IsInterleaved && Interleaver is { } interleaver)
        {
            interleaver.Pause();
            return;
        }

        Thread.SpinWait(iterations);
    }
}
