using Plait.Coroutines;
using Plait.Queues;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Queues between coroutines, by the cases of gevent's test__queue.</summary>
public sealed class LoopQueueTests : CoroutineTest
{
    [Fact]
    public void TryPut_WhileACoroutineWaits_BringsItTheItem() => OnQueue(1, static async queue =>
    {
        Coroutine<int> getter = Coroutine.Spawn(async () => await queue.GetAsync());
        await Turns();
        Assert.True(queue.TryPut(10));
        Assert.Equal(10, await getter);
        Assert.True(queue.TryPut(2));
        Assert.False(queue.TryPut(3));
    });

    [Fact]
    public void TryGet_WhileACoroutineWaitsForRoom_LetsItPut() => OnQueue(1, static async queue =>
    {
        Assert.False(queue.TryGet(out _));
        await queue.PutAsync(4);
        Coroutine putter = Coroutine.Spawn(async () => await queue.PutAsync(5));
        await Turns();
        Assert.True(putter.IsAlive);
        Assert.True(queue.TryGet(out int first));
        await putter;
        Assert.True(queue.TryGet(out int second));
        Assert.Equal((4, 5), (first, second));
    });

    [Fact]
    public void PutAsync_ToAQueueOfTwo_WaitsWithTheThird() => OnQueue(2, static async queue =>
    {
        int put = 0;
        Coroutine putter = Coroutine.Spawn(async () =>
        {
            for (int i = 1; i <= 3; i++)
            {
                await queue.PutAsync(i);
                put = i;
            }
        });
        await Turns();
        Assert.Equal(2, put);
        Assert.Equal(1, await queue.GetAsync());
        await putter;
        Assert.Equal((2, 3), (await queue.GetAsync(), await queue.GetAsync()));
    });

    [Fact]
    public void GetAsync_BySeveral_BringsEachItemToOne() => OnQueue(10, static async queue =>
    {
        var got = new List<int>();
        Coroutine[] getters = [.. Enumerable.Range(0, 4).Select(_ => Coroutine.Spawn(async () => got.Add(await queue.GetAsync())))];
        await Turns();
        for (int i = 1; i <= 4; i++)
        {
            await queue.PutAsync(i);
            if (i == 2)
            {
                await Turns();
                Assert.Equal(2, got.Count);
            }
        }

        await Coroutine.JoinAll(getters);
        Assert.Equal([1, 2, 3, 4], got.Order());
    });

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void GetAsync_ByThoseWhoseTimeIsOver_LeavesTheItemToOthers(int late, int patient) => OnQueue(10, async queue =>
    {
        Coroutine<int>[] waiting = [.. Enumerable.Range(0, late).Select(_ => Coroutine.Spawn(() => Coroutine.WithTimeout(TimeSpan.Zero, async () => await queue.GetAsync())))];
        Coroutine<int>[] waiters = [.. Enumerable.Range(0, patient).Select(_ => Coroutine.Spawn(async () => await queue.GetAsync()))];
        foreach (Coroutine<int> one in waiting)
        {
            await Assert.ThrowsAsync<ScopeTimeoutException>(async () => await one);
        }

        await queue.PutAsync(7);
        Assert.Equal(7, patient == 0 ? await queue.GetAsync() : await waiters[0]);
        Assert.False(queue.TryGet(out _));
    });

    [Fact]
    public void GetAsync_OfWhatOneThatHasEndedPut_BringsIt() => OnQueue(10, static async queue =>
    {
        Coroutine putter = Coroutine.Spawn(async () => await queue.PutAsync(3));
        Assert.Equal(3, await queue.GetAsync());
        await putter;
        Coroutine<int> getter = Coroutine.Spawn(() => Coroutine.WithTimeout(Long, async () => await queue.GetAsync()));
        await Turns();
        await queue.PutAsync(4);
        Assert.Equal(4, await getter);
    });

    [Fact]
    public void Shutdown_WhileCoroutinesWait_TellsAll() => OnQueue(10, static async queue =>
    {
        Coroutine[] getters = [.. Enumerable.Range(0, 3).Select(_ => Coroutine.Spawn(async () => await queue.GetAsync()))];
        foreach (Coroutine getter in getters)
        {
            _ = getter.Task;
        }

        await Turns();
        queue.Shutdown();
        foreach (Coroutine getter in getters)
        {
            await Assert.ThrowsAsync<QueueShutdownException>(async () => await getter);
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shutdown_WithItemsLeft_EndsWhoJoinsOnceTheyAreDoneOrDropped(bool immediate) => OnQueue(10, async queue =>
    {
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        Coroutine joiner = Coroutine.Spawn(async () => await queue.JoinAsync());
        await Turns();
        queue.Shutdown(immediate);
        await Assert.ThrowsAsync<QueueShutdownException>(async () => await queue.PutAsync(3));
        for (int item = 1; !immediate && item <= 2; item++)
        {
            await Turns();
            Assert.True(joiner.IsAlive);
            Assert.Equal(item, await queue.GetAsync());
            queue.TaskDone();
        }

        await joiner;
        Assert.Equal(0, queue.UnfinishedTasks);
        await Assert.ThrowsAsync<QueueShutdownException>(async () => await queue.GetAsync());
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    });

    [Fact]
    public void JoinAsync_OfWhatNothingWasPutInto_IsOverAtOnce() => OnQueue(10, static async queue =>
    {
        ValueTask joined = queue.JoinAsync();
        Assert.True(joined.IsCompletedSuccessfully);
        await joined;
    });

    private static void OnQueue(int capacity, Func<IJoinableQueue<int>, Task> test)
    {
        using ThreadScope scope = ThreadScope.Create();
        IJoinableQueue<int> queue = scope.CreateQueue<int>(capacity);
        Run(() => test(queue));
    }
}
