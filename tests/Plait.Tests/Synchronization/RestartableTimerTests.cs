using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>A timer under a clock that moves by hand.</summary>
public sealed class RestartableTimerTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_instant = TimeSpan.FromTicks(1);

    private readonly ManualTime _time = new();

    private static Task NoTask { get; } = null!;

    [Fact]
    public async Task Start_OfATimer_FiresOnceAfterItsInterval()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: _time);

        Advance(s_interval);
        Assert.Equal((false, 0L), (timer.IsRunning, timer.Fired));
        timer.Start();
        Assert.True(timer.IsRunning);
        Advance(s_interval - s_instant);
        Assert.Equal(0, timer.Fired);
        Advance(s_instant);
        await runs.NextAsync();
        Advance(s_interval * 3);

        Assert.Equal((false, 1L, 1), (timer.IsRunning, timer.Fired, runs.Count));
    }

    [Fact]
    public async Task Callback_OfATimer_RunsOnTheThreadPoolWithoutTheStartersFlow()
    {
        var ambient = new AsyncLocal<string> { Value = "the starter's" };
        var seen = new TaskCompletionSource<(bool, string?)>();
        await using var timer = new RestartableTimer(() => seen.SetResult((Thread.CurrentThread.IsThreadPoolThread, ambient.Value)), s_interval, timeProvider: _time);
        timer.Start();

        Advance(s_interval);

        Assert.Equal((true, null), await seen.Task.InTime());
        Assert.Equal("the starter's", ambient.Value);
    }

    [Fact]
    public async Task Cancel_BeforeItFires_IsTrueAndNothingHappens()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: _time);
        timer.Start();

        Assert.True(timer.Cancel());
        Assert.False(timer.Cancel());
        Advance(s_interval * 2);

        Assert.Equal(new RestartableTimerStatistics(false, false, 0, 0, 0, 1), timer.GetStatistics());
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    public async Task Cancel_BetweenTheClockAndTheCallback_StillHoldsItBack()
    {
        // The clock tells of the end of a countdown that has been cancelled meanwhile, as a real one may.
        var time = new LateClock();
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: time);
        timer.Start();

        Assert.True(timer.Cancel());
        time.TellAll();
        Assert.Equal(0, timer.Fired);
        timer.Start();
        time.TellAll();
        await runs.NextAsync();

        Assert.Equal((1L, 1), (timer.Fired, runs.Count));
    }

    [Fact]
    public async Task Cancel_WhileTheCallbackRuns_IsFalseAndCancelAsyncWaits()
    {
        var runs = new Runs { Holds = true };
        await using var timer = new RestartableTimer(runs.AddAsync, s_interval, s_interval, _time);
        timer.Start();
        Advance(s_interval);
        await runs.NextAsync();

        Assert.False(timer.Cancel());
        Task idle = timer.CancelAsync().AsTask();
        Assert.False(idle.IsCompleted);
        Assert.True(timer.GetStatistics().IsExecuting);
        runs.Release();
        await idle.InTime();
        Advance(s_interval * 3);

        Assert.Equal(new RestartableTimerStatistics(false, false, 1, 0, 0, 0), timer.GetStatistics());
    }

    [Fact]
    public async Task Restart_BeforeItFires_BeginsAgain()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: _time);
        timer.Start();
        for (int i = 0; i < 5; i++)
        {
            Advance(s_interval - s_instant);
            timer.Restart();
        }

        Assert.Equal(0, timer.Fired);
        Advance(s_interval);
        await runs.NextAsync();
        timer.Restart();
        Advance(s_interval);
        await runs.NextAsync();

        Assert.Equal(2, timer.Fired);
    }

    [Fact]
    public async Task Start_WhileItRuns_IsRefusedAndAfterwardsNot()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: _time);
        timer.Start();

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(timer.Start);

        Assert.Contains("00:00:10", refused.Message, StringComparison.Ordinal);
        Advance(s_interval);
        await runs.NextAsync();
        timer.Start();
        Assert.True(timer.Cancel());
    }

    [Fact]
    public async Task Change_WhileItRuns_BeginsAgainWithTheNewTimes()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, s_interval, timeProvider: _time);
        timer.Change(s_interval * 2);
        Assert.False(timer.IsRunning);
        timer.Start();
        Advance(s_interval);
        timer.Change(s_interval * 3, s_interval);

        Assert.Equal((s_interval * 3, (TimeSpan?)s_interval, 0L), (timer.Interval, timer.Period, timer.Fired));
        Advance((s_interval * 3) - s_instant);
        Assert.Equal(0, timer.Fired);
        Advance(s_instant);
        await runs.NextAsync();
        await _time.TimerAsync(s_interval).InTime();
        Advance(s_interval);
        await runs.NextAsync();

        Assert.Equal(2, timer.Fired);
    }

    [Fact]
    public async Task Start_OfAPeriodicTimer_FiresOnEveryBeat()
    {
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, TimeSpan.Zero, s_interval, _time);
        timer.Start();
        Advance(TimeSpan.Zero);
        await runs.NextAsync();
        for (int i = 0; i < 10; i++)
        {
            await _time.TimerAsync(s_interval).InTime();
            Advance(s_interval - s_instant);
            Assert.Equal(i + 1, timer.Fired);
            Advance(s_instant);
            await runs.NextAsync();
        }

        Assert.Equal((true, 11L, 0L), (timer.IsRunning, timer.Fired, timer.GetStatistics().Skipped));
    }

    [Fact]
    public async Task Callback_LongerThanThePeriod_NeverOverlapsAndStaysOnTheBeat()
    {
        var runs = new Runs { Holds = true };
        await using var timer = new RestartableTimer(runs.AddAsync, s_interval, s_interval, _time);
        timer.Start();
        Advance(s_interval);
        await runs.NextAsync();

        // The beats at 20, 30 and 40 seconds pass; at 45 it ends; the next one is at 50.
        Advance(s_interval * 3.5);
        Assert.Equal(1, timer.Fired);
        runs.Release();
        await _time.TimerAsync(s_interval / 2).InTime();
        Advance((s_interval / 2) - s_instant);
        Assert.Equal((1L, 3L), (timer.Fired, timer.GetStatistics().Skipped));
        Advance(s_instant);
        await runs.NextAsync();
        runs.Release();

        Assert.Equal((2L, 1), (timer.Fired, runs.MostAtOnce));
    }

    [Fact]
    public async Task Restart_InsideTheCallback_FiresAgainAfterIt()
    {
        var runs = new Runs();
        RestartableTimer? timer = null;
        timer = new RestartableTimer(
            () =>
            {
                timer!.Restart();
                _time.Advance(s_interval * 2);
                runs.Add();
            },
            s_interval,
            timeProvider: _time);
        timer.Start();
        Advance(s_interval);
        await runs.NextAsync();

        // Due long ago, and not skipped: nobody has run it yet.
        await _time.TimerAsync(TimeSpan.Zero).InTime();
        Assert.Equal(1, timer.Fired);
        Advance(TimeSpan.Zero);
        await runs.NextAsync();
        await timer.DisposeAsync();

        Assert.Equal((2L, 1), (timer.Fired, runs.MostAtOnce));
    }

    [Fact]
    public async Task Restart_WhileTheCallbackRuns_WaitsForItsEndAndIsNotSkipped()
    {
        var runs = new Runs { Holds = true };
        await using var timer = new RestartableTimer(runs.AddAsync, s_interval, s_interval, _time);
        timer.Start();
        Advance(s_interval);
        await runs.NextAsync();

        // No clock runs while a callback does. The restart at 10 seconds is due at 20; at 40 the callback ends.
        timer.Restart();
        Task armed = _time.TimerAsync(s_interval * 100);
        Assert.False(armed.IsCompleted);
        Advance(s_interval * 3);
        runs.Release();
        await armed.InTime();
        Advance(TimeSpan.Zero);
        await runs.NextAsync();
        Assert.Equal((2L, 0L), (timer.Fired, timer.GetStatistics().Skipped));

        // From then on the beats are those of the restart: 30 to 60 have passed at 65, and the next one is at 70.
        armed = _time.TimerAsync(s_interval * 100);
        Advance(s_interval * 2.5);
        runs.Release();
        await armed.InTime();
        Assert.Equal(4, timer.GetStatistics().Skipped);
        Advance(s_interval / 2);
        await runs.NextAsync();
        runs.Release();

        Assert.Equal((3L, 1), (timer.Fired, runs.MostAtOnce));
    }

    [Fact]
    public async Task Callback_ThatThrows_IsToldAndThePeriodicTimerGoesOn()
    {
        var told = new TaskCompletionSource<(object?, Exception)>();
        int calls = 0;
        var second = new TaskCompletionSource();
        await using var timer = new RestartableTimer(
            () =>
            {
                if (++calls == 1)
                {
                    throw new FormatException("first beat");
                }

                second.SetResult();
            },
            s_interval,
            s_interval,
            _time);
        timer.CallbackFailed += (sender, args) => told.SetResult((sender, args.Exception));
        timer.Start();
        Advance(s_interval);

        (object? sender, Exception exception) = await told.Task.InTime();
        Assert.Same(timer, sender);
        Assert.Equal("first beat", Assert.IsType<FormatException>(exception).Message);
        await _time.TimerAsync(s_interval).InTime();
        Advance(s_interval);
        await second.Task.InTime();
        Assert.Equal((2L, 1L), (timer.Fired, timer.GetStatistics().Failed));
    }

    [Fact]
    public async Task Callback_ThatReturnsNoTask_IsAFailureOfThatCallback()
    {
        var told = new TaskCompletionSource<Exception>();
        await using var timer = new RestartableTimer(static () => NoTask, s_interval, timeProvider: _time);
        timer.CallbackFailed += (_, args) => told.SetResult(args.Exception);
        timer.Start();

        Advance(s_interval);

        Assert.Contains("returned null", (await told.Task.InTime()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_WhileTheCallbackRuns_WaitsForItsEnd()
    {
        var runs = new Runs { Holds = true };
        var timer = new RestartableTimer(runs.AddAsync, s_interval, s_interval, _time);
        timer.Start();
        Advance(s_interval);
        await runs.NextAsync();

        Task disposed = timer.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        runs.Release();
        await disposed.InTime();

        Advance(s_interval * 5);
        Assert.Equal((1L, false), (timer.Fired, timer.IsRunning));
        Assert.Throws<ObjectDisposedException>(timer.Start);
        Assert.Throws<ObjectDisposedException>(timer.Restart);
        Assert.Throws<ObjectDisposedException>(() => timer.Change(s_interval));
        Assert.False(timer.Cancel());
        await timer.DisposeAsync();
        timer.Dispose();
    }

    [Fact]
    public async Task DisposeAsync_InsideTheCallback_DoesNotWaitForItself()
    {
        var disposed = new TaskCompletionSource();
        RestartableTimer? timer = null;
        timer = new RestartableTimer(
            async () =>
            {
                await timer!.DisposeAsync();
                disposed.SetResult();
            },
            s_interval,
            s_interval,
            _time);
        timer.Start();

        Advance(s_interval);

        await disposed.Task.InTime();
        Assert.False(timer.IsRunning);
    }

    [Fact]
    public void Constructor_WithBadArguments_RefusesThemWithTheValue()
    {
        Assert.Throws<ArgumentNullException>(static () => new RestartableTimer((Action)null!, s_interval));
        Assert.Throws<ArgumentNullException>(static () => new RestartableTimer((Func<Task>)null!, s_interval));
        ArgumentOutOfRangeException interval = Assert.Throws<ArgumentOutOfRangeException>(static () => new RestartableTimer(static () => { }, TimeSpan.FromSeconds(-1)));
        ArgumentOutOfRangeException period = Assert.Throws<ArgumentOutOfRangeException>(static () => new RestartableTimer(static () => { }, s_interval, TimeSpan.Zero));

        Assert.Equal(("interval", TimeSpan.FromSeconds(-1)), (interval.ParamName, interval.ActualValue));
        Assert.Equal(("period", TimeSpan.Zero), (period.ParamName, period.ActualValue));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RestartableTimer(static () => { }, TimeSpan.FromDays(50)));
        using var timer = new RestartableTimer(static () => { }, s_interval);
        Assert.Throws<ArgumentOutOfRangeException>(() => timer.Change(s_interval, TimeSpan.FromMicroseconds(1)));
    }

    [Fact]
    public async Task Start_WithTheSystemsClock_FiresNeitherLostNorEarly()
    {
        long start = TimeProvider.System.GetTimestamp();
        var runs = new Runs();
        await using var timer = new RestartableTimer(runs.Add, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(10));
        timer.Start();

        await runs.NextAsync();
        await runs.NextAsync();
        await runs.NextAsync();

        // Two periods after the interval; the system's timers count in milliseconds of another clock.
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
    }

    [Fact]
    public async Task Cancel_RacingWithTheClock_NeverLetsACallbackThroughAfterTrue()
    {
        for (int i = 0; i < 2_000; i++)
        {
            int runs = 0;
            await using var timer = new RestartableTimer(() => Interlocked.Increment(ref runs), TimeSpan.Zero);
            timer.Start();
            Thread.SpinWait(i % 100 * 50);
            bool isCancelled = timer.Cancel();
            int seen = Volatile.Read(ref runs);
            await timer.CancelAsync();

            Assert.Equal(isCancelled ? 0 : 1, runs);
            Assert.True(!isCancelled || seen == 0);
        }
    }

    private void Advance(TimeSpan time) => _time.Advance(time);

    /// <summary>Counts the runs of a callback, and holds them until the test lets them go.</summary>
    private sealed class Runs
    {
        private readonly SemaphoreSlim _begun = new(0);
        private readonly SemaphoreSlim _release = new(0);
        private int _count;
        private int _now;

        public bool Holds { get; init; }

        public int Count => _count;

        public int MostAtOnce { get; private set; }

        public void Add()
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
            Interlocked.Increment(ref _count);
            Interlocked.Decrement(ref _now);
            _begun.Release();
        }

        public async Task AddAsync()
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
            Interlocked.Increment(ref _count);
            _begun.Release();
            if (Holds)
            {
                await _release.WaitAsync();
            }

            Interlocked.Decrement(ref _now);
        }

        public void Release() => _release.Release();

        public async Task NextAsync() => Assert.True(await _begun.WaitAsync(Waits.Hang), "The callback did not run in time.");
    }

    /// <summary>A clock whose timers cannot be held back: all that were ever set go off when the test says so.</summary>
    private sealed class LateClock : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return new Deaf();
        }

        public void TellAll() => _timers.ForEach(static timer => timer());

        private sealed class Deaf : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
