using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>A loop on the thread of its caller: what it returns, in which order coroutines begin, and on which thread they go on.</summary>
public sealed class EventLoopRunTests : CoroutineTest
{
    [Fact]
    public void Run_OfAFunctionWithAResult_ReturnsIt()
    {
        Assert.Equal(42, Run(static async () =>
        {
            await Coroutine.Yield();
            return 42;
        }));
        Assert.Equal(7, Run(static () => Task.FromResult(7)));
    }

    [Fact]
    public void Run_OfAFunctionThatThrows_ThrowsTheSame()
    {
        var sync = new InvalidTimeZoneException("at once");
        var late = new InvalidTimeZoneException("later");

        Assert.Same(sync, Assert.Throws<InvalidTimeZoneException>(() => Run(() => throw sync)));
        Assert.Same(late, Assert.Throws<InvalidTimeZoneException>(() => Run(async () =>
        {
            await Coroutine.Yield();
            throw late;
        })));
    }

    [Fact]
    public void Run_OfAFunctionThatReturnsNull_SaysSo() =>
        Assert.Contains("main", Assert.Throws<InvalidOperationException>(() => Run(static () => Nothing<Task>()!)).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_InsideOfALoop_IsRefused() => Run(static () =>
    {
        Assert.Contains("spawn", Assert.Throws<InvalidOperationException>(() => EventLoop.Run(static () => Task.CompletedTask)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => EventLoop.Run(static () => Task.FromResult(1)));
        return Task.CompletedTask;
    });

    [Fact]
    public void Run_OneAfterAnotherOnOneThread_LeavesTheThreadAsItWas() => OnThread(() =>
    {
        var context = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(context);
        for (int i = 0; i < 3; i++)
        {
            EventLoop.Run(Forgotten, Unwatched());
            Assert.Null(EventLoop.Current);
            Assert.Null(Coroutine.Current);
            Assert.Same(context, SynchronizationContext.Current);
        }

        Assert.Throws<InvalidTimeZoneException>(() => EventLoop.Run(static () => throw new InvalidTimeZoneException(), Unwatched()));
        Assert.Null(EventLoop.Current);
        Assert.Same(context, SynchronizationContext.Current);
        return true;

        static async Task Forgotten()
        {
            _ = Coroutine.Spawn(Forever);
            await Coroutine.Yield();
        }
    });

    [Fact]
    public void Run_WhenTheFunctionEnds_KillsWhatItLeftBehind()
    {
        bool isCleanedUp = false;
        bool hasBegun = false;
        Coroutine? left = null;
        Coroutine? late = null;
        Run(async () =>
        {
            left = Coroutine.Spawn(async () =>
            {
                try
                {
                    await Forever();
                }
                finally
                {
                    await Coroutine.Shield(static () => Turns());
                    isCleanedUp = true;
                }
            });
            await Coroutine.Yield();
            late = Coroutine.Spawn(() =>
            {
                hasBegun = true;
                return Task.CompletedTask;
            });
        });

        Assert.True(isCleanedUp);
        Assert.False(hasBegun);
        Assert.Equal((CoroutineState.Cancelled, CoroutineState.Cancelled), (left!.State, late!.State));
    }

    [Fact]
    public void Run_WithSettingsOutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(Forever, new EventLoopOptions { BlockedAfter = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(Forever, new EventLoopOptions { ShutdownTimeout = TimeSpan.FromSeconds(-2) }));
        Assert.Throws<ArgumentNullException>(() => Run(Forever, new EventLoopOptions { TimeProvider = null! }));
        Assert.Throws<ArgumentNullException>(() => EventLoop.Run((Func<Task>)null!));
    }

    [Fact]
    public void Spawn_OfMany_BeginsThemInTheirOrder()
    {
        var begun = new List<int>();
        Run(async () =>
        {
            Coroutine[] all = [.. Enumerable.Range(0, 1_000).Select(i => Coroutine.Spawn(() =>
            {
                begun.Add(i);
                return Task.CompletedTask;
            }))];
            Assert.Empty(begun);
            await Coroutine.JoinAll(all);
        });

        Assert.Equal(Enumerable.Range(0, 1_000), begun);
    }

    [Fact]
    public void Await_OfAllKinds_ComesBackToTheSameThreadAndCoroutine() => Run(static async () =>
    {
        int thread = Environment.CurrentManagedThreadId;
        Coroutine own = Coroutine.Current!;
        void Check()
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Assert.Same(own, Coroutine.Current);
            Assert.Same(own.Loop, EventLoop.Current);
        }

        await Coroutine.Yield();
        Check();
        await Coroutine.Sleep(Short);
        Check();
        await Coroutine.Spawn(static () => Turns());
        Check();
        await Task.Yield();
        Check();
        await Task.Run(static () => 1);
        Check();
        TaskCompletionSource source = new();
        new Thread(source.SetResult) { IsBackground = true }.UnsafeStart();
        await source.Task;
        Check();
        await Coroutine.RunBlocking(() => Assert.NotEqual(thread, Environment.CurrentManagedThreadId));
        Check();
        await Task.WhenAll(Turns(), Coroutine.Sleep(Short).AsTask(), Task.Run(static () => 1));
        Check();
    });

    [Fact]
    public void ConfigureAwait_False_LeavesTheLoopAndTheCallerComesBack() => Run(static async () =>
    {
        int thread = Environment.CurrentManagedThreadId;
        await Elsewhere();
        Assert.Equal(thread, Environment.CurrentManagedThreadId);
        Assert.Same(EventLoop.Current!.Name, Coroutine.Current!.Loop.Name);

        static async Task Elsewhere()
        {
            await LeaveLoop().ConfigureAwait(false);
            Assert.Null(Coroutine.Current);
            Assert.Contains("ConfigureAwait", Assert.Throws<InvalidOperationException>(static () => Coroutine.Yield()).Message, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void Members_OutsideOfALoop_SayWhatTheyNeed()
    {
        Assert.Null(EventLoop.Current);
        Assert.Throws<InvalidOperationException>(static () => Coroutine.Yield());
        Assert.Throws<InvalidOperationException>(static () => { _ = Coroutine.Sleep(Short).AsTask(); });
        Assert.Throws<InvalidOperationException>(static () => Coroutine.Spawn(static () => Task.CompletedTask));
        Assert.Throws<InvalidOperationException>(static () => Coroutine.Timeout(Short));
        Assert.Throws<InvalidOperationException>(static () => { _ = Coroutine.RunBlocking(static () => 1); });
    }

    private static T? Nothing<T>()
        where T : class => null;

    [Fact]
    public void GetStatistics_OfALoop_CountsItsCoroutinesStepsAndTimers() => Run(static async () =>
    {
        EventLoop loop = EventLoop.Current!;
        _ = Coroutine.Spawn(static () => Coroutine.Sleep(Long).AsTask());
        Coroutine ended = Coroutine.Spawn(static () => Task.CompletedTask);
        await ended;
        EventLoopStatistics before = loop.GetStatistics();
        Assert.Equal((2, 3L, 1), (before.Coroutines, before.Started, before.Timers));
        await Coroutine.Sleep(Short);
        EventLoopStatistics after = loop.GetStatistics();
        Assert.True(after.Steps > before.Steps && after.Sleeps > before.Sleeps, $"{before} {after}");
        Assert.Contains("2 coroutines", loop.ToString(), StringComparison.Ordinal);
    });
}
