using Plait.Queues;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>How units wait for an item and for room: blocked, timed, cancelled, awaited.</content>
public abstract partial class QueueContract<T>
{
    private static readonly TimeSpan[] s_longTimes = [Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromHours(1)];
    private static readonly TimeSpan[] s_negativeTimes = [TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue];

    private const int Forms = 6;

    [Fact]
    public void Get_WhenEmpty_WaitsForAnItemInEveryForm()
    {
        IQueue<T> queue = Create();
        for (int form = 0; form < Forms; form++)
        {
            foreach (TimeSpan time in s_longTimes)
            {
                Task<int> getter = Getting(queue, form, time, CancellationToken.None);
                UntilGetting(queue, 1);
                Assert.False(getter.IsCompleted);

                queue.Put(Item(form));

                Assert.Equal(form, End(getter));
                Assert.Equal((0, true), (queue.GetStatistics().WaitingGetters, queue.IsEmpty));
            }
        }
    }

    [Fact]
    public void Put_WhenFull_WaitsForRoomInEveryForm()
    {
        IQueue<T> queue = Create(1);
        queue.Put(Item(100));
        for (int form = 0; form < Forms; form++)
        {
            foreach (TimeSpan time in s_longTimes)
            {
                Task<bool> putter = Putting(queue, form, Item(form), time, CancellationToken.None);
                UntilPutting(queue, 1);
                Assert.False(putter.IsCompleted);

                _ = queue.Get();

                Assert.True(End(putter));
                Assert.Equal(form, Number(queue.Get()));
                queue.Put(Item(100));
            }
        }

        Assert.Equal(0, queue.GetStatistics().WaitingPutters);
    }

    [Fact]
    public void Get_OfSeveralUnits_GivesEachItemToOne()
    {
        if (Consumers == 1)
        {
            return;
        }

        IQueue<T> queue = Create();
        Task<int>[] getters = [.. Enumerable.Range(0, 2 * Forms).Select(i => Getting(queue, i % Forms, Timeout.InfiniteTimeSpan, CancellationToken.None))];
        UntilGetting(queue, getters.Length);

        for (int i = 0; i < getters.Length; i++)
        {
            queue.Put(Item(i));
        }

        Assert.Equal(Enumerable.Range(0, getters.Length), End(getters).Order());
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task TryGet_WhenTheTimeIsOver_IsFalse()
    {
        IQueue<T> queue = Create();
        Assert.False(queue.TryGet(TimeSpan.Zero, out T none));
        Assert.Equal(default, none);
        Assert.Equal((false, default), await queue.TryGetAsync(TimeSpan.Zero));

        long begin = TimeProvider.System.GetTimestamp();
        Assert.False(queue.TryGet(Short, out _));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);
        begin = TimeProvider.System.GetTimestamp();
        Assert.Equal((false, default), await queue.TryGetAsync(Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);

        queue.Put(Item(7));
        Assert.True(queue.TryGet(TimeSpan.Zero, out T item));
        Assert.Equal(7, Number(item));
        Assert.Equal(0, queue.GetStatistics().WaitingGetters);
    }

    [Fact]
    public async Task TryPut_WhenTheTimeIsOver_IsFalse()
    {
        IQueue<T> queue = Create(1);
        queue.Put(Item(1));
        Assert.False(await queue.TryPutAsync(Item(2), TimeSpan.Zero));

        long begin = TimeProvider.System.GetTimestamp();
        Assert.False(queue.TryPut(Item(2), Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);
        begin = TimeProvider.System.GetTimestamp();
        Assert.False(await queue.TryPutAsync(Item(2), Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);

        Assert.Equal(InOrder(1), Drain(queue));
        Assert.True(queue.TryPut(Item(2), TimeSpan.Zero));
        Assert.Equal((0, 1), (queue.GetStatistics().WaitingPutters, queue.Count));
    }

    [Fact]
    public async Task TryGet_WithANegativeTime_IsRefusedAndTakesNothing()
    {
        IJoinableQueue<T> queue = CreateWith(1);

        foreach (TimeSpan timeout in s_negativeTimes)
        {
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryGet(timeout, out _)).ParamName);
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryPut(Item(2), timeout)).ParamName);
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => queue.Join(timeout)).ParamName);
            Assert.Equal("timeout", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await queue.TryGetAsync(timeout))).ParamName);
            Assert.Equal("timeout", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await queue.TryPutAsync(Item(2), timeout))).ParamName);
        }

        Assert.Equal([1], Drain(queue));
    }

    [Fact]
    public async Task Get_WithACancelledToken_TakesNothing()
    {
        IQueue<T> queue = Create(2);
        queue.Put(Item(1));
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        for (int form = 0; form < Forms; form++)
        {
            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(Getting(queue, form, Short, source.Token))).CancellationToken);
            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(Putting(queue, form, Item(2), Short, source.Token))).CancellationToken);
        }

        Assert.Equal((1, 0), (queue.GetStatistics().Puts, queue.GetStatistics().Gets));
        Assert.Equal([1], Drain(queue));
    }

    [Fact]
    public async Task Get_CancelledMeanwhile_EndsAndTakesNothing()
    {
        IQueue<T> queue = Create();
        for (int form = 0; form < Forms; form++)
        {
            using var source = new CancellationTokenSource();
            Task<int> getter = Getting(queue, form, Timeout.InfiniteTimeSpan, source.Token);
            UntilGetting(queue, 1);

            await source.CancelAsync();

            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(getter)).CancellationToken);
            queue.Put(Item(form));
            Assert.Equal([form], Drain(queue));
        }

        Assert.Equal(0, queue.GetStatistics().WaitingGetters);
    }

    [Fact]
    public async Task Put_CancelledMeanwhile_EndsAndPutsNothing()
    {
        IQueue<T> queue = Create(1);
        queue.Put(Item(1));
        for (int form = 0; form < Forms; form++)
        {
            using var source = new CancellationTokenSource();
            Task<bool> putter = Putting(queue, form, Item(2), Timeout.InfiniteTimeSpan, source.Token);
            UntilPutting(queue, 1);

            await source.CancelAsync();

            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(putter)).CancellationToken);
            Assert.Equal([1], Drain(queue));
            queue.Put(Item(1));
        }

        Assert.Equal(0, queue.GetStatistics().WaitingPutters);
    }

    [Fact]
    public void Get_CancelledWhileAnItemComes_EitherHasItOrLeavesIt()
    {
        IQueue<T> queue = Create(1);
        var random = new Random(5);
        for (int round = 0; round < 120; round++)
        {
            using var source = new CancellationTokenSource();
            Task<int> getter = Getting(queue, round % Forms, Timeout.InfiniteTimeSpan, source.Token);
            UntilGetting(queue, 1);
            Task<bool> canceller = OnThread(() =>
            {
                Thread.SpinWait(random.Next(2_000));
                source.Cancel();
            });
            queue.Put(Item(round));
            End(canceller);

            int got = IsCancelled(getter) ? Drain(queue).Single() : End(getter);

            Assert.Equal(round, got);
            Assert.True(queue.IsEmpty);
        }
    }

    [Fact]
    public void Put_CancelledWhileRoomComes_EitherHasPutOrNot()
    {
        IQueue<T> queue = Create(1);
        var random = new Random(6);
        for (int round = 0; round < 120; round++)
        {
            queue.Put(Item(100));
            using var source = new CancellationTokenSource();
            Task<bool> putter = Putting(queue, round % Forms, Item(round), Timeout.InfiniteTimeSpan, source.Token);
            UntilPutting(queue, 1);
            Task<bool> canceller = OnThread(() =>
            {
                Thread.SpinWait(random.Next(2_000));
                source.Cancel();
            });
            Assert.Equal(100, Number(queue.Get()));
            End(canceller);

            Assert.Equal(IsCancelled(putter) ? [] : [round], Drain(queue));
        }
    }

    [Fact]
    public void GetAsync_OfAThousandFlows_ParksNoThread()
    {
        const int Flows = 1000;
        if (Consumers == 1)
        {
            return;
        }

        IQueue<T> queue = Create();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        Task<int>[] flows = [.. Enumerable.Range(0, Flows).Select(_ => InFlow(async () => Number(await queue.GetAsync())))];
        UntilGetting(queue, Flows);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length - threads, int.MinValue, Flows / 20);

        Task<bool> putter = OnThread(() => queue.PutMany(Items.MakeMany<T>(Enumerable.Range(0, Flows))));

        Assert.Equal(Enumerable.Range(0, Flows), End(flows).Order());
        Assert.True(End(putter));
    }

    [Fact]
    public void Get_OfOneUnitFromAnother_GoesBackAndForth()
    {
        IQueue<T> there = Create(1);
        IQueue<T> back = Create(1);
        Task<int> echo = Start(Echo, there, back, 200);

        for (int i = 0; i < 200; i++)
        {
            there.Put(Item(i));
            Assert.Equal(i + 1, Number(back.Get()));
        }

        Assert.Equal(200, End(echo));
    }

    private static int Echo(IQueue<T> queue, IQueue<T> back, int times)
    {
        for (int i = 0; i < times; i++)
        {
            back.Put(Item(Number(queue.Get()) + 1));
        }

        return times;
    }

    private static bool IsCancelled(Task task)
    {
        Until(() => task.IsCompleted);
        return task.IsCanceled || task.Exception?.InnerException is OperationCanceledException;
    }

    // Each on a thread or in a flow of its own.
    private static Task<int> Getting(IQueue<T> queue, int form, TimeSpan time, CancellationToken token) => form switch
    {
        0 => OnThread(() => Number(queue.Get(token))),
        1 => OnThread(() => queue.TryGet(time, out T item, token) ? Number(item) : -1),
        2 => OnThread(() =>
        {
            var items = new T[1];
            return queue.GetMany(items, token) == 1 ? Number(items[0]) : -1;
        }),
        3 => InFlow(async () => Number(await queue.GetAsync(token))),
        4 => InFlow(async () => await queue.TryGetAsync(time, token) is (true, { } item) ? Number(item) : -1),
        _ => InFlow(async () =>
        {
            var items = new T[1];
            return await queue.GetManyAsync(items, token) == 1 ? Number(items[0]) : -1;
        }),
    };

    private static Task<bool> Putting(IQueue<T> queue, int form, T item, TimeSpan time, CancellationToken token) => form switch
    {
        0 => OnThread(() => queue.Put(item, token)),
        1 => OnThread(() => queue.TryPut(item, time, token)),
        2 => OnThread(() => queue.PutMany([item], token)),
        3 => InFlow(async () => await queue.PutAsync(item, token)),
        4 => InFlow(async () => await queue.TryPutAsync(item, time, token)),
        _ => InFlow(async () => await queue.PutManyAsync(new[] { item }, token)),
    };
}
