using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>A coroutine's life, its end, and who may wait for it.</summary>
public sealed class CoroutineStateTests : CoroutineTest
{
    [Fact]
    public void State_FromBeginningToEnd_SaysWhereItIs() => Run(static async () =>
    {
        Coroutine good = Coroutine.Spawn(static () => Turns());
        Assert.Equal((CoroutineState.Pending, true), (good.State, good.IsAlive));
        await Coroutine.Yield();
        Assert.Equal((CoroutineState.Running, true), (good.State, good.IsAlive));
        await good;
        Assert.Equal((CoroutineState.Succeeded, false), (good.State, good.IsAlive));
        Assert.Null(good.Error);

        Coroutine bad = Coroutine.Spawn(static () => Task.FromException(new InvalidTimeZoneException()));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await bad);
        Assert.Equal(CoroutineState.Failed, bad.State);
        Assert.IsType<InvalidTimeZoneException>(bad.Error);

        Coroutine cancelled = Coroutine.Spawn(static () => throw new OperationCanceledException("own"));
        Assert.Equal("own", (await Assert.ThrowsAsync<OperationCanceledException>(async () => await cancelled)).Message);
        Assert.Equal((CoroutineState.Cancelled, false), (cancelled.State, cancelled.IsKilled));
        Assert.Null(cancelled.Error);
    });

    [Fact]
    public void Name_OfCoroutines_IsTheGivenOrTheNumber() => Run(static async () =>
    {
        Coroutine main = Coroutine.Current!;
        Coroutine plain = Coroutine.Spawn(static () => Task.CompletedTask);
        Coroutine named = Coroutine.Spawn(static () => Task.CompletedTask, new CoroutineOptions { Name = "reader" });
        Assert.Equal(("main", 1), (main.Name, main.Id));
        Assert.Equal(("coroutine-2", 2, false), (plain.Name, plain.Id, plain.IsDaemon));
        Assert.Equal(("reader", 3), (named.Name, named.Id));
        await Coroutine.JoinAll(plain, named);
        Assert.Equal("reader (Succeeded)", named.ToString());
    });

    [Fact]
    public void Join_FromAnotherThread_WaitsForTheEndOrTheTime()
    {
        using EventLoop loop = StartLoop();
        Coroutine sleeping = loop.Spawn(Forever);
        Assert.False(sleeping.Join(TimeSpan.Zero));
        Assert.False(sleeping.Join(Short));
        sleeping.Kill();
        Assert.True(sleeping.Join(Waits.Hang));
        Assert.True(sleeping.Join());
        Coroutine failing = loop.Spawn(static () => throw new InvalidTimeZoneException());
        Assert.True(failing.Join(Waits.Hang));
        Assert.IsType<InvalidTimeZoneException>(failing.Error);
    }

    [Fact]
    public void Join_OnTheLoopsThread_IsRefused() => Run(static async () =>
    {
        Coroutine<int> child = Coroutine.Spawn(static () => Task.FromResult(3));
        Assert.Contains("Await", Assert.Throws<InvalidOperationException>(() => child.Join()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => child.Result());
        Assert.Throws<InvalidOperationException>(() => Coroutine.Current!.Join(Short));
        await child;
        Assert.True(child.Join());
        Assert.Equal(3, child.Result());
    });

    [Fact]
    public void Result_FromAnotherThread_BringsItOrThrows()
    {
        using EventLoop loop = StartLoop();
        Assert.Equal(3, loop.Spawn(static () => Task.FromResult(3)).Result(Waits.Hang));
        Assert.Throws<InvalidTimeZoneException>(() => loop.Spawn(static Task<int> () => throw new InvalidTimeZoneException()).Result(Waits.Hang));
        Coroutine<int> never = loop.Spawn(Never);
        Assert.Contains(never.Name, Assert.Throws<TimeoutException>(() => never.Result(Short)).Message, StringComparison.Ordinal);
        Assert.True(never.IsAlive);
        never.Kill();
        Assert.Throws<CoroutineKilledException>(() => never.Result(Waits.Hang));
    }

    [Fact]
    public async Task Task_OfEveryEnd_EndsTheSame()
    {
        using EventLoop loop = StartLoop();
        Assert.Equal(3, await loop.Spawn(static () => Task.FromResult(3)).Task.InTime());
        Task succeeded = loop.Spawn(static () => Turns()).Task;
        await succeeded.InTime();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => loop.Spawn(static () => throw new InvalidTimeZoneException()).Task.InTime());
        Coroutine killed = loop.Spawn(Forever);
        Task end = killed.Task;
        killed.Kill();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end.InTime());
        Assert.True(end.IsCanceled && killed.Task.IsCanceled);
    }

    [Fact]
    public async Task Await_OnAPlainThread_BringsTheResult()
    {
        using EventLoop loop = StartLoop();
        Assert.Equal(3, await loop.Spawn(static async () =>
        {
            await Turns();
            return 3;
        }));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await loop.Spawn(static async () =>
        {
            await Turns();
            throw new InvalidTimeZoneException();
        }));
        Coroutine ended = loop.Spawn(static () => Task.CompletedTask);
        Assert.True(ended.Join(Waits.Hang));
        await ended;
    }

    [Fact]
    public async Task GetResult_OfOneThatRuns_IsRefused()
    {
        using EventLoop loop = StartLoop();
        Coroutine sleeping = loop.Spawn(Forever);
        Assert.Throws<InvalidOperationException>(() => sleeping.GetAwaiter().GetResult());
        sleeping.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await sleeping);
    }

    [Fact]
    public void Await_OfAnotherLoop_ComesBackToTheOwn()
    {
        using EventLoop other = StartLoop();
        Run(async () =>
        {
            EventLoop own = EventLoop.Current!;
            Assert.Equal(3, await other.Spawn(static async () =>
            {
                await Turns();
                return 3;
            }));
            Assert.Same(own, EventLoop.Current);
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await other.Spawn(static () => throw new InvalidTimeZoneException()));
            Assert.Same(own, EventLoop.Current);
        });
    }

    [Fact]
    public void JoinAll_OfSomeThatFail_ThrowsAllErrorsInTheOrderGiven() => Run(static async () =>
    {
        Coroutine[] all =
        [
            _ = Coroutine.Spawn(static async () =>
            {
                await Turns(10);
                throw new InvalidTimeZoneException("first");
            }),
            _ = Coroutine.Spawn(static () => Turns(20)),
            _ = Coroutine.Spawn(static () => throw new InvalidTimeZoneException("third")),
        ];
        AggregateException errors = await Assert.ThrowsAsync<AggregateException>(() => Coroutine.JoinAll(all));
        Assert.Equal(["first", "third"], errors.InnerExceptions.Select(static error => error.Message));
        Assert.All(all, static coroutine => Assert.False(coroutine.IsAlive));
        await Coroutine.JoinAll();
        await Coroutine.JoinAll(all[1], all[1]);
    });

    [Fact]
    public void Await_OfEachOther_IsADeadlockThatNamesBoth()
    {
        CoroutineDeadlockException error = Assert.Throws<CoroutineDeadlockException>(static () => Run(static async () =>
        {
            Coroutine main = Coroutine.Current!;
            await Coroutine.Spawn(async () => await main, new CoroutineOptions { Name = "second" });
        }));
        Assert.Equal(["'main' waits for the end of coroutine 'second'", "'second' waits for the end of coroutine 'main'"], error.Waits);
        Assert.Throws<CoroutineDeadlockException>(static () => Run(static async () => await Coroutine.Current!));
    }

    [Fact]
    public void Await_OfEachOtherWithALimit_IsNoDeadlock() => Run(static async () =>
    {
        Coroutine main = Coroutine.Current!;
        Coroutine second = Coroutine.Spawn(async () => await main, new CoroutineOptions { IsDaemon = true });
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, async () => await second));
    });

    [Fact]
    public void Await_OfEachOtherBesideAnythingElse_IsNoDeadlock() => Run(static async () =>
    {
        Coroutine main = Coroutine.Current!;
        var other = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Coroutine second = Coroutine.Spawn(async () => await main, new CoroutineOptions { IsDaemon = true });
        Task awaiting = AwaitAsync(second);
        long slept = main.Loop.GetStatistics().Sleeps;
        _ = Task.Run(() =>
        {
            // It has found nothing to do, and no deadlock either.
            SpinWait.SpinUntil(() => main.Loop.GetStatistics().Sleeps > slept);
            other.SetResult();
        });
        Assert.Same(other.Task, await Task.WhenAny(awaiting, other.Task));

        static async Task AwaitAsync(Coroutine coroutine) => await coroutine;
    });

    private static async Task<int> Never()
    {
        await Forever();
        return 1;
    }
}
