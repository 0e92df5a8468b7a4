using Plait.Queues;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>The end of a queue, by the rules of CPython's queue.Queue.shutdown, for every unit that uses it.</content>
public abstract partial class QueueContract<T>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_OfAnEmptyQueue_EndsEveryCall(bool immediate)
    {
        IJoinableQueue<T> queue = Create(2);
        Assert.False(queue.IsShutdown);
        queue.Shutdown(immediate);

        Assert.True(queue.IsShutdown);
        for (int form = 0; form < Forms; form++)
        {
            Assert.Contains(queue.Name, (await ErrorOf<QueueShutdownException>(Putting(queue, form, Item(1), Short, CancellationToken.None))).Message, StringComparison.Ordinal);
            Assert.Contains(queue.Name, (await ErrorOf<QueueShutdownException>(Getting(queue, form, Short, CancellationToken.None))).Message, StringComparison.Ordinal);
        }

        Assert.Throws<QueueShutdownException>(() => queue.TryPut(Item(1)));
        Assert.Throws<QueueShutdownException>(() => queue.TryPutMany(Items.MakeMany<T>(1)));
        Assert.Throws<QueueShutdownException>(() => queue.TryGet(out _));
        Assert.Throws<QueueShutdownException>(() => queue.TryPeek(out _));
        Assert.Throws<QueueShutdownException>(() => queue.TryGetMany(new T[1]));
        queue.Join();
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedTasks));
    }

    [Fact]
    public void Shutdown_OfAQueueWithItems_LetsThemBeGot()
    {
        int[] numbers = [200, 100, 300];
        IJoinableQueue<T> queue = CreateWith(numbers);
        queue.Shutdown();

        Assert.Throws<QueueShutdownException>(() => queue.Put(Item(4)));
        Assert.Equal(3, queue.Count);
        Assert.True(queue.TryPeek(out T next));
        Assert.Equal(InOrder(numbers)[0], Number(next));
        Assert.Equal(InOrder(numbers), numbers.Select(_ => Number(queue.Get())));
        Assert.Throws<QueueShutdownException>(() => queue.Get());
        Assert.Throws<QueueShutdownException>(() => queue.TryPeek(out _));

        Assert.Equal(3, queue.UnfinishedTasks);
        Assert.False(queue.Join(TimeSpan.Zero));
        Array.ForEach(numbers, _ => queue.TaskDone());
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    }

    [Fact]
    public void Shutdown_AtOnceOfAQueueWithItems_DropsThem()
    {
        IJoinableQueue<T> queue = CreateWith(200, 100, 300);
        queue.Shutdown(immediate: true);

        Assert.Throws<QueueShutdownException>(() => queue.Get());
        Assert.Throws<QueueShutdownException>(() => queue.TryGet(out _));
        Assert.Throws<QueueShutdownException>(() => queue.Put(Item(1)));
        Assert.Equal((0, true, 0), (queue.Count, queue.IsEmpty, queue.UnfinishedTasks));
        Assert.Equal(0, queue.GetStatistics().Count);
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    }

    [Fact]
    public void Shutdown_AgainAndHarder_IsAllowed()
    {
        IJoinableQueue<T> queue = CreateWith(1, 2);
        queue.Shutdown();
        queue.Shutdown();
        Assert.Equal(InOrder(1, 2)[0], Number(queue.Get()));
        queue.Shutdown(immediate: true);
        Assert.Throws<QueueShutdownException>(() => queue.Get());

        // It does not open again.
        queue.Shutdown();
        queue.Shutdown(immediate: true);
        Assert.Throws<QueueShutdownException>(() => queue.Get());
        Assert.Throws<QueueShutdownException>(() => queue.Put(Item(3)));
        Assert.Equal(1, queue.UnfinishedTasks);
        queue.TaskDone();
        queue.Join();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_WhileUnitsWaitForAnItem_EndsTheirWaits(bool immediate)
    {
        for (int form = 0; form < Forms; form += Consumers == 1 ? 1 : Forms)
        {
            IQueue<T> queue = Create();
            int first = form;
            Task<int>[] getters = [.. Enumerable.Range(0, Consumers == 1 ? 1 : Forms).Select(i => Getting(queue, first + i, Timeout.InfiniteTimeSpan, CancellationToken.None))];
            UntilGetting(queue, getters.Length);

            queue.Shutdown(immediate);

            foreach (Task<int> getter in getters)
            {
                await ErrorOf<QueueShutdownException>(getter);
            }

            Assert.Equal(0, queue.GetStatistics().WaitingGetters);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_WhileUnitsWaitForRoom_EndsTheirWaits(bool immediate)
    {
        for (int form = 0; form < Forms; form += Producers == 1 ? 1 : Forms)
        {
            IJoinableQueue<T> queue = Create(1);
            queue.Put(Item(1));
            int first = form;
            Task<bool>[] putters = [.. Enumerable.Range(0, Producers == 1 ? 1 : Forms).Select(i => Putting(queue, first + i, Item(2), Timeout.InfiniteTimeSpan, CancellationToken.None))];
            UntilPutting(queue, putters.Length);

            queue.Shutdown(immediate);

            foreach (Task<bool> putter in putters)
            {
                await ErrorOf<QueueShutdownException>(putter);
            }

            Assert.Equal(immediate ? [] : [1], Drain(queue));
            Assert.Equal((0, 1), (queue.GetStatistics().WaitingPutters, queue.GetStatistics().Puts));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_WhileUnitsJoin_EndsTheirWaitsWhenNothingIsInHand(bool immediate)
    {
        IJoinableQueue<T> queue = CreateWith(1, 2, 3);
        _ = queue.Get();
        Task<bool>[] joiners = Joining(queue);

        queue.Shutdown(immediate);

        Assert.Equal(immediate ? 1 : 3, queue.UnfinishedTasks);
        Assert.False(queue.Join(TimeSpan.Zero));
        Assert.DoesNotContain(joiners, static joiner => joiner.IsCompleted);
        _ = Drain(queue);
        for (int left = queue.UnfinishedTasks; left > 0; left--)
        {
            queue.TaskDone();
        }

        Assert.All(await Task.WhenAll(joiners).InTime(), Assert.True);
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    }

    [Fact]
    public async Task Shutdown_AtOnceWithNothingInHand_EndsJoins()
    {
        IJoinableQueue<T> queue = CreateWith(1, 2, 3);
        Task<bool>[] joiners = Joining(queue);

        queue.Shutdown(immediate: true);

        Assert.All(await Task.WhenAll(joiners).InTime(), Assert.True);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shutdown_WhileUnitsUseIt_LosesNothingThatWasPut(bool immediate)
    {
        for (int round = 0; round < 10; round++)
        {
            IJoinableQueue<T> queue = Create(4);
            Task<int>[] putters = [.. Enumerable.Range(0, Producers).Select(unit => OnThread(() => PutUntilTheEnd(queue, unit)))];
            Task<int[]>[] getters = [.. Enumerable.Range(0, Consumers).Select(_ => OnThread(() => queue.ReadAll().Select(Number).ToArray()))];
            Task<bool>[] joiners = Joining(queue, isCertain: false);
            Until(() => queue.GetStatistics().Gets > 20);

            queue.Shutdown(immediate);

            int[] puts = End(putters);
            int[] got = [.. End(getters).SelectMany(static one => one)];
            Assert.Equal(puts.Sum(), queue.GetStatistics().Puts);
            Assert.Equal(got.Length, got.Distinct().Count());
            Assert.Equal(got.Length, queue.GetStatistics().Gets);
            Assert.InRange(puts.Sum() - got.Length, 0, immediate ? 4 : 0);
            Assert.Equal(got.Length, queue.UnfinishedTasks);
            for (int i = 0; i < got.Length; i++)
            {
                queue.TaskDone();
            }

            Assert.All(End(joiners), Assert.True);
        }
    }

    [Fact]
    public void Shutdown_ByAnotherUnit_ReachesAll()
    {
        IJoinableQueue<T> queue = Create();
        Task<int> getter = Start(static (IJoinableQueue<T> queue) => queue.ReadAll().Count(), queue);
        queue.PutMany(Items.MakeMany<T>(1, 2, 3));
        Until(queue.GetStatisticsOf(static statistics => statistics.Gets == 3));

        End(Start(
            static (IJoinableQueue<T> queue) =>
            {
                queue.Shutdown();
                return queue.IsShutdown;
            },
            queue));

        Assert.Equal(3, End(getter));
        Assert.True(queue.IsShutdown);
        Assert.Throws<QueueShutdownException>(() => queue.Put(Item(4)));
    }

    private static int PutUntilTheEnd(IQueue<T> queue, int unit)
    {
        int puts = 0;
        try
        {
            while (true)
            {
                queue.Put(Item((unit * 1_000_000) + puts));
                puts++;
            }
        }
        catch (QueueShutdownException)
        {
            return puts;
        }
    }

    private static Task<bool>[] Joining(IJoinableQueue<T> queue, bool isCertain = true)
    {
        Task<bool>[] joiners =
        [
            OnThread(() => queue.Join()),
            OnThread(() => queue.Join(Timeout.InfiniteTimeSpan)),
            OnThread(() => queue.Join(TimeSpan.FromHours(1))),
            InFlow(async () => await queue.JoinAsync()),
        ];
        if (isCertain)
        {
            Until(() => queue.WaitingJoiners() == joiners.Length);
        }

        return joiners;
    }
}
