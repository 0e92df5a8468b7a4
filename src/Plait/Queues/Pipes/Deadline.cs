using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>Timeouts as points in time, by the monotonic clock.</summary>
internal static class Deadline
{
    /// <summary>The deadline of somebody who does not wait at all.</summary>
    public const long AtOnce = MonotonicClock.AtOnce;

    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite, or over 24 days.</exception>
    public static long After(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is 0 or more and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }

        return timeout == TimeSpan.Zero ? AtOnce : MonotonicClock.After(timeout);
    }

    /// <summary>What is left of it: 0 when it is over, <see cref="Timeout.InfiniteTimeSpan"/> for <see cref="MonotonicClock.Never"/>.</summary>
    public static TimeSpan Left(long deadline)
    {
        if (deadline == MonotonicClock.Never)
        {
            return Timeout.InfiniteTimeSpan;
        }

        return deadline == AtOnce ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(deadline - MonotonicClock.Now, 0) / 100);
    }
}
