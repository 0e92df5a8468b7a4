using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Coroutines;

/// <content>Timers, on the loop's thread.</content>
public sealed partial class EventLoop
{
    // Sleeps that are over, to be used again: as many as a loop may well need at once.
    private const int MostSpares = 1024;

    private readonly TimerWheel _wheel;
    private readonly Stack<SleepWait> _spares = new();

    internal long DeadlineAfter(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan || time.TotalSeconds > 4e9)
        {
            return MonotonicClock.Never;
        }

        // From now, and not from the beginning of the cycle: a step may have taken long.
        return _clock.Now + (time.Ticks * 100);
    }

    /// <summary>Nothing is set for <see cref="MonotonicClock.Never"/>.</summary>
    internal void SetTimer(LoopTimer timer, long deadline)
    {
        if (deadline != MonotonicClock.Never)
        {
            _wheel.Set(timer, deadline);
        }
    }

    internal void CancelTimer(LoopTimer timer) => _wheel.Cancel(timer);

    internal SleepWait NewSleep() => _spares.TryPop(out SleepWait? spare) ? spare : new SleepWait();

    internal void Recycle(SleepWait wait)
    {
        // Its result may be asked for by code that has left the loop.
        if (IsOnLoop && _spares.Count < MostSpares)
        {
            _spares.Push(wait);
        }
    }
}
