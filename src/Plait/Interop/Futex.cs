using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>What ended a futex wait.</summary>
internal enum FutexResult
{
    /// <summary>Woken, interrupted by a signal, or the word no longer had the expected value: look again.</summary>
    LookAgain,

    /// <summary>The deadline passed.</summary>
    TimedOut,
}

/// <summary>
/// futex(2). The shared operations, unless told that no other process maps the word; absolute monotonic deadlines; and never
/// SuppressGCTransition: a wait blocks and a wake takes the kernel's hash bucket lock.
/// </summary>
internal static unsafe class Futex
{
    /// <summary>The most words one <see cref="WaitAny"/> can watch (FUTEX_WAITV_MAX).</summary>
    public const int MaximumWaitAny = 128;

    private const int WaitBitset = 9;
    private const int WakeOperation = 1;
    private const int Private = 128;
    private const uint MatchAny = 0xFFFF_FFFF;
    private const uint Size32 = 2;
    private const int ClockMonotonic = 1;

    /// <summary>Whether the kernel has futex_waitv(2) (Linux 5.16) and lets this process use it.</summary>
    public static bool CanWaitAny { get; } = ProbeWaitAny();

    /// <summary>Blocks while <c>*word == expected</c>, until woken or until <paramref name="deadline"/> on <see cref="MonotonicClock"/>.</summary>
    public static FutexResult Wait(uint* word, uint expected, long deadline, bool isShared = true)
    {
        Timespec time = ToTimespec(deadline);
        Timespec* limit = deadline == MonotonicClock.Never ? null : &time;
        long result = Libc.syscall(
            SystemCall.Futex, (nint)word, isShared ? WaitBitset : WaitBitset | Private, unchecked((nint)expected), (nint)limit, 0, unchecked((nint)MatchAny));
        return Explain(result);
    }

    /// <summary>Wakes up to <paramref name="count"/> waiters on <paramref name="word"/> in any process that maps it.</summary>
    public static void Wake(uint* word, int count, bool isShared = true) =>
        _ = Libc.syscall(SystemCall.Futex, (nint)word, isShared ? WakeOperation : WakeOperation | Private, count, 0, 0, 0);

    /// <summary>Blocks while every waiter's word has its expected value, until one is woken or the deadline passes.</summary>
    public static FutexResult WaitAny(FutexWaiter* waiters, int count, long deadline)
    {
        Timespec time = ToTimespec(deadline);
        Timespec* limit = deadline == MonotonicClock.Never ? null : &time;
        long result = Libc.syscall(SystemCall.FutexWaitVector, (nint)waiters, count, 0, (nint)limit, ClockMonotonic, 0);
        return Explain(result);
    }

    /// <summary>Describes one word to <see cref="WaitAny"/>.</summary>
    public static FutexWaiter Describe(uint* word, uint expected) =>
        new() { Value = expected, Address = (ulong)word, Flags = Size32 };

    private static Timespec ToTimespec(long deadline) =>
        new() { Seconds = deadline / 1_000_000_000, Nanoseconds = deadline % 1_000_000_000 };

    private static FutexResult Explain(long result)
    {
        if (result >= 0)
        {
            return FutexResult.LookAgain;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            Errno.ETIMEDOUT => FutexResult.TimedOut,
            Errno.EAGAIN or Errno.EINTR => FutexResult.LookAgain,
            _ => throw new SystemCallException("futex", errno),
        };
    }

    private static bool ProbeWaitAny()
    {
        // A word that already differs from its expected value answers EAGAIN at once where the call exists.
        uint word = 1;
        FutexWaiter waiter = Describe(&word, 0);
        long result = Libc.syscall(SystemCall.FutexWaitVector, (nint)(&waiter), 1, 0, 0, ClockMonotonic, 0);
        return result >= 0 || Marshal.GetLastPInvokeError() == Errno.EAGAIN;
    }
}
