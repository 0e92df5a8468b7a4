using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>How a loop with a thread of its own ends.</summary>
public sealed class EventLoopShutdownTests : CoroutineTest
{
    [Fact]
    public async Task ShutdownAsync_WithoutLimit_WaitsForAllButDaemons()
    {
        using EventLoop loop = StartLoop();
        TaskCompletionSource open = NewSource();
        Coroutine<int> working = loop.Spawn(async () =>
        {
            await open.Task;
            await Turns();
            return await Coroutine.Spawn(static async () =>
            {
                await Coroutine.Sleep(Short);
                return 5;
            });
        });
        Coroutine daemon = loop.Spawn(Forever, new CoroutineOptions { IsDaemon = true });

        Task<bool> end = loop.ShutdownAsync(Timeout.InfiniteTimeSpan);
        Assert.False(end.IsCompleted);
        open.SetResult();

        Assert.True(await end.InTime());
        Assert.Equal(5, await working.Task);
        Assert.Equal(CoroutineState.Cancelled, daemon.State);
        Assert.True(await loop.ShutdownAsync(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task ShutdownAsync_WhenTheTimeIsOver_KillsTheRest(int milliseconds)
    {
        using EventLoop loop = StartLoop();
        bool isCleanedUp = false;
        using var begun = new ManualResetEventSlim();
        Coroutine refusing = loop.Spawn(async () =>
        {
            try
            {
                begun.Set();
                await Forever();
            }
            finally
            {
                await Coroutine.Shield(static () => Coroutine.Sleep(Short).AsTask());
                isCleanedUp = true;
            }
        });
        InTime(begun);

        Assert.False(await loop.ShutdownAsync(TimeSpan.FromMilliseconds(milliseconds)).InTime());
        Assert.True(isCleanedUp);
        Assert.Equal((CoroutineState.Cancelled, true), (refusing.State, refusing.IsKilled));
    }

    [Fact]
    public async Task ShutdownAsync_OfALoopWithNothingToDo_EndsAtOnce()
    {
        using EventLoop one = StartLoop();
        Assert.True(await one.ShutdownAsync(TimeSpan.Zero).InTime());
        using EventLoop two = StartLoop();
        Assert.True(await two.ShutdownAsync(TimeSpan.MaxValue).InTime());
    }

    [Fact]
    public async Task ShutdownAsync_OfALoopOnItsCallersThread_IsRefused()
    {
        Run(static async () => await Assert.ThrowsAsync<InvalidOperationException>(static () => EventLoop.Current!.ShutdownAsync(Long)));
        using EventLoop loop = StartLoop();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => loop.ShutdownAsync(TimeSpan.FromSeconds(-3)));
    }

    [Fact]
    public void Spawn_AfterTheEnd_IsRefused()
    {
        EventLoop loop = StartLoop();
        Coroutine last = loop.Spawn(Forever);
        loop.Dispose();

        Assert.Equal(CoroutineState.Cancelled, last.State);
        Assert.Contains(loop.Name, Assert.Throws<EventLoopClosedException>(() => loop.Spawn(Forever)).Message, StringComparison.Ordinal);
        Assert.Throws<EventLoopClosedException>(() => last.Send(static _ => { }, null));
        last.Post(static _ => throw new InvalidOperationException("It ran."), null);
        last.Kill();
        loop.Dispose();
    }

    [Fact]
    public void Dispose_OnItsOwnThread_ReturnsAtOnceAndEndsTheLoop()
    {
        EventLoop loop = StartLoop();
        bool hasGoneOn = false;
        Coroutine own = loop.Spawn(async () =>
        {
            EventLoop.Current!.Dispose();
            await Coroutine.Yield();
            hasGoneOn = true;
        });

        Assert.True(own.Join(Waits.Hang));
        loop.Dispose();
        Assert.Equal((false, CoroutineState.Cancelled), (hasGoneOn, own.State));
    }

    [Fact]
    public async Task Spawn_RacingWithTheEnd_AlwaysEnds()
    {
        for (int round = 0; round < 60; round++)
        {
            EventLoop loop = StartLoop();
            using var started = new CountdownEvent(3);
            Task<List<Coroutine>>[] spawning = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    var all = new List<Coroutine>();
                    try
                    {
                        while (true)
                        {
                            all.Add(loop.Spawn(all.Count % 2 == 0 ? Forever : static () => Turns(1)));
                            if (all.Count % 20 == 0)
                            {
                                // Not faster than the loop can take them.
                                Assert.True(all[^1].Join(Waits.Hang));
                                if (all.Count == 20)
                                {
                                    started.Signal();
                                }
                            }
                        }
                    }
                    catch (EventLoopClosedException)
                    {
                        return all;
                    }
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default))];
            Assert.True(started.Wait(Waits.Hang));
            loop.Dispose();
            foreach (List<Coroutine> all in await Task.WhenAll(spawning).InTime())
            {
                await Task.WhenAll(all.Select(static coroutine => coroutine.Task)).InTime().ContinueWith(static _ => { }, TaskScheduler.Default);
                Assert.All(all, static coroutine => Assert.False(coroutine.IsAlive));
            }
        }
    }

    [Fact]
    public void Spawn_OfMoreThanALoopTakesBeforeItsEnd_EndsThemAll()
    {
        // The first of them ends the loop; the others wait in its ring by then.
        Coroutine[] all = [];
        Run(async () =>
        {
            EventLoop loop = EventLoop.Current!;
            all = OnThread(() => Enumerable.Range(0, 300).Select(_ => loop.Spawn(static () => Task.CompletedTask)).ToArray());
            await all[0];
        });

        Assert.All(all, static coroutine => Assert.True(coroutine.Join(Waits.Hang)));
        Assert.Equal(CoroutineState.Cancelled, all[^1].State);
    }

    [Fact]
    public async Task Send_AsTheLoopEnds_IsRefusedAndDoesNotHang()
    {
        Task send = Task.CompletedTask;
        Run(async () =>
        {
            Coroutine main = Coroutine.Current!;
            int before = main.Loop.GetStatistics().Waiting;
            send = Task.Factory.StartNew(() => main.Send(static _ => { }, null), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Assert.True(SpinWait.SpinUntil(() => main.Loop.GetStatistics().Waiting > before, Waits.Hang));
            await Task.CompletedTask;
        });

        await Assert.ThrowsAsync<EventLoopClosedException>(() => send.InTime());
    }
}
