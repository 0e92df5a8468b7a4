using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="ICondition"/> keeps, over a lock of either kind.</summary>
public abstract partial class ConditionContract : SynchronizationTest
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    private protected ConditionContract(Setting setting)
        : base(setting)
    {
    }

    /// <summary>The lock that conditions are over; null for the one that comes by itself.</summary>
    private protected virtual ILock? CreateLock() => null;

    private ICondition Create() => Scope.CreateCondition(CreateLock());

    [Fact]
    public void Acquire_OfACondition_IsThatOfItsLock()
    {
        ICondition condition = Create();

        Hold hold = condition.Acquire();
        Assert.True(condition.Lock.IsHeldByCaller);
        Assert.False(IsFree(condition));
        hold.Release();
        Assert.True(IsFree(condition));
        using (condition.Lock.Acquire())
        {
            Assert.False(IsFree(condition));
        }
    }

    [Fact]
    public async Task AcquireAsync_OfACondition_IsThatOfItsLock()
    {
        ICondition condition = Create();

        using (await condition.AcquireAsync())
        {
            Assert.True(condition.Lock.IsHeldByCaller);
            Assert.False(IsFree(condition));
        }

        Assert.True(IsFree(condition));
    }

    [Fact]
    public async Task Wait_WithoutAHoldOfItsLock_IsRefused()
    {
        ICondition condition = Create();
        Hold released = condition.Acquire();
        released.Release();
        using ILock other = Scope.CreateLock();
        using Hold foreign = other.Acquire();

        foreach (Hold hold in new[] { default, released, foreign })
        {
            Assert.Throws<SynchronizationException>(() => condition.Wait(hold));
            Assert.Throws<SynchronizationException>(() => condition.Wait(hold, s_short));
            Assert.Throws<SynchronizationException>(() => condition.WaitFor(hold, static () => true));
            await Assert.ThrowsAsync<SynchronizationException>(async () => await condition.WaitAsync(hold));
            await Assert.ThrowsAsync<SynchronizationException>(async () => await condition.WaitAsync(hold, s_short));
            await Assert.ThrowsAsync<SynchronizationException>(async () => await condition.WaitForAsync(hold, static () => true));
        }

        Assert.True(foreign.IsHeld);
        Assert.True(IsFree(condition));
        Assert.Equal(0, condition.GetStatistics().Waiting);
    }

    [Fact]
    public void Notify_WithoutAHoldOfItsLock_IsRefused()
    {
        ICondition condition = Create();
        Hold released = condition.Acquire();
        released.Release();
        using ILock other = Scope.CreateLock();
        using Hold foreign = other.Acquire();

        foreach (Hold hold in new[] { default, released, foreign })
        {
            Assert.Throws<SynchronizationException>(() => condition.Notify(hold));
            Assert.Throws<SynchronizationException>(() => condition.NotifyAll(hold));
        }
    }

    [Fact]
    public void Notify_OfNoneOrLess_IsRefused()
    {
        ICondition condition = Create();
        using Hold hold = condition.Acquire();

        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => condition.Notify(hold, 0)).ParamName);
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => condition.Notify(hold, -1)).ParamName);
    }

    [Fact]
    public void Notify_WhenNobodyWaits_IsForgotten()
    {
        ICondition condition = Create();
        using Hold hold = condition.Acquire();

        Assert.Equal((0, 0, 0), (condition.Notify(hold), condition.Notify(hold, 3), condition.NotifyAll(hold)));
        Assert.False(condition.Wait(hold, TimeSpan.Zero));
        Assert.False(condition.Wait(hold, s_short));
    }

    [Fact]
    public async Task Wait_WhenTheTimeIsOver_IsFalseWithTheLockHeld()
    {
        ICondition condition = Create();
        using Hold hold = await condition.AcquireAsync();

        foreach (TimeSpan timeout in new[] { TimeSpan.Zero, s_short })
        {
            long begin = TimeProvider.System.GetTimestamp();
            Assert.False(condition.Wait(hold, timeout));
            Assert.True(TimeProvider.System.GetElapsedTime(begin) >= timeout);
            Assert.True(hold.IsHeld);
            Assert.False(await condition.WaitAsync(hold, timeout));
            Assert.True(hold.IsHeld);
        }

        Assert.False(IsFree(condition));
        Assert.Equal(0, condition.GetStatistics().Waiting);
    }

    [Fact]
    public async Task Wait_WithANegativeTime_IsRefusedWithTheLockHeld()
    {
        ICondition condition = Create();
        using Hold hold = await condition.AcquireAsync();

        foreach (TimeSpan timeout in new[] { TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => condition.Wait(hold, timeout));
            Assert.Throws<ArgumentOutOfRangeException>(() => condition.WaitFor(hold, static () => false, timeout));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await condition.WaitAsync(hold, timeout));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await condition.WaitForAsync(hold, static () => false, timeout));
        }

        Assert.True(hold.IsHeld);
        Assert.False(IsFree(condition));
    }

    [Fact]
    public void Wait_OfOne_ReleasesTheLockAndHasItBack()
    {
        ICondition condition = Create();
        Task<string> waiter = OnThread(() =>
        {
            Hold hold = condition.Acquire();
            condition.Wait(hold);
            string seen = $"{hold.IsHeld} {condition.Lock.IsHeldByCaller}";
            hold.Release();
            return $"{seen} {hold.IsHeld}";
        });
        UntilWaiting(condition, 1);

        // It is in the queue first, and lets go of the lock then: getting the lock says that it did.
        Hold mine = condition.Acquire();
        Assert.Equal(1, condition.Notify(mine));
        Assert.Equal(0, condition.GetStatistics().Waiting);
        // Notified, but the lock is still mine.
        UntilWaiting(condition.Lock, 1);
        Assert.False(waiter.IsCompleted);
        mine.Release();

        Assert.Equal("True True False", End(waiter));
        Assert.True(IsFree(condition));
    }

    [Fact]
    public void Wait_WhoseTimeIsOverWhileTheLockIsHeld_HasItBackFirst()
    {
        ICondition condition = Create();
        Task<bool> waiter = WaitOnThread(condition, hold => condition.Wait(hold, TimeSpan.FromMilliseconds(200)));
        UntilWaiting(condition, 1);
        using (Holder.Of(() => condition.Acquire()))
        {
            // On a machine that is very busy the time may be over before the lock is held.
            bool isInTime = condition.GetStatistics().Waiting == 1;
            UntilWaiting(condition, 0);
            Assert.False(isInTime && waiter.IsCompleted);
        }

        Assert.False(End(waiter));
        Assert.True(IsFree(condition));
    }

    [Fact]
    public void Wait_CancelledWhileTheLockIsHeld_HasItBackFirst()
    {
        ICondition condition = Create();
        using var source = new CancellationTokenSource();
        bool heldAfter = false;
        Task<bool> waiter = WaitOnThread(condition, hold =>
        {
            Assert.Equal(source.Token, Assert.ThrowsAny<OperationCanceledException>(() => condition.Wait(hold, source.Token)).CancellationToken);
            return heldAfter = hold.IsHeld;
        });
        UntilWaiting(condition, 1);
        using (Holder.Of(() => condition.Acquire()))
        {
            source.Cancel();
            UntilWaiting(condition.Lock, 1);
            Assert.False(waiter.IsCompleted);
        }

        Assert.True(End(waiter) && heldAfter);
        Assert.Equal((0, 1), (condition.GetStatistics().Waiting, condition.GetStatistics().Timeouts));
    }

    [Fact]
    public async Task Wait_WithACancelledToken_ThrowsWithTheLockHeld()
    {
        ICondition condition = Create();
        using Hold hold = await condition.AcquireAsync();
        var cancelled = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => condition.Wait(hold, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => condition.Wait(hold, s_short, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => condition.WaitFor(hold, static () => false, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await condition.WaitAsync(hold, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await condition.WaitForAsync(hold, static () => false, null, cancelled));

        Assert.True(hold.IsHeld);
        Assert.False(IsFree(condition));
    }

    private static bool IsFree(ICondition condition) => new AcquirableLock(condition.Lock).IsFree();

    /// <summary>Acquires on a thread of its own, does that, and releases.</summary>
    private static Task<T> WaitOnThread<T>(ICondition condition, Func<Hold, T> wait) => OnThread(() =>
    {
        using Hold hold = condition.Acquire();
        return wait(hold);
    });
}
