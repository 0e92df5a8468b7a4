using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>
/// The time of a loop, in nanoseconds. Where a <see cref="TimeProvider"/> is given that is not the system's, its time stands still while the loop sleeps unless somebody moves it,
/// so a timer of the provider wakes the loop.
/// </summary>
internal sealed class LoopClock : IDisposable
{
    // Of the runtime's timers, in milliseconds: 49 days. What wakes earlier sleeps again.
    private const double LongestTimer = uint.MaxValue - 1;

    private readonly TimeProvider? _provider;
    private readonly ITimer? _timer;

    public LoopClock(TimeProvider provider, Action wake)
    {
        if (provider != TimeProvider.System)
        {
            _provider = provider;
            _timer = provider.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public long Now => _provider is null ? MonotonicClock.Now : (long)(_provider.GetElapsedTime(0, _provider.GetTimestamp()).TotalMilliseconds * 1_000_000);

    /// <summary>Until when the loop may sleep in the kernel, which knows one clock only.</summary>
    public long SleepUntil(long deadline)
    {
        if (_timer is null || deadline == MonotonicClock.Never)
        {
            return deadline;
        }

        // Once more for what the timer's milliseconds and the wheel's ticks are apart: it finds nothing due, and comes here again.
        // And again where the time was moved meanwhile: the timer counts from when it is set, not from when the rest was computed.
        long now;
        do
        {
            now = Now;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((deadline - now) / 1e6), 1, LongestTimer)), Timeout.InfiniteTimeSpan);
        }
        while (Now - now > 1_000_000);
        return MonotonicClock.Never;
    }

    public void Dispose() => _timer?.Dispose();
}
