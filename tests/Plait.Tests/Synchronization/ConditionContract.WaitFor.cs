using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Predicates, recursion, and the end of conditions.</content>
public abstract partial class ConditionContract
{
    [Fact]
    public async Task WaitFor_WhatIsTrueAlready_DoesNotWait()
    {
        ICondition condition = Create();
        using Hold hold = await condition.AcquireAsync();

        Assert.True(condition.WaitFor(hold, static () => true));
        Assert.True(condition.WaitFor(hold, static () => true, TimeSpan.Zero));
        Assert.True(condition.WaitFor(hold, static () => true, Timeout.InfiniteTimeSpan));
        Assert.True(await condition.WaitForAsync(hold, static () => true));

        Assert.Equal(0, condition.GetStatistics().Waits);
        Assert.True(hold.IsHeld);
    }

    [Fact]
    public void WaitFor_WhatUnitsMakeTrue_EndsWhenItIs()
    {
        ICondition condition = Create();
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        Task<string> unit = Start(WaitForFour, condition, path, Waits.Hang);

        for (int i = 1; i <= 4; i++)
        {
            UntilWaiting(condition, 1);
            Assert.False(unit.IsCompleted);
            using Hold hold = condition.Acquire();
            numbers[1] = i;
            Assert.Equal(1, condition.Notify(hold));
        }

        // Asked at first, and after each notification.
        Assert.Equal("True True 5", End(unit));
    }

    [Fact]
    public void WaitFor_WhatDoesNotBecomeTrueInTime_IsFalse()
    {
        ICondition condition = Create();
        string path = NewNumbers();

        Assert.StartsWith("False True ", End(Start(WaitForFour, condition, path, s_short)), StringComparison.Ordinal);

        using Hold hold = condition.Acquire();
        Assert.False(condition.WaitFor(hold, static () => false, TimeSpan.Zero));
        Assert.False(condition.WaitFor(hold, static () => false, s_short));
        Assert.True(hold.IsHeld);
    }

    [Fact]
    public void WaitFor_WhatIsTrueWhenTheTimeIsOver_IsTrue()
    {
        ICondition condition = Create();
        int asked = 0;
        using Hold hold = condition.Acquire();

        // Nobody notifies: the answer counts that is given last.
        Assert.True(condition.WaitFor(hold, () => ++asked > 1, s_short));
        Assert.Equal(2, asked);
    }

    [Fact]
    public void WaitFor_APredicateThatIsAsked_RunsWithTheLockHeld()
    {
        ICondition condition = Create();
        Task<bool> waiter = WaitOnThread(condition, hold =>
        {
            int asked = 0;
            bool always = true;
            bool end = condition.WaitFor(hold, () =>
            {
                always &= hold.IsHeld && condition.Lock.IsHeldByCaller;
                return ++asked == 3;
            });
            return end && always;
        });
        for (int i = 0; i < 2; i++)
        {
            UntilWaiting(condition, 1);
            using Hold hold = condition.Acquire();
            condition.NotifyAll(hold);
        }

        Assert.True(End(waiter));
    }

    [Fact]
    public async Task WaitFor_APredicateThatThrows_ThrowsItWithTheLockHeld()
    {
        ICondition condition = Create();
        using Hold hold = await condition.AcquireAsync();

        Assert.Throws<InvalidDataException>(() => condition.WaitFor(hold, static () => throw new InvalidDataException()));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await condition.WaitForAsync(hold, static () => throw new InvalidDataException()));
        Assert.Throws<ArgumentNullException>(() => condition.WaitFor(hold, null!));

        Assert.True(hold.IsHeld);
        Assert.False(IsFree(condition));
    }

    [Fact]
    public async Task WaitForAsync_WhatBecomesTrue_EndsWhenItIs()
    {
        ICondition condition = Create();
        int state = 0;
        Task<bool> flow = InFlow(async () =>
        {
            using Hold hold = await condition.AcquireAsync();
            return await condition.WaitForAsync(hold, () => state == 2) && hold.IsHeld;
        });
        for (int i = 0; i < 2; i++)
        {
            UntilWaiting(condition, 1);
            using Hold hold = await condition.AcquireAsync();
            state++;
            condition.Notify(hold);
        }

        Assert.True(await flow.InTime());
    }

    [Fact]
    public void Wait_AfterDispose_IsRefused()
    {
        ICondition condition = Create();
        ILock gate = condition.Lock;
        Hold hold = condition.Acquire();

        condition.Dispose();

        Assert.Throws<ObjectDisposedException>(() => condition.Wait(hold));
        Assert.Throws<ObjectDisposedException>(() => condition.Notify(hold));
        Assert.Throws<ObjectDisposedException>(() => condition.NotifyAll(hold));
        Assert.True(hold.IsHeld);
        hold.Release();
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Create_OverALockOfAnotherScope_IsRefused()
    {
        using IScope other = Scope.IsShared ? ThreadScope.Create() : ProcessScope.Create();
        using ILock foreign = other.CreateLock();
        using ILock near = NewScope().CreateLock();

        Assert.Equal("over", Assert.Throws<ArgumentException>(() => Scope.CreateCondition(foreign)).ParamName);
        Assert.Equal("over", Assert.Throws<ArgumentException>(() => Scope.CreateCondition(near)).ParamName);
    }

    [Fact]
    public void Create_OverALock_SharesItWithOthers()
    {
        ILock gate = CreateLock() ?? Scope.CreateReentrantLock();
        ICondition full = Scope.CreateCondition(gate);
        ICondition empty = Scope.CreateCondition(gate);
        Task<bool> waiter = WaitOnThread(empty, hold => empty.Wait(hold, Waits.Hang));
        UntilWaiting(empty, 1);

        using (Hold hold = gate.Acquire())
        {
            Assert.Equal((0, 1), (full.NotifyAll(hold), empty.NotifyAll(hold)));
        }

        Assert.True(End(waiter));
    }

    private static string WaitForFour(ICondition condition, string path, TimeSpan timeout)
    {
        using var numbers = new Numbers(path);
        int asked = 0;
        using Hold hold = condition.Acquire();
        bool isTrue = condition.WaitFor(
            hold,
            () =>
            {
                asked++;
                return numbers[1] == 4;
            },
            timeout);
        return $"{isTrue} {hold.IsHeld} {asked}";
    }
}
