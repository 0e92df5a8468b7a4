using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Several loops as one: who gets the next coroutine, and how they end.</summary>
public sealed class LoopGroupTests : CoroutineTest
{
    [Fact]
    public async Task Spawn_OfSeveral_GoesToTheLoopsInTurn()
    {
        await using var group = new LoopGroup(3, new EventLoopOptions { Name = "desk", BlockedAfter = Timeout.InfiniteTimeSpan });
        Assert.Equal(["desk-1", "desk-2", "desk-3"], group.Loops.Select(static loop => loop.Name));
        Coroutine<string>[] all = [.. Enumerable.Range(0, 6).Select(_ => group.Spawn(static async () =>
        {
            await Coroutine.Yield();
            return EventLoop.Current!.Name;
        }))];
        string[] names = await Task.WhenAll(all.Select(static one => one.Task)).InTime();
        Assert.All(group.Loops, loop => Assert.Contains(loop.Name, names));
        Assert.Equal(6, group.GetStatistics().Started);
    }

    [Fact]
    public async Task Next_WhereOneHasFewer_IsThatOne()
    {
        await using var group = new LoopGroup(2, Unwatched());
        TaskCompletionSource began = NewSource();
        _ = group.Loops[0].Spawn(() =>
        {
            began.SetResult();
            return Forever();
        });
        await began.Task.InTime();
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Same(group.Loops[1], group.Next()));
    }

    [Fact]
    public async Task ShutdownAsync_WithOneThatDoesNotEnd_KillsItWhenTheTimeIsOver()
    {
        using var group = new LoopGroup(2, Unwatched());
        Coroutine sleeper = group.Spawn(Forever);
        Coroutine quick = group.Spawn(static async () => await Coroutine.Yield());
        Assert.False(await group.ShutdownAsync(TimeSpan.FromMilliseconds(20)).InTime());
        Assert.Equal((CoroutineState.Cancelled, CoroutineState.Succeeded), (sleeper.State, quick.State));
        Assert.Throws<EventLoopClosedException>(() => group.Spawn(Forever));
    }

    [Fact]
    public void LoopGroup_WithoutANumber_HasOneForEachProcessor()
    {
        using var group = new LoopGroup(options: Unwatched());
        Assert.Equal(Environment.ProcessorCount, group.Loops.Count);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LoopGroup(-1));
    }
}
