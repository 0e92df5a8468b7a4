using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Nobody keeps the others from their turn for long, and those who wait go on in the order in which they came.</summary>
public sealed class EventLoopFairnessTests : CoroutineTest
{
    [Fact]
    public void Yield_ForEver_LetsTimersOthersAndPostsRun() => Run(static async () =>
    {
        EventLoop loop = EventLoop.Current!;
        bool isOver = false;
        int turns = 0;
        Coroutine busy = Coroutine.Spawn(async () =>
        {
            while (!isOver)
            {
                turns++;
                await Coroutine.Yield();
            }
        });
        await Coroutine.Sleep(Short);
        await Task.Run(() => loop.Spawn(static () => Turns()).Task);
        await Coroutine.Sleep(Short);
        Assert.True(turns > 10);
        isOver = true;
        await busy;
    });

    [Fact]
    public void Sleep_OfNoTimeForEver_LetsTheOthersRun() => Run(static async () =>
    {
        Coroutine busy = Coroutine.Spawn(static async () =>
        {
            while (true)
            {
                await Coroutine.Sleep(TimeSpan.Zero);
            }
        });
        await Coroutine.Sleep(Short);
        busy.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await busy);
    });

    [Fact]
    public void Post_WithoutEndFromAThread_LetsCoroutinesAndTimersRun()
    {
        using EventLoop loop = StartLoop();
        Coroutine sleeper = loop.Spawn(Forever);
        bool isOver = false;
        var flooding = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                using var done = new ManualResetEventSlim();
                for (int i = 0; i < 500; i++)
                {
                    sleeper.Post(static _ => { }, null);
                }

                sleeper.Post(static done => ((ManualResetEventSlim)done!).Set(), done);
                InTime(done);
            }
        })
        { IsBackground = true };
        flooding.UnsafeStart();
        Assert.True(loop.Spawn(static async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                await Coroutine.Sleep(Short);
                await Turns();
            }
        }).Join(Waits.Hang));
        Volatile.Write(ref isOver, true);
        Assert.True(flooding.Join(Waits.Hang));
    }

    [Fact]
    public void End_OfALongChain_LetsAThirdOneRunInBetween() => Run(static async () =>
    {
        // Each end makes the next of the chain ready, which goes before all others: no more than three times in a row.
        var log = new List<char>();
        bool isOpen = false;
        Coroutine link = Coroutine.Spawn(async () =>
        {
            while (!isOpen)
            {
                await Coroutine.Yield();
            }
        });
        for (int i = 0; i < 60; i++)
        {
            Coroutine before = link;
            link = Coroutine.Spawn(async () =>
            {
                await before;
                log.Add('c');
            });
        }

        Coroutine third = Coroutine.Spawn(async () =>
        {
            while (link.IsAlive)
            {
                log.Add('t');
                await Coroutine.Yield();
            }
        });
        await Turns();
        isOpen = true;
        await third;

        string text = string.Concat(log);
        Assert.Equal(60, log.Count(static letter => letter == 'c'));
        Assert.DoesNotContain("ccccc", text, StringComparison.Ordinal);
        Assert.Contains("cc", text, StringComparison.Ordinal);
    });

    [Fact]
    public void End_OfOneThatManyAwait_WakesThemInTheOrderOfComing() => Run(static async () =>
    {
        var woken = new List<int>();
        Coroutine awaited = Coroutine.Spawn(static () => Turns());
        Coroutine[] all = [.. Enumerable.Range(0, 10).Select(i => Coroutine.Spawn(async () =>
        {
            await awaited;
            woken.Add(i);
        }))];
        await Coroutine.Yield();
        all[3].Kill();
        all[9].Kill();
        await awaited;
        await Turns();
        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 8], woken);
    });

    [Fact]
    public void End_AfterAwaits_IsSeenWithinATurn() => Run(static async () =>
    {
        // No other thread has a part in it.
        Coroutine child = Coroutine.Spawn(static () => Turns(1));
        long sleeps = EventLoop.Current!.GetStatistics().Sleeps;
        await Turns(4);
        Assert.Equal(CoroutineState.Succeeded, child.State);
        await Coroutine.Await(Coroutine.Spawn(static () => Turns(1)).Task.ContinueWith(static _ => { }, TaskScheduler.Default));
        Assert.True(EventLoop.Current.GetStatistics().Sleeps >= sleeps);
    });
}
