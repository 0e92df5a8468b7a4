namespace Plait.Interop;

/// <summary>CLOCK_MONOTONIC in nanoseconds: the clock of futex deadlines, the same in every process of the machine.</summary>
internal static unsafe class MonotonicClock
{
    public const long Never = long.MaxValue;

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

    /// <summary>The deadline <paramref name="timeout"/> from now; <see cref="Never"/> for an infinite one.</summary>
    public static long After(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan || timeout.TotalSeconds > 4e9 ? Never : Now + (long)(timeout.TotalMilliseconds * 1_000_000);
}
