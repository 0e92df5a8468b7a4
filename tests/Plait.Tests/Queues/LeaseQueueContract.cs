using System.Runtime.CompilerServices;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>What <see cref="ILeaseQueue{T}"/> keeps, whatever its size, its items and its scope.</summary>
/// <inheritdoc cref="QueueTest{T}"/>
public abstract partial class LeaseQueueContract<T> : QueueTest<T>
{
    private readonly int _capacity;

    private protected LeaseQueueContract(Setting setting, int capacity)
        : base(setting, new QueueKind(Plait.Memory.QueueOrder.Fifo, capacity)) => _capacity = capacity;

    private ILeaseQueue<T> CreateLeases(int? capacity = null, string? name = null) => Scope.CreateLeaseQueue<T>(capacity ?? _capacity, name);

    private ILeaseQueue<T> LeasesOf(params IEnumerable<int> numbers)
    {
        ILeaseQueue<T> queue = CreateLeases();
        queue.PutMany(Items.MakeMany<T>(numbers));
        return queue;
    }

    [Fact]
    public void Lease_OfAnItem_HasItUntilItIsCompleted()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2);

        QueueLease<T> lease = queue.Lease();

        Assert.Equal(1, Number(lease.Item));
        Assert.Equal((1, 2, false), (queue.Count, queue.UnfinishedTasks, queue.Join(TimeSpan.Zero)));
        lease.Complete();
        Assert.Equal((1, 1), (queue.Count, queue.UnfinishedTasks));
        Assert.True(queue.TryLease(out QueueLease<T>? second));
        Assert.Equal(2, Number(second.Item));
        Assert.Equal((true, 1), (queue.IsEmpty, queue.UnfinishedTasks));
        second.Complete();
        queue.Join();
        QueueStatistics statistics = queue.GetStatistics();
        Assert.Equal((2, 2, 0, 0, 0, 0), (statistics.Puts, statistics.Gets, statistics.Count, statistics.UnfinishedTasks, statistics.Abandoned, statistics.Redelivered));
    }

    [Fact]
    public void Dispose_OfLeases_BringsTheirItemsBackFirstAndInOrder()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2, 3, 4, 5);
        QueueLease<T>[] leases = [queue.Lease(), queue.Lease(), queue.Lease()];

        leases[1].Dispose();
        leases[0].Dispose();
        leases[0].Dispose();
        leases[2].Dispose();

        Assert.Equal(5, queue.UnfinishedTasks);
        Assert.Equal([1, 2, 3, 4, 5], LeaseAll(queue));
        Assert.Equal((0, 3L), (queue.UnfinishedTasks, queue.GetStatistics().Redelivered));
    }

    [Fact]
    public void Count_OfItemsThatCameBack_CountsThem()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2, 3);
        QueueLease<T>[] leases = [queue.Lease(), queue.Lease(), queue.Lease()];
        Assert.Equal((0, true, 3L), (queue.Count, queue.IsEmpty, queue.GetStatistics().Gets));

        leases[0].Dispose();
        leases[1].Dispose();

        QueueStatistics statistics = queue.GetStatistics();
        Assert.Equal((2, false), (queue.Count, queue.IsEmpty));
        Assert.Equal((3L, 3L, 2, 2L), (statistics.Puts, statistics.Gets, statistics.Count, statistics.Redelivered));
        using (QueueLease<T> again = queue.Lease())
        {
            Assert.Equal((1, 4L, 1), (Number(again.Item), queue.GetStatistics().Gets, queue.Count));
        }

        leases[2].Complete();
        Assert.Equal([1, 2], LeaseAll(queue));
        statistics = queue.GetStatistics();
        Assert.Equal((3L, 6L, 0, 3L, 0), (statistics.Puts, statistics.Gets, statistics.Count, statistics.Redelivered, statistics.UnfinishedTasks));
    }

    [Fact]
    public void TryPut_BesideItemsThatCameBack_HasTheWholeCapacity()
    {
        ILeaseQueue<T> queue = CreateLeases(2);
        queue.PutMany(Items.MakeMany<T>(1, 2));
        QueueLease<T>[] leases = [queue.Lease(), queue.Lease()];
        Assert.Equal(2, queue.TryPutMany(Items.MakeMany<T>(3, 4, 5)));
        leases[0].Dispose();
        leases[1].Dispose();

        Assert.Equal((4, true), (queue.Count, queue.IsFull));
        queue.Lease().Complete();
        queue.Lease().Complete();
        Assert.Equal((2, true, false), (queue.Count, queue.IsFull, queue.TryPut(Item(5))));
        queue.Lease().Complete();
        Assert.True(queue.TryPut(Item(5)));
        Assert.Equal([4, 5], LeaseAll(queue));
    }

    [Fact]
    public void Complete_OfALeaseThatIsOver_IsRefused()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2);
        QueueLease<T> done = queue.Lease();
        done.Complete();
        done.Dispose();
        Assert.Contains(queue.Name, Assert.Throws<InvalidOperationException>(done.Complete).Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (queue.Count, queue.UnfinishedTasks));

        QueueLease<T> back = queue.Lease();
        back.Dispose();
        Assert.Throws<InvalidOperationException>(back.Complete);

        Assert.Equal([2], LeaseAll(queue));
    }

    [Fact]
    public void Get_OfAnItem_IsDoneAtOnce()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2, 3, 4);
        queue.Lease().Dispose();

        Assert.Equal(1, Number(queue.Get()));
        Assert.True(queue.TryGet(out T second));
        Assert.Equal((2, 2), (Number(second), queue.UnfinishedTasks));
        Assert.Contains(nameof(QueueLease<>.Complete), Assert.Throws<InvalidOperationException>(queue.TaskDone).Message, StringComparison.Ordinal);
        var rest = new T[4];
        Assert.Equal(2, queue.GetMany(rest));
        Assert.Equal([3, 4], Items.ReadMany(rest.Take(2)));

        Assert.True(queue.Join(TimeSpan.Zero));
    }

    [Fact]
    public void TryPeek_OfWhatCameBack_SeesItFirst()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2);
        QueueLease<T> lease = queue.Lease();
        Assert.True(queue.TryPeek(out T next));
        Assert.Equal(2, Number(next));

        lease.Dispose();

        Assert.True(queue.TryPeek(out next));
        Assert.True(queue.TryPeek(out T again));
        Assert.Equal((1, 1, 2), (Number(next), Number(again), queue.Count));
        Assert.Equal([1, 2], LeaseAll(queue));
        Assert.False(queue.TryPeek(out _));
    }

    [Fact]
    public void Lease_ThatNobodyRefersTo_ComesBack()
    {
        ILeaseQueue<T> queue = LeasesOf(1);

        Forget(queue);
        Until(() =>
        {
            GC.Collect();
            return queue.Count == 1;
        });

        Assert.Equal([1], LeaseAll(queue));
        Assert.Equal(1, queue.GetStatistics().Redelivered);
    }

    [Fact]
    public void Lease_BySeveralUnits_CompletesEachItemOnce()
    {
        const int Each = 150;
        ILeaseQueue<T> queue = CreateLeases();
        Task<int>[] putters = [.. Enumerable.Range(0, 2).Select(unit => Start(PutSome, queue, unit * 10_000, Each))];
        Task<(int[] Done, int GivenBack)>[] workers = StartMany(3, Work, queue);

        End(putters);
        Assert.True(queue.Join(Waits.Hang));
        queue.Shutdown();
        (int[] Done, int GivenBack)[] ends = End(workers);

        Assert.Equal(Enumerable.Range(0, 2).SelectMany(static unit => Enumerable.Range(unit * 10_000, Each)), ends.SelectMany(static end => end.Done).Order());
        QueueStatistics statistics = queue.GetStatistics();
        long back = ends.Sum(static end => (long)end.GivenBack);
        Assert.Equal((2 * Each, (2 * Each) + back, back, 0, 0), (statistics.Puts, statistics.Gets, statistics.Redelivered, statistics.Count, statistics.UnfinishedTasks));
    }

    [Fact]
    public void Create_WithANameTwice_IsOneQueue()
    {
        string name = $"leases-{Guid.NewGuid():N}";
        ILeaseQueue<T> queue = CreateLeases(5, name);
        ILeaseQueue<T> same = CreateLeases(9, name);
        queue.Put(Item(1));

        QueueLease<T> lease = same.Lease();
        lease.Dispose();
        Assert.Equal((5, 1, name), (same.Capacity, queue.Count, same.Name));
        Assert.Equal([1], LeaseAll(queue));

        Assert.Contains(name, Assert.Throws<ArgumentException>(() => Scope.CreateQueue<T>(5, name)).Message, StringComparison.Ordinal);
        string plain = $"{name}-plain";
        _ = Scope.CreateQueue<T>(5, plain);
        Assert.Contains(plain, Assert.Throws<ArgumentException>(() => CreateLeases(5, plain)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_OfTheQueue_LeavesItsLeases()
    {
        string name = $"leases-{Guid.NewGuid():N}";
        ILeaseQueue<T> queue = CreateLeases(5, name);
        ILeaseQueue<T> same = CreateLeases(5, name);
        queue.PutMany(Items.MakeMany<T>(1, 2));
        QueueLease<T> first = queue.Lease();
        QueueLease<T> second = queue.Lease();

        queue.Dispose();

        Assert.Equal($"ILeaseQueue<{typeof(T)}> '{name}'", Assert.Throws<ObjectDisposedException>(() => queue.Lease()).ObjectName);
        Assert.Throws<ObjectDisposedException>(() => queue.TryLease(out _));
        Assert.Throws<ObjectDisposedException>(() => queue.TryLease(Short, out _));
        first.Complete();
        second.Dispose();
        Assert.Equal([2], LeaseAll(same));
        Assert.True(same.Join(TimeSpan.Zero));
    }

    private static int[] LeaseAll(ILeaseQueue<T> queue)
    {
        var numbers = new List<int>();
        while (queue.TryLease(out QueueLease<T>? lease))
        {
            numbers.Add(Number(lease.Item));
            lease.Complete();
        }

        return [.. numbers];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(ILeaseQueue<T> queue) => Assert.Equal(1, Number(queue.Lease().Item));

    private static int PutSome(ILeaseQueue<T> queue, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Put(Item(first + i));
        }

        return count;
    }

    // Every third that it has comes back: from whoever has it then it may come back again.
    private static (int[] Done, int GivenBack) Work(ILeaseQueue<T> queue)
    {
        var done = new List<int>();
        int turns = 0;
        try
        {
            while (true)
            {
                using QueueLease<T> lease = queue.Lease();
                if (++turns % 3 != 0)
                {
                    done.Add(Number(lease.Item));
                    lease.Complete();
                }
            }
        }
        catch (QueueShutdownException)
        {
            return ([.. done], turns / 3);
        }
    }
}
