using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>A loop with a clock that the test moves: hours pass in no time.</summary>
public sealed class EventLoopClockTests : CoroutineTest
{
    // What the loop's timers may be late by, and the millisecond that the provider's round up to.
    private static readonly TimeSpan s_grain = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task Sleep_WithAManualClock_EndsWhenTheClockGetsThere()
    {
        var time = new ManualTime();
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = time, BlockedAfter = Timeout.InfiniteTimeSpan });
        int woken = 0;
        Coroutine hour = loop.Spawn(() => SleepFor(TimeSpan.FromHours(1)));
        Coroutine day = loop.Spawn(() => SleepFor(TimeSpan.FromDays(1)));

        await time.TimerAsync(TimeSpan.FromHours(1) + s_grain);
        time.Advance(TimeSpan.FromHours(1) - s_grain);
        await loop.Spawn(static () => Turns()).Task.InTime();
        Assert.Equal(0, woken);

        time.Advance(s_grain + s_grain);
        await hour.Task.InTime();
        Assert.Equal((1, true), (woken, day.IsAlive));

        await time.TimerAsync(TimeSpan.FromDays(1));
        time.Advance(TimeSpan.FromDays(1));
        await day.Task.InTime();

        async Task SleepFor(TimeSpan span)
        {
            await Coroutine.Sleep(span);
            woken++;
        }
    }

    [Fact]
    public async Task Timeout_WithAManualClock_ExpiresByIt()
    {
        var time = new ManualTime();
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = time, BlockedAfter = Timeout.InfiniteTimeSpan });
        Task end = loop.Spawn(static () => Coroutine.WithTimeout(TimeSpan.FromDays(1), Forever)).Task;

        await time.TimerAsync(TimeSpan.FromDays(1) + s_grain);
        time.Advance(TimeSpan.FromDays(2));
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => end.InTime());
    }

    [Fact]
    public async Task Sleep_WhileTheClockIsMovedAsTheLoopFallsAsleep_EndsInTime()
    {
        var time = new ManualTime();
        var moved = new MovedClock(time, TimeSpan.FromSeconds(2));
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = moved, BlockedAfter = Timeout.InfiniteTimeSpan });

        // Two of the three seconds pass between the look at the clock and the setting of the timer.
        Coroutine coroutine = loop.Spawn(static () => Coroutine.Sleep(TimeSpan.FromSeconds(3)).AsTask());
        await moved.Moved.Task.InTime();
        await time.TimerAsync(TimeSpan.FromSeconds(1) + s_grain);
        time.Advance(TimeSpan.FromSeconds(1) + s_grain);

        await coroutine.Task.InTime();
    }

    [Fact]
    public void Sleep_WithTheSystemsClock_IsNeverShort() => Run(static async () =>
    {
        for (int i = 0; i < 20; i++)
        {
            TimeSpan asked = TimeSpan.FromMicroseconds(37 * i);
            long start = TimeProvider.System.GetTimestamp();
            await Coroutine.Sleep(asked);
            Assert.True(TimeProvider.System.GetElapsedTime(start) >= asked);
        }
    });

    [Fact]
    public async Task Sleep_OfManyTimes_EndsInTheirOrder()
    {
        var time = new ManualTime();
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = time, BlockedAfter = Timeout.InfiniteTimeSpan });
        var woken = new List<int>();
        int[] times = [9, 1, 5, 3, 7, 2, 8, 4, 6];
        Coroutine[] all = [.. times.Select(seconds => loop.Spawn(async () =>
        {
            await Coroutine.Sleep(TimeSpan.FromSeconds(seconds));
            woken.Add(seconds);
        }))];
        await loop.Spawn(static () => Turns()).Task.InTime();
        await time.TimerAsync(TimeSpan.FromSeconds(1) + s_grain);
        time.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(all.Select(static coroutine => coroutine.Task)).InTime();
        Assert.Equal(times.Order(), woken);
    }

    [Fact]
    public void Sleep_OfANegativeTime_IsRefused() => Run(static async () =>
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => { _ = Coroutine.Sleep(TimeSpan.FromTicks(-2)).AsTask(); });
        await Coroutine.WithTimeout(TimeSpan.MaxValue, static () => Coroutine.Sleep(Short).AsTask());
        Assert.Equal(0, EventLoop.Current!.GetStatistics().Timers);
    });

    // Moves the time once, just before a timer is set: as another thread may.
    private sealed class MovedClock(ManualTime time, TimeSpan by) : TimeProvider
    {
        public TaskCompletionSource Moved { get; } = NewSource();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new MovingTimer(this, time.CreateTimer(callback, state, dueTime, period));

        private sealed class MovingTimer(MovedClock clock, ITimer timer) : ITimer
        {
            private readonly TimeSpan _by = clock.By;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime > Short && !clock.Moved.Task.IsCompleted)
                {
                    clock.Time.Advance(_by);
                    clock.Moved.SetResult();
                }

                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }

        private TimeSpan By => by;

        private ManualTime Time => time;
    }
}
