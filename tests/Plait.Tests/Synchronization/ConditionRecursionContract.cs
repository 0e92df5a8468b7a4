using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>Conditions over reentrant locks: the whole recursion is released for the wait, and is back after it.</summary>
public abstract class ConditionRecursionContract : SynchronizationTest
{
    private protected ConditionRecursionContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Lock_OfAConditionWithoutOne_IsReentrant()
    {
        ICondition condition = Scope.CreateCondition();

        using Hold outer = condition.Acquire();
        using Hold inner = condition.Acquire();

        Assert.Equal(2, Assert.IsType<IReentrantLock>(condition.Lock, exactMatch: false).RecursionCount);
    }

    [Fact]
    public void Wait_ByAUnitWithManyHolds_ReleasesAllAndHasAllBack()
    {
        ICondition condition = Scope.CreateCondition();
        Task<string> unit = Start(WaitThreeDeep, condition);
        UntilWaiting(condition, 1);

        Assert.False(condition.Lock.IsHeld);
        using (Hold hold = condition.Acquire())
        {
            condition.Notify(hold);
        }

        Assert.Equal("3 2 1 0", End(unit));
        Assert.False(condition.Lock.IsHeld);
    }

    [Fact]
    public async Task WaitAsync_ByAFlowWithManyHolds_ReleasesAllAndHasAllBack()
    {
        ICondition condition = Scope.CreateCondition();
        var gate = (IReentrantLock)condition.Lock;
        Task<string> flow = InFlow(async () =>
        {
            using Hold outer = await condition.AcquireAsync();
            using Hold inner = await condition.AcquireAsync();
            await condition.WaitAsync(outer);
            bool kept = outer.IsHeld && inner.IsHeld;
            return $"{gate.RecursionCount} {kept}";
        });
        UntilWaiting(condition, 1);
        Assert.False(gate.IsHeld);

        using (Hold hold = await condition.AcquireAsync())
        {
            condition.Notify(hold);
        }

        Assert.Equal("2 True", await flow.InTime());
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Wait_WhoseTimeIsOver_HasAllHoldsBack()
    {
        ICondition condition = Scope.CreateCondition();
        var gate = (IReentrantLock)condition.Lock;
        using Hold outer = condition.Acquire();
        using Hold inner = condition.Acquire();

        Assert.False(condition.Wait(inner, TimeSpan.FromMilliseconds(5)));
        Assert.ThrowsAny<OperationCanceledException>(() => condition.Wait(outer, new CancellationToken(canceled: true)));

        Assert.Equal((2, true, true), (gate.RecursionCount, outer.IsHeld, inner.IsHeld));
    }

    private static string WaitThreeDeep(ICondition condition)
    {
        var gate = (IReentrantLock)condition.Lock;
        Hold[] holds = [condition.Acquire(), condition.Acquire(), condition.Acquire()];
        condition.Wait(holds[1]);
        string counts = $"{gate.RecursionCount}";
        foreach (Hold hold in holds)
        {
            hold.Release();
            counts += $" {gate.RecursionCount}";
        }

        return counts;
    }
}

public sealed class ThreadScopeConditionRecursionTests() : ConditionRecursionContract(Setting.Threads);

public sealed class ConditionRecursionBetweenProcessesTests() : ConditionRecursionContract(Setting.Processes);
