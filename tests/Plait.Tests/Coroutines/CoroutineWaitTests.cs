using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>What a coroutine can await besides others: foreign tasks, functions that block, and several things at once.</summary>
public sealed class CoroutineWaitTests : CoroutineTest
{
    [Fact]
    public void Await_OfAForeignTask_BringsItsEnd() => Run(static async () =>
    {
        TaskCompletionSource<int> source = new();
        _ = Coroutine.Spawn(async () =>
        {
            await Coroutine.Yield();
            source.SetResult(3);
        });
        Assert.Equal(3, await Coroutine.Await(source.Task));
        Assert.Equal(3, await Coroutine.Await(source.Task));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(static () => Coroutine.Await(Task.FromException(new InvalidTimeZoneException())));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(static () => Coroutine.Await(Task.Run(static async () =>
        {
            await Task.Yield();
            throw new InvalidTimeZoneException();
        })));
    });

    [Fact]
    public void Await_OfAForeignTaskThatDoesNotEnd_IsEndedByAKill() => Run(static async () =>
    {
        TaskCompletionSource never = new();
        Coroutine waiting = Coroutine.Spawn(() => Coroutine.Await(never.Task));
        await Coroutine.Yield();
        waiting.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await waiting);
        never.SetResult();
        await Turns();
    });

    [Fact]
    public void RunBlocking_OfAFunction_RunsItElsewhereWhileOthersGoOn() => Run(static async () =>
    {
        using var open = new ManualResetEventSlim();
        Coroutine opening = Coroutine.Spawn(() =>
        {
            open.Set();
            return Task.CompletedTask;
        });
        Assert.Equal(3, await Coroutine.RunBlocking(() =>
        {
            InTime(open);
            Assert.Null(Coroutine.Current);
            return 3;
        }));
        await opening;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(static () => Coroutine.RunBlocking(static () => throw new InvalidTimeZoneException()));
    });

    [Fact]
    public void RunBlocking_OfAKilledCoroutine_LeavesTheFunctionAlone() => Run(static async () =>
    {
        using var begun = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        TaskCompletionSource over = new();
        Coroutine waiting = Coroutine.Spawn(() => Coroutine.RunBlocking(() =>
        {
            begun.Set();
            InTime(open);
            over.SetResult();
        }));
        await Coroutine.RunBlocking(() => InTime(begun));
        waiting.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await waiting);
        Assert.False(over.Task.IsCompleted);
        open.Set();
        await over.Task;
    });

    [Fact]
    public void Sleep_AwaitedTwice_IsRefused() => Run(static async () =>
    {
        ValueTask first = Coroutine.Sleep(Short);
        await first;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);

        // Also where the same object serves another sleep by then.
        ValueTask second = Coroutine.Sleep(Short);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        await second;
        ValueTask third = Coroutine.Sleep(Long);
        Assert.Throws<InvalidOperationException>(() => third.GetAwaiter().GetResult());
    });

    [Fact]
    public void Sleep_BegunAndAwaitedLater_IsOverByThen() => Run(static async () =>
    {
        ValueTask early = Coroutine.Sleep(TimeSpan.Zero);
        await Coroutine.Sleep(Short);
        Assert.True(early.IsCompletedSuccessfully);
        await early;
    });

    [Fact]
    public void WhenAll_OfFlowsWithScopes_KeepsEachInItsOwn() => Run(static async () =>
    {
        Coroutine own = Coroutine.Current!;
        async Task<string> Flow(string name, TimeSpan limit)
        {
            using TimeoutScope scope = Coroutine.Timeout(limit, name);
            await Turns();
            Assert.Same(own, Coroutine.Current);
            try
            {
                await Task.Yield();
                await Coroutine.Sleep(TimeSpan.FromMilliseconds(10));
                await Coroutine.Yield();
                return name + " done";
            }
            catch (ScopeTimeoutException expired) when (expired.Scope == scope)
            {
                return name + " expired";
            }
        }

        string[] ends = await Task.WhenAll(Flow("a", Long), Flow("b", Short), Flow("c", Timeout.InfiniteTimeSpan), Flow("d", TimeSpan.Zero));
        Assert.Equal(["a done", "b expired", "c done"], ends[..3]);
        await Coroutine.Yield();
        Assert.Equal(0, own.Loop.GetStatistics().Timers);
    });

    [Fact]
    public void WhenAll_OfFlowsInAKilledCoroutine_EndsAllOfThem() => Run(static async () =>
    {
        int ended = 0;
        async Task Flow(Func<Task> wait)
        {
            try
            {
                await wait();
            }
            finally
            {
                ended++;
            }
        }

        Coroutine child = Coroutine.Spawn(Forever);
        Coroutine coroutine = Coroutine.Spawn(() => Task.WhenAll(
            Flow(Forever), Flow(async () => await child), Flow(static () => Coroutine.WithTimeout(Long, Forever)), Flow(static () => Coroutine.Await(new TaskCompletionSource().Task))));
        await Turns();
        coroutine.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.Equal((4, CoroutineState.Cancelled), (ended, coroutine.State));
        child.Kill();
    });

    [Fact]
    public void Await_OfASleepFromOutsideAScopeThatIsOver_Throws() => Run(static async () =>
    {
        ValueTask outside = Coroutine.Sleep(Long);
        using TimeoutScope scope = Coroutine.Timeout(TimeSpan.Zero);
        await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
        await Assert.ThrowsAsync<ScopeTimeoutException>(async () => await outside);
    });
}
