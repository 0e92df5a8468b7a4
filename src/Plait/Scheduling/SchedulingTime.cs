namespace Plait.Scheduling;

/// <summary>
/// Times as policies count them: whole numbers of nanoseconds from any fixed point. A policy has no unit of its own, it only adds and
/// compares; a simulation may therefore count in whatever it likes, as long as the policy's quanta are in the same unit.
/// </summary>
public static class SchedulingTime
{
    /// <summary>No limit: a slice that never ends.</summary>
    public const long Unlimited = long.MaxValue;

    /// <summary>A microsecond in nanoseconds.</summary>
    public const long Microsecond = 1_000;

    /// <summary>A millisecond in nanoseconds.</summary>
    public const long Millisecond = 1_000_000;

    /// <summary>A second in nanoseconds.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>A time in nanoseconds.</summary>
    /// <param name="time">Zero or more. Times from 292 years on are <see cref="Unlimited"/>.</param>
    /// <returns>Its nanoseconds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public static long Of(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return time.Ticks >= long.MaxValue / TimeSpan.NanosecondsPerTick ? Unlimited : time.Ticks * TimeSpan.NanosecondsPerTick;
    }

    internal static long CheckQuantum(long quantum, string parameter) => quantum > 0
        ? quantum
        : throw new ArgumentOutOfRangeException(parameter, quantum, "A quantum is a positive time; SchedulingTime.Unlimited lets an entry run until it stops by itself.");
}
