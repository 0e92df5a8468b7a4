using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Pools of coroutines: never more than their size at once, and room is given in the order of asking.</summary>
public sealed class CoroutinePoolTests : CoroutineTest
{
    [Fact]
    public void SpawnAsync_OfMany_RunsNoMoreThanTheSizeAtOnce() => Run(static async () =>
    {
        var pool = new CoroutinePool(3);
        int running = 0;
        int most = 0;
        var begun = new List<int>();
        for (int i = 0; i < 30; i++)
        {
            int number = i;
            await pool.SpawnAsync(async () =>
            {
                begun.Add(number);
                most = Math.Max(most, ++running);
                await Turns(number % 4);
                running--;
            });
            Assert.InRange(pool.Count, 1, 3);
            Assert.Equal(3 - pool.Count, pool.FreeCount);
        }

        await pool.JoinAsync();
        Assert.Equal((3, 0, 0, 3), (most, running, pool.Count, pool.FreeCount));
        Assert.Equal(Enumerable.Range(0, 30), begun);
    });

    [Fact]
    public void SpawnAsync_OfThoseWhoWait_GivesRoomInTheirOrder() => Run(static async () =>
    {
        var pool = new CoroutinePool(1);
        var begun = new List<int>();
        Coroutine first = await pool.SpawnAsync(Forever, "first");
        Coroutine[] asking = [.. Enumerable.Range(0, 6).Select(i => Coroutine.Spawn(async () =>
        {
            await pool.SpawnAsync(() =>
            {
                begun.Add(i);
                return Turns(2);
            });
        }))];
        await Turns();
        Assert.Equal((0, 1, "first"), (pool.FreeCount, pool.Count, first.Name));
        asking[2].Kill();
        first.Kill();
        await pool.JoinAsync();
        Assert.Equal([0, 1, 3, 4, 5], begun);
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await asking[2]);
    });

    [Fact]
    public void SpawnAsync_InAScopeThatExpires_StartsNothing() => Run(static async () =>
    {
        var pool = new CoroutinePool(1);
        await pool.SpawnAsync(Forever);
        bool hasBegun = false;
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, async () => await pool.SpawnAsync(() =>
        {
            hasBegun = true;
            return Task.CompletedTask;
        })));
        await pool.KillAsync();
        await pool.JoinAsync();
        Assert.Equal((false, 1), (hasBegun, pool.FreeCount));
    });

    [Fact]
    public void SpawnAsync_WhenKilledAfterRoomWasPromised_StartsAndKeepsTheCount() => Run(static async () =>
    {
        var pool = new CoroutinePool(1);
        Coroutine first = await pool.SpawnAsync(static () => Turns(2));
        Coroutine asking = Coroutine.Spawn(async () => await pool.SpawnAsync(static () => Turns()));
        Coroutine killing = Coroutine.Spawn(async () =>
        {
            await first;
            asking.Kill();
        });
        await Coroutine.JoinAll(first, killing);
        await pool.JoinAsync();
        await Turns();
        Assert.False(asking.IsAlive);
        Assert.Equal((1, 0), (pool.FreeCount, pool.Count));
    });

    [Fact]
    public void Failed_OfOneThatNobodyAwaits_TellsItAndThePoolGoesOn() => Run(static async () =>
    {
        var pool = new CoroutinePool(2);
        var told = new List<string>();
        pool.Failed += (sender, failed) =>
        {
            Assert.Same(pool, sender);
            told.Add($"{failed.Coroutine!.Name}: {failed.Exception.Message}");
        };
        EventLoop.Current!.UnhandledException += (_, _) => told.Add("the loop's");
        await pool.SpawnAsync(static () => throw new InvalidTimeZoneException("lost"), "one");
        await pool.JoinAsync();
        Coroutine seen = await pool.SpawnAsync(static () => throw new InvalidTimeZoneException("seen"));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await seen);
        Assert.Equal(["one: lost"], told);
        Assert.Equal(2, pool.FreeCount);
    });

    [Fact]
    public void Failed_WithAHandlerThatThrows_IsToldAndThePoolGoesOn() => Run(static async () =>
    {
        var told = new List<Exception>();
        EventLoop.Current!.UnhandledException += (_, failed) => told.Add(failed.Exception);
        var pool = new CoroutinePool(1);
        pool.Failed += static (_, _) => throw new InvalidDataException();
        await pool.SpawnAsync(static async () =>
        {
            await Turns();
            throw new InvalidTimeZoneException();
        });
        await pool.SpawnAsync(static () => Turns());
        await pool.JoinAsync();
        AggregateException both = Assert.IsType<AggregateException>(Assert.Single(told));
        Assert.Equal([typeof(InvalidTimeZoneException), typeof(InvalidDataException)], both.InnerExceptions.Select(static error => error.GetType()));
    });

    [Fact]
    public void Failed_WithoutHandler_IsToldByTheLoop() => Run(static async () =>
    {
        var told = new List<Exception>();
        EventLoop.Current!.UnhandledException += (_, failed) => told.Add(failed.Exception);
        var pool = new CoroutinePool(1);
        await pool.SpawnAsync(static () => throw new InvalidTimeZoneException());
        await pool.JoinAsync();
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(told));
    });

    [Fact]
    public void KillAsync_OfAPool_EndsAllThatRun() => Run(static async () =>
    {
        var pool = new CoroutinePool(5);
        int cleaned = 0;
        for (int i = 0; i < 5; i++)
        {
            await pool.SpawnAsync(async () =>
            {
                try
                {
                    await Forever();
                }
                finally
                {
                    cleaned++;
                }
            });
        }

        await Coroutine.Yield();
        await pool.KillAsync();
        Assert.Equal((5, 0, 5), (cleaned, pool.Count, pool.FreeCount));
        await pool.KillAsync();
    });

    [Fact]
    public void JoinAsync_OfAPool_WaitsForThoseWhoWaitForRoomToo() => Run(static async () =>
    {
        var pool = new CoroutinePool(1);
        await pool.JoinAsync();
        int ended = 0;
        for (int i = 0; i < 4; i++)
        {
            _ = Coroutine.Spawn(async () => await pool.SpawnAsync(async () =>
            {
                await Turns();
                ended++;
            }));
        }

        await Turns(2);
        Coroutine other = Coroutine.Spawn(() => pool.JoinAsync());
        await pool.JoinAsync();
        await other;
        Assert.Equal(4, ended);
        await pool.SpawnAsync(Forever);
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, () => pool.JoinAsync()));
        Assert.Equal(1, pool.Count);
    });

    [Fact]
    public void Pool_OfNoSize_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutinePool(0));
        Assert.Equal((4, 4, 0), (new CoroutinePool(4).Size, new CoroutinePool(4).FreeCount, new CoroutinePool(4).Count));
    }
}
