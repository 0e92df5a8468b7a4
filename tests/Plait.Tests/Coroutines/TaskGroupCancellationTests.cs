using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Groups inside groups, in scopes of time, and in coroutines that are killed.</summary>
public sealed class TaskGroupCancellationTests : CoroutineTest
{
    [Fact]
    public void Kill_WhileTheGroupWaits_EndsTheChildrenFirst() => Run(static async () =>
    {
        bool isCleanedUp = false;
        Coroutine running = Coroutine.Spawn(() => TaskGroup.Run(group =>
        {
            _ = group.Spawn(async () =>
            {
                try
                {
                    await Forever();
                }
                finally
                {
                    await Coroutine.Shield(static () => Turns(10));
                    isCleanedUp = true;
                }
            });
            return Task.CompletedTask;
        }));
        await Turns();
        running.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await running);
        Assert.Equal((true, CoroutineState.Cancelled), (isCleanedUp, running.State));
    });

    [Fact]
    public void Kill_WhileTheFunctionWaits_EndsBoth() => Run(static async () =>
    {
        Coroutine child = null!;
        Coroutine running = Coroutine.Spawn(() => TaskGroup.Run(async group =>
        {
            child = group.Spawn(Forever);
            await Forever();
        }));
        await Turns();
        running.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await running);
        Assert.Equal(CoroutineState.Cancelled, child.State);
    });

    [Fact]
    public void Kill_WhileChildrenFailInTheirCleanup_ThrowsTheErrors() => Run(static async () =>
    {
        Coroutine running = Coroutine.Spawn(static () => TaskGroup.Run(static group =>
        {
            _ = group.Spawn(static async () =>
            {
                try
                {
                    await Forever();
                }
                catch (OperationCanceledException)
                {
                    throw new DivideByZeroException();
                }
            });
            return Task.CompletedTask;
        }));
        await Turns();
        running.Kill();
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(async () => await running);
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
    });

    [Fact]
    public void Timeout_AroundAGroup_EndsItAndThrows() => Run(static async () =>
    {
        Coroutine child = null!;
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, () => TaskGroup.Run(group =>
        {
            child = group.Spawn(Forever);
            return Task.CompletedTask;
        })));
        Assert.Equal(CoroutineState.Cancelled, child.State);
        await Turns();
    });

    [Fact]
    public void Timeout_InsideAGroupsFunction_IsAnErrorOfTheGroup() => Run(static async () =>
    {
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(static () => TaskGroup.Run(static _ => Coroutine.WithTimeout(Short, Forever)));
        Assert.IsType<ScopeTimeoutException>(Assert.Single(error.InnerExceptions));
    });

    [Fact]
    public void Nested_WhenAnInnerChildFails_EndsBothGroups() => Run(static async () =>
    {
        Coroutine outerChild = null!;
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(async outer =>
        {
            outerChild = outer.Spawn(Forever);
            await TaskGroup.Run(static inner =>
            {
                _ = inner.Spawn(static () => throw new DivideByZeroException());
                return Task.CompletedTask;
            });
        }));
        AggregateException inner = Assert.IsType<AggregateException>(Assert.Single(error.InnerExceptions));
        Assert.IsType<DivideByZeroException>(Assert.Single(inner.InnerExceptions));
        Assert.Equal(CoroutineState.Cancelled, outerChild.State);
    });

    [Fact]
    public void Nested_WhenAnOuterChildFails_EndsTheInnerWithoutAnErrorOfItsOwn() => Run(static async () =>
    {
        Coroutine innerChild = null!;
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(async outer =>
        {
            _ = outer.Spawn(static async () =>
            {
                await Turns();
                throw new DivideByZeroException();
            });
            await TaskGroup.Run(inner =>
            {
                innerChild = inner.Spawn(Forever);
                return Task.CompletedTask;
            });
        }));
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
        Assert.Equal(CoroutineState.Cancelled, innerChild.State);
    });

    [Fact]
    public void Nested_WhenTheInnerIsCancelled_TheOuterGoesOn() => Run(static async () =>
    {
        await TaskGroup.Run(static async outer =>
        {
            Coroutine child = outer.Spawn(static () => Turns(20));
            await TaskGroup.Run(static async inner =>
            {
                _ = inner.Spawn(Forever);
                inner.Cancel();
                await Forever();
            });
            Assert.False(outer.IsEnding);
            await child;
            Assert.Equal(CoroutineState.Succeeded, child.State);
        });
    });

    [Fact]
    public void Shield_InAChildOfAGroupThatEnds_RunsToItsEnd() => Run(static async () =>
    {
        var log = new List<string>();
        await TaskGroup.Run(async group =>
        {
            _ = group.Spawn(async () =>
            {
                await Coroutine.Shield(async () =>
                {
                    await Turns(10);
                    log.Add("shielded");
                });
                await Coroutine.Yield();
                log.Add("never");
            });
            await Coroutine.Yield();
            group.Cancel();
        });
        Assert.Equal(["shielded"], log);
    });

    [Fact]
    public void Run_InAKilledCoroutine_ThrowsAtItsEnd() => Run(static async () =>
    {
        bool hasRun = false;
        Coroutine running = Coroutine.Spawn(async () =>
        {
            Coroutine.Current!.Kill();
            await TaskGroup.Run(_ =>
            {
                hasRun = true;
                return Task.CompletedTask;
            });
        });
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await running);
        Assert.True(hasRun);
    });

    [Fact]
    public Task Run_OutsideOfACoroutine_IsRefused() =>
        Assert.ThrowsAsync<InvalidOperationException>(static () => TaskGroup.Run(static _ => Task.CompletedTask)).InTime();
}
