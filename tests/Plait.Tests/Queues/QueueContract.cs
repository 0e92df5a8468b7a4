using Plait.Memory;
using Plait.Queues;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>What <see cref="IJoinableQueue{T}"/> keeps, whatever its order, its size, its items and its scope.</summary>
/// <inheritdoc cref="QueueTest{T}"/>
public abstract partial class QueueContract<T> : QueueTest<T>
{
    private protected QueueContract(Setting setting, QueueKind kind)
        : base(setting, kind)
    {
    }

    [Fact]
    public void Create_WithNoPlaceOrFewer_IsRefused()
    {
        foreach (int capacity in new[] { 0, -2, -100, int.MinValue })
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => Create(capacity));
            Assert.Equal(("capacity", (object)capacity), (error.ParamName, error.ActualValue));
            Assert.Contains($"{capacity}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Capacity_OfEachSize_IsWhatWasAskedFor()
    {
        foreach (int capacity in new[] { 1, 2, 3, 5, 64, 1000 })
        {
            IQueue<T> queue = Create(capacity);
            Assert.Equal(capacity, queue.Capacity);
            for (int i = 0; i < capacity; i++)
            {
                Assert.False(queue.IsFull, $"{i} of {capacity}");
                Assert.True(queue.TryPut(Item(i)), $"{i} of {capacity}");
            }

            Assert.True(queue.IsFull);
            Assert.False(queue.TryPut(Item(capacity)));
            Assert.Equal(capacity, queue.Count);
        }

        Assert.Null(Create(Capacity.Unbounded).Capacity);
    }

    [Fact]
    public void Get_AfterSeveralPuts_KeepsTheOrder()
    {
        int[] numbers = [300, 100, 200, 101, 301, 102];
        IQueue<T> queue = CreateWith(numbers);

        Assert.Equal(InOrder(numbers), numbers.Select(_ => Number(queue.Get())));
        Assert.False(queue.TryGet(out T none));
        Assert.Equal(default, none);
    }

    [Fact]
    public void TryGet_AfterAPutOfTheSameUnit_Succeeds()
    {
        IQueue<T> queue = Create();

        for (int i = 0; i < 500; i++)
        {
            queue.Put(Item(i));
            Assert.True(queue.TryGet(out T item), $"{i}");
            Assert.Equal(i, Number(item));
        }
    }

    [Fact]
    public void TryPut_WhenFull_IsFalseAndChangesNothing()
    {
        IQueue<T> queue = Create(2);
        Assert.True(queue.TryPut(Item(1)));
        Assert.True(queue.TryPut(Item(2), Short));

        Assert.False(queue.TryPut(Item(3)));
        Assert.False(queue.TryPut(Item(3), TimeSpan.Zero));
        Assert.Equal(0, queue.TryPutMany(Items.MakeMany<T>(3, 4)));

        Assert.Equal((2, true), (queue.Count, queue.IsFull));
        Assert.Equal(InOrder(1, 2), Drain(queue));
    }

    [Fact]
    public void Count_AfterEachUse_IsWhatIsInIt()
    {
        IQueue<T> queue = Create(3);
        Assert.Equal((0, true, false), (queue.Count, queue.IsEmpty, queue.IsFull));
        for (int i = 1; i <= 3; i++)
        {
            queue.Put(Item(i));
            Assert.Equal((i, false, i == 3), (queue.Count, queue.IsEmpty, queue.IsFull));
        }

        for (int i = 2; i >= 0; i--)
        {
            _ = queue.Get();
            Assert.Equal((i, i == 0, false), (queue.Count, queue.IsEmpty, queue.IsFull));
        }
    }

    [Fact]
    public void Put_OfManyRounds_GoesRoundTheSlots()
    {
        IQueue<T> queue = Create(5);
        var inside = new List<int>();
        int next = 0;
        for (int round = 0; round < 60; round++)
        {
            while (queue.TryPut(Item(next)))
            {
                inside.Add(next++);
            }

            Assert.Equal(5, inside.Count);
            for (int i = 0; i <= round % 5; i++)
            {
                int expected = InOrder(inside)[0];
                Assert.Equal(expected, Number(queue.Get()));
                inside.Remove(expected);
            }
        }

        Assert.Equal(InOrder(inside), Drain(queue));
    }

    [Fact]
    public void Put_OfMoreThanTheFirstSlots_GrowsAndKeepsTheOrder()
    {
        const int Many = 2_500;
        IQueue<T> queue = Create(Capacity.Unbounded);
        List<int> got = [];
        List<int> expected = [];
        List<int> inside = [];

        // The slots do not begin at the first when the queue grows.
        for (int i = 0; i < Many; i++)
        {
            queue.Put(Item(i));
            inside.Add(i);
            if (i % 3 == 2)
            {
                got.Add(Number(queue.Get()));
                expected.Add(Kind.Order == QueueOrder.Lifo ? inside[^1] : inside[0]);
                inside.Remove(expected[^1]);
            }
        }

        Assert.False(queue.IsFull);
        Assert.Equal(inside.Count, queue.Count);
        got.AddRange(Drain(queue));
        Assert.Equal([.. expected, .. InOrder(inside)], got);
    }

    [Fact]
    public void TryPeek_OfTheNextItem_LeavesIt()
    {
        IQueue<T> queue = Create();
        Assert.False(queue.TryPeek(out _));
        int[] numbers = [200, 100, 300];
        Array.ForEach(numbers, number => queue.Put(Item(number)));

        foreach (int expected in InOrder(numbers))
        {
            Assert.True(queue.TryPeek(out T item));
            Assert.True(queue.TryPeek(out T again));
            Assert.Equal((expected, expected), (Number(item), Number(again)));
            Assert.Equal(expected, Number(queue.Get()));
        }

        Assert.Equal(3, queue.GetStatistics().Gets);
    }

    [Fact]
    public void PutMany_OfABatch_KeepsTheOrder()
    {
        IQueue<T> queue = Create(100);
        int[] numbers = [.. Enumerable.Range(0, 80).Select(static i => i * 37 % 80 * 10)];

        queue.PutMany(Items.MakeMany<T>(numbers));
        queue.PutMany([]);

        var got = new T[100];
        Assert.Equal(30, queue.GetMany(got.AsSpan(0, 30)));
        Assert.Equal(50, queue.TryGetMany(got.AsSpan(30)));
        Assert.Equal(InOrder(numbers), Items.ReadMany(got.Take(80)));
        Assert.Equal(0, queue.TryGetMany(got));
        Assert.Equal((80, 80), (queue.GetStatistics().Puts, queue.GetStatistics().Gets));
    }

    [Fact]
    public void TryPutMany_OfMoreThanThereIsRoomFor_PutsTheFirst()
    {
        IQueue<T> queue = Create(5);
        queue.Put(Item(0));

        Assert.Equal(4, queue.TryPutMany(Items.MakeMany<T>(Enumerable.Range(1, 9))));

        Assert.Equal(InOrder(0, 1, 2, 3, 4), Drain(queue));
        Assert.Equal(0, queue.TryPutMany([]));
    }

    [Fact]
    public async Task GetMany_WithNoPlace_IsRefused()
    {
        IQueue<T> queue = CreateWith(1);

        Assert.Throws<ArgumentException>(() => queue.GetMany([]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.GetManyAsync(Memory<T>.Empty));

        Assert.Equal(0, queue.TryGetMany([]));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void GetStatistics_AfterUse_CountsWhatHappened()
    {
        IJoinableQueue<T> queue = Create(4);
        queue.PutMany(Items.MakeMany<T>(1, 2, 3));
        _ = queue.Get();
        queue.TaskDone();
        Task<bool> putter = OnThread(() => queue.PutMany(Items.MakeMany<T>(4, 5, 6)));
        UntilPutting(queue, 1);
        QueueStatistics statistics = queue.GetStatistics();
        Assert.Equal((5, 1, 4, 4), (statistics.Puts, statistics.Gets, statistics.Count, statistics.UnfinishedTasks));
        Assert.Equal((1, 0, 1), (statistics.WaitingPutters, statistics.WaitingGetters, statistics.PutWaits));

        _ = queue.Get();
        End(putter);

        statistics = queue.GetStatistics();
        Assert.Equal((6, 2, 4), (statistics.Puts, statistics.Gets, statistics.Count));
        Assert.Equal((0, 0), (statistics.WaitingPutters, statistics.Abandoned));
        Assert.True(statistics.TotalPutWait >= statistics.LongestPutWait && statistics.LongestPutWait > TimeSpan.Zero, $"{statistics}");
        Assert.Equal(TimeSpan.Zero, statistics.TotalGetWait);
    }
}
