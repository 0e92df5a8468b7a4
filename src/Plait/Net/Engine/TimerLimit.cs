namespace Plait.Net.Engine;

/// <summary>What timers of the runtime take: 2^32 - 2 ms, some 49 days.</summary>
internal static class TimerLimit
{
    /// <summary>The time as a timer takes it: more than one can count is no limit.</summary>
    public static TimeSpan Of(TimeSpan time) => time.TotalMilliseconds < uint.MaxValue ? time : Timeout.InfiniteTimeSpan;
}
