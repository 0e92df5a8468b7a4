using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Scopes of time: which expire, what they leave alone, and how they are used.</summary>
public sealed class TimeoutScopeTests : CoroutineTest
{
    [Fact]
    public void Timeout_OfWhatEndsInTime_LeavesNothingBehind() => Run(static async () =>
    {
        Assert.Equal(3, await Coroutine.WithTimeout(Long, static async () =>
        {
            await Turns();
            return 3;
        }));
        using (TimeoutScope scope = Coroutine.Timeout(Long, "named"))
        {
            Assert.Equal(("named", Long, false), (scope.Name, scope.Limit, scope.IsExpired));
            Assert.Equal(1, scope.Root.Loop.GetStatistics().Timers);
            await Coroutine.Yield();
        }

        await Coroutine.Yield();
        Assert.Equal(0, EventLoop.Current!.GetStatistics().Timers);
    });

    [Fact]
    public void Timeout_OfWhatDoesNotEnd_Throws() => Run(static async () =>
    {
        using TimeoutScope scope = Coroutine.Timeout(Short, "named");
        ScopeTimeoutException error = await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
        Assert.Same(scope, error.Scope);
        Assert.Contains("'named'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'main'", error.Message, StringComparison.Ordinal);
        Assert.True(scope.IsExpired);

        // And again, until it is disposed.
        await Assert.ThrowsAsync<ScopeTimeoutException>(async () => await Coroutine.Yield());
        await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
        scope.Dispose();
        await Turns();
        Assert.True(scope.IsExpired);
    });

    [Fact]
    public void WithTimeout_OfAWaitOfEachKind_EndsIt() => Run(static async () =>
    {
        Coroutine child = Coroutine.Spawn(Forever);
        Func<Task>[] waits =
        [
            Forever,
            static () => Coroutine.Sleep(Long).AsTask(),
            async () => await child,
            static () => Coroutine.Await(new TaskCompletionSource().Task),
            static () => TaskGroup.Run(static group =>
            {
                _ = group.Spawn(Forever);
                return Task.CompletedTask;
            }),
            static async () =>
            {
                while (true)
                {
                    await Coroutine.Yield();
                }
            },
        ];
        foreach (Func<Task> wait in waits)
        {
            await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, wait));
        }

        Assert.True(child.IsAlive);
        child.Kill();
    });

    [Fact]
    public void Timeout_OfNoTime_EndsTheFirstWaitThatWaits() => Run(static async () =>
    {
        Assert.Equal(3, await Coroutine.WithTimeout(TimeSpan.Zero, static () => Task.FromResult(3)));
        await Assert.ThrowsAsync<ScopeTimeoutException>(static () => Coroutine.WithTimeout(TimeSpan.Zero, Forever));
    });

    [Fact]
    public void Timeout_OfInfiniteTime_NeverExpires() => Run(static async () =>
    {
        foreach (TimeSpan limit in new[] { Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromDays(100 * 366) })
        {
            using TimeoutScope scope = Coroutine.Timeout(limit);
            await Coroutine.Sleep(Short);
            await Turns();
            Assert.False(scope.IsExpired);
        }
    });

    [Fact]
    public void Timeout_OfANegativeTime_IsRefused() => Run(static async () =>
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => Coroutine.Timeout(TimeSpan.FromMilliseconds(-5)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(static () => Coroutine.WithTimeout(TimeSpan.MinValue, Forever));
        using TimeoutScope scope = Coroutine.Timeout(Long);
        Assert.Throws<ArgumentOutOfRangeException>(() => scope.Reschedule(TimeSpan.FromTicks(-3)));
        scope.Dispose();
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scope.Reschedule(Long));
    });

    [Fact]
    public void Reschedule_ToLater_WaitsLonger() => Run(static async () =>
    {
        using TimeoutScope scope = Coroutine.Timeout(TimeSpan.FromMilliseconds(20));
        scope.Reschedule(Long);
        Assert.Equal(1, scope.Root.Loop.GetStatistics().Timers);
        await Coroutine.Sleep(TimeSpan.FromMilliseconds(25));
        Assert.Equal((false, Long), (scope.IsExpired, scope.Limit));
        scope.Reschedule(Timeout.InfiniteTimeSpan);
        Assert.Equal(0, scope.Root.Loop.GetStatistics().Timers);
    });

    [Fact]
    public void Reschedule_ToEarlier_EndsEarlier() => Run(static async () =>
    {
        using TimeoutScope scope = Coroutine.Timeout(Long);
        _ = Coroutine.Spawn(() =>
        {
            scope.Reschedule(TimeSpan.Zero);
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
    });

    [Fact]
    public void Reschedule_OfAnExpiredScope_LetsItsWaitsWorkAgain() => Run(static async () =>
    {
        using TimeoutScope scope = Coroutine.Timeout(TimeSpan.Zero);
        await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
        scope.Reschedule(Long);
        Assert.False(scope.IsExpired);
        await Turns();
        await Coroutine.Sleep(Short);
    });

    [Fact]
    public void Reschedule_BeforeAnotherFlowHasSeenTheExpiry_DoesNotTakeItBack() => Run(static async () =>
    {
        Coroutine child = Coroutine.Spawn(Forever);
        using TimeoutScope scope = Coroutine.Timeout(Short);
        async Task Rescheduling()
        {
            await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
            scope.Reschedule(Long);
        }

        Task waiting = Assert.ThrowsAsync<ScopeTimeoutException>(async () => await child);
        await Rescheduling();
        await waiting;
        child.Kill();
    });

    [Fact]
    public void Dispose_InTheWrongOrder_IsRefused() => Run(static async () =>
    {
        TimeoutScope outer = Coroutine.Timeout(Long, "outer");
        TimeoutScope inner = Coroutine.Timeout(Long, "inner");
        Assert.Contains("'outer'", Assert.Throws<InvalidOperationException>(outer.Dispose).Message, StringComparison.Ordinal);
        inner.Dispose();
        outer.Dispose();
        await Coroutine.Yield();
        Assert.Equal(0, EventLoop.Current!.GetStatistics().Timers);
    });

    [Fact]
    public void Dispose_BehindConfigureAwaitFalse_TakesTheTimerOut() => Run(static async () =>
    {
        await Elsewhere();
        while (EventLoop.Current!.GetStatistics().Timers != 0)
        {
            await Coroutine.Yield();
        }

        static async Task Elsewhere()
        {
            using TimeoutScope scope = Coroutine.Timeout(Long);
            await LeaveLoop().ConfigureAwait(false);
            Assert.Null(EventLoop.Current);
        }
    });

    [Fact]
    public void Timeout_OfAForeignTask_ComesAtTheNextWait() => Run(static async () =>
    {
        bool hasGoneOn = false;
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(TimeSpan.Zero, async () =>
        {
            var foreign = new TaskCompletionSource();
            _ = Coroutine.Spawn(async () =>
            {
                await Coroutine.Sleep(Short);
                foreign.SetResult();
            });
            await foreign.Task;
            hasGoneOn = true;
            await Coroutine.Yield();
        }));
        Assert.True(hasGoneOn);
    });

    [Fact]
    public void Timeout_OfWhatThrowsItself_ThrowsThat() => Run(static async () =>
    {
        await Assert.ThrowsAsync<InvalidTimeZoneException>(static () => Coroutine.WithTimeout(Short, static async () =>
        {
            try
            {
                await Forever();
            }
            catch (ScopeTimeoutException)
            {
                throw new InvalidTimeZoneException();
            }
        }));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(static () => Coroutine.WithTimeout(Long, static () => throw new InvalidTimeZoneException()));
    });
}
