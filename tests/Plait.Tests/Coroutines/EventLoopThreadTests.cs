using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>What other threads bring to a loop: all of it arrives, and no wake-up is lost.</summary>
public sealed class EventLoopThreadTests : CoroutineTest
{
    [Fact]
    public void Spawn_FromManyThreads_RunsAllOnTheLoopsThread()
    {
        const int Threads = 8;
        const int Each = 2_000;
        using EventLoop loop = StartLoop();
        int ran = 0;
        int strays = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            Coroutine[] all = [.. Enumerable.Range(0, Each).Select(i => loop.Spawn(async () =>
            {
                ran++;
                if (i % 3 == 0)
                {
                    await Coroutine.Yield();
                }

                strays += loop.IsOnLoop ? 0 : 1;
            }))];
            Assert.True(Array.TrueForAll(all, static coroutine => coroutine.Join(Waits.Hang)));
        });

        Assert.Equal((Threads * Each, 0, 0), (ran, strays, loop.GetStatistics().Coroutines));
    }

    [Fact]
    public void Spawn_FromAnotherThread_KeepsItsOrder()
    {
        using EventLoop loop = StartLoop();
        var begun = new List<int>();
        Coroutine last = null!;
        for (int i = 0; i < 1_000; i++)
        {
            int number = i;
            last = loop.Spawn(() =>
            {
                begun.Add(number);
                return Task.CompletedTask;
            });
        }

        Assert.True(last.Join(Waits.Hang));
        Assert.Equal(Enumerable.Range(0, 1_000), begun);
    }

    [Fact]
    public void Await_OfTenThousandAnswersOfAThread_LosesNoWakeUp()
    {
        const int Trips = 10_000;
        using var asked = new SemaphoreSlim(0);
        TaskCompletionSource<int> question = null!;
        var answering = new Thread(() =>
        {
            for (int i = 0; i < Trips; i++)
            {
                asked.Wait();
                Volatile.Read(ref question).SetResult(i);
            }
        })
        { IsBackground = true };
        answering.UnsafeStart();

        Run(async () =>
        {
            for (int i = 0; i < Trips; i++)
            {
                var next = new TaskCompletionSource<int>();
                Volatile.Write(ref question, next);
                asked.Release();
                Assert.Equal(i, await next.Task);
            }
        });

        Assert.True(answering.Join(Waits.Hang));
    }

    [Fact]
    public void Await_BetweenTwoLoops_GoesToAndFro()
    {
        using EventLoop one = StartLoop();
        using EventLoop two = StartLoop();
        Coroutine<int> main = one.Spawn(async () =>
        {
            int sum = 0;
            for (int i = 0; i < 2_000; i++)
            {
                int number = i;
                sum += await two.Spawn(async () =>
                {
                    Assert.True(two.IsOnLoop);
                    await Coroutine.Yield();
                    return number;
                });
                Assert.True(one.IsOnLoop);
            }

            return sum;
        });

        Assert.Equal(Enumerable.Range(0, 2_000).Sum(), main.Result(Waits.Hang));
    }

    [Fact]
    public void Post_WhileTheLoopFallsAsleep_IsAlwaysSeen()
    {
        // Sleeps that end by themselves race with posts.
        const int Threads = 4;
        const int Each = 1_500;
        int posted = 0;
        using EventLoop loop = StartLoop();
        Coroutine sleeper = loop.Spawn(async () =>
        {
            while (Volatile.Read(ref posted) < Threads * Each)
            {
                await Coroutine.Sleep(TimeSpan.FromMicroseconds(150));
            }
        });
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            using var done = new ManualResetEventSlim();
            for (int i = 0; i < Each; i++)
            {
                done.Reset();
                sleeper.Post(
                    _ =>
                    {
                        posted++;
                        done.Set();
                    },
                    null);
                InTime(done);
            }
        });

        Assert.True(sleeper.Join(Waits.Hang));
        Assert.Equal(Threads * Each, posted);
    }

    [Fact]
    public void Send_FromAnotherThread_BlocksUntilItHasRun()
    {
        using EventLoop loop = StartLoop();
        Coroutine sleeper = loop.Spawn(Forever);
        bool isOnLoop = false;
        sleeper.Send(_ => isOnLoop = loop.IsOnLoop && Coroutine.Current == sleeper, null);
        Assert.True(isOnLoop);
        Assert.Throws<InvalidTimeZoneException>(() => sleeper.Send(static _ => throw new InvalidTimeZoneException(), null));
    }

    [Fact]
    public void Spawn_FromAnotherThread_CanBeKilledOnTheLoopBeforeItArrives() => Run(async () =>
    {
        EventLoop loop = EventLoop.Current!;
        Coroutine daemon = Coroutine.Spawn(Forever);
        bool hasBegun = false;
        for (int i = 0; i < 3; i++)
        {
            // The loop is busy with this very step: what the thread spawns waits outside.
            Coroutine early = OnThread(() => loop.Spawn(() =>
            {
                hasBegun = true;
                return Task.CompletedTask;
            }));
            early.Kill();
            Assert.Equal(CoroutineState.Cancelled, early.State);
            await Turns();
            Assert.False(hasBegun);
            Assert.Equal(2, loop.GetStatistics().Coroutines);
        }

        daemon.Kill();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await daemon);
    });
}
