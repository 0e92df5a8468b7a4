using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>
/// The time of a loop, in nanoseconds. Where a <see cref="TimeProvider"/> is given that is not the system's, its time stands still while the loop sleeps unless somebody moves it,
/// so a timer of the provider wakes the loop.
/// </summary>
internal sealed class LoopClock : IDisposable
{
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
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((deadline - Now) / 1e6))), Timeout.InfiniteTimeSpan);
        return MonotonicClock.Never;
    }

    public void Dispose() => _timer?.Dispose();
}
