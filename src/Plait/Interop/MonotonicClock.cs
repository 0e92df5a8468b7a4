namespace Plait.Interop;

/// <summary>CLOCK_MONOTONIC in nanoseconds: the clock of futex deadlines, the same in every process of the machine.</summary>
internal static unsafe class MonotonicClock
{
    public const long Never = long.MaxValue;

    /// <summary>The deadline of somebody who does not wait at all.</summary>
    public const long AtOnce = 0;

    private const int ClockMonotonic = 1;

    public static long Now
    {
        get
        {
            Timespec time;
            _ = Libc.clock_gettime(ClockMonotonic, &time);
            return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }
    }

    /// <summary>What is left of a deadline, for calls that take a length of time: nothing once it is over, null for <see cref="Never"/>. They may sleep longer, never shorter.</summary>
    public static Timespec* Left(long deadline, Timespec* left)
    {
        if (deadline == Never)
        {
            return null;
        }

        long nanoseconds = deadline == AtOnce ? 0 : Math.Max(deadline - Now, 0);
        *left = new Timespec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        return left;
    }

    /// <summary>Whether a wait that ended with nothing has used up its time, and not been cut short by a signal.</summary>
    public static bool IsOver(long deadline) => deadline == AtOnce || (deadline != Never && Now >= deadline);

    /// <summary>The deadline <paramref name="timeout"/> from now; <see cref="Never"/> for an infinite one.</summary>
    public static long After(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan || timeout.TotalSeconds > 4e9 ? Never : Now + (long)(timeout.TotalMilliseconds * 1_000_000);
}
