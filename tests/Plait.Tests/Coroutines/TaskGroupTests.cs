using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Groups: none outlives its group, and no error is lost.</summary>
public sealed class TaskGroupTests : CoroutineTest
{
    [Fact]
    public void Run_OfChildrenThatEnd_WaitsForAll() => Run(static async () =>
    {
        Coroutine<int> one = null!;
        Coroutine two = null!;
        int result = await TaskGroup.Run(async group =>
        {
            one = group.Spawn(static async () =>
            {
                await Turns();
                return 42;
            });
            two = group.Spawn(static () => Coroutine.Sleep(Short).AsTask(), "two");
            Assert.Equal(2, group.Count);
            await Coroutine.Yield();
            return 3;
        });
        Assert.Equal((3, 42, "two"), (result, await one, two.Name));
        Assert.False(two.IsAlive);
        await TaskGroup.Run(static _ => Task.CompletedTask);
    });

    [Fact]
    public void Run_WhenAChildFails_KillsTheOthersAndThrowsItsError() => Run(static async () =>
    {
        Coroutine other = null!;
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(
            group =>
            {
                other = group.Spawn(Forever);
                _ = group.Spawn(Fail);
                return Task.CompletedTask;
            },
            "uploads"));
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
        Assert.Contains("'uploads'", error.Message, StringComparison.Ordinal);
        Assert.Equal((CoroutineState.Cancelled, true), (other.State, other.IsKilled));
    });

    [Fact]
    public void Run_WhenAChildFailsWhileTheFunctionWaits_EndsTheWait() => Run(static async () =>
    {
        bool hasGoneOn = false;
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(async group =>
        {
            _ = group.Spawn(Fail);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(Forever);
            Assert.True(group.IsEnding);
            await Forever();
            hasGoneOn = true;
        }));
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
        Assert.False(hasGoneOn);
        await Turns();
        Assert.False(Coroutine.Current!.IsKilled);
    });

    [Fact]
    public void Run_WhenTheFunctionFails_KillsTheChildren() => Run(static async () =>
    {
        Coroutine child = null!;
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(async group =>
        {
            child = group.Spawn(Forever);
            await Coroutine.Yield();
            throw new DivideByZeroException();
        }));
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
        Assert.Equal(CoroutineState.Cancelled, child.State);
    });

    [Fact]
    public void Run_WhenSeveralFail_ThrowsAllErrors() => Run(static async () =>
    {
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(async group =>
        {
            _ = group.Spawn(Fail);
            _ = group.Spawn(static async () =>
            {
                try
                {
                    await Forever();
                }
                catch (OperationCanceledException)
                {
                    throw new InvalidTimeZoneException();
                }
            });
            try
            {
                await Forever();
            }
            catch (OperationCanceledException)
            {
                throw new InvalidDataException();
            }
        }));
        Assert.Equal(["DivideByZeroException", "InvalidDataException", "InvalidTimeZoneException"], error.InnerExceptions.Select(static inner => inner.GetType().Name).Order());
    });

    [Fact]
    public void Run_WhenTheFunctionAwaitsTheChildThatFails_HasItsErrorOnce() => Run(static async () =>
    {
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.Run(static async group => await group.Spawn(Fail)));
        Assert.IsType<DivideByZeroException>(Assert.Single(error.InnerExceptions));
    });

    [Fact]
    public void Run_WhenAChildIsCancelled_IsNoError() => Run(static async () =>
    {
        await TaskGroup.Run(static async group =>
        {
            Coroutine killed = group.Spawn(Forever);
            _ = group.Spawn(static () => throw new OperationCanceledException());
            Coroutine good = group.Spawn(static () => Turns(10));
            await Coroutine.Yield();
            killed.Kill();
            await good;
            Assert.False(group.IsEnding);
        });
    });

    [Fact]
    public void Spawn_FromChildrenWhileTheGroupWaits_JoinsTheGroup() => Run(static async () =>
    {
        int ended = 0;
        await TaskGroup.Run(group =>
        {
            Spread(group, 4);
            return Task.CompletedTask;

            void Spread(TaskGroup group, int depth) => _ = group.Spawn(async () =>
            {
                await Coroutine.Yield();
                if (depth > 0)
                {
                    Spread(group, depth - 1);
                    Spread(group, depth - 1);
                }

                ended++;
            });
        });
        Assert.Equal(31, ended);
    });

    [Fact]
    public void Spawn_AsTheGroupWakes_IsStillWaitedForAndEndsWithIt() => Run(static async () =>
    {
        TaskGroup group = null!;
        Coroutine child = null!;
        Coroutine late = null!;
        Coroutine running = Coroutine.Spawn(() => TaskGroup.Run(own =>
        {
            group = own;
            child = own.Spawn(static () => Turns());
            return Task.CompletedTask;
        }));
        await Coroutine.Yield();
        _ = Coroutine.Spawn(async () =>
        {
            // Goes on before the group's function does, which waits behind it.
            await child;
            late = group.Spawn(Forever);
        });
        await Turns(10);
        Assert.True(running.IsAlive && late.IsAlive);
        running.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await running);
        Assert.Equal(CoroutineState.Cancelled, late.State);
    });

    [Fact]
    public void Spawn_WhenTheGroupIsOver_IsRefused() => Run(static async () =>
    {
        TaskGroup over = null!;
        await TaskGroup.Run(group =>
        {
            over = group;
            return Task.CompletedTask;
        });
        Assert.Throws<InvalidOperationException>(() => over.Spawn(Forever));
        await TaskGroup.Run(static group => Task.Run(() => Assert.Throws<InvalidOperationException>(() => group.Spawn(Forever))));
    });

    [Fact]
    public void Spawn_InAGroupThatEnds_IsKilledAtOnce() => Run(static async () =>
    {
        bool hasBegun = false;
        await TaskGroup.Run(group =>
        {
            group.Cancel();
            _ = group.Spawn(() =>
            {
                hasBegun = true;
                return Task.CompletedTask;
            });
            Assert.Equal(0, group.Count);
            return Task.CompletedTask;
        });
        Assert.False(hasBegun);
    });

    [Fact]
    public void Cancel_OfAGroup_EndsItWithoutAnError() => Run(static async () =>
    {
        Coroutine child = null!;
        await TaskGroup.Run(async group =>
        {
            child = group.Spawn(Forever);
            await Coroutine.Yield();
            group.Cancel();
            group.Cancel();
            await Forever();
        });
        Assert.Equal(CoroutineState.Cancelled, child.State);
        await Turns();
    });

    private static async Task Fail()
    {
        await Coroutine.Yield();
        throw new DivideByZeroException();
    }
}
