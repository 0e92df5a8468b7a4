using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>Reading to the end, many units at once, names, and the end of use.</content>
public abstract partial class QueueContract<T>
{
    private const int Stream = 300;

    [Fact]
    public async Task ReadAllAsync_UntilTheShutdown_GivesEveryItem()
    {
        IQueue<T> queue = Create();
        Task<int[]> reader = InFlow(async () =>
        {
            var numbers = new List<int>();
            await foreach (T item in queue.ReadAllAsync())
            {
                numbers.Add(Number(item));
            }

            return numbers.ToArray();
        });
        for (int i = 0; i < Stream; i++)
        {
            await queue.PutAsync(Item(i));
        }

        queue.Shutdown();

        int[] got = await reader.InTime();
        Assert.Equal(Enumerable.Range(0, Stream), Kind.Order == QueueOrder.Fifo ? got : got.Order());
        Assert.Empty(queue.ReadAll());
    }

    [Fact]
    public async Task ReadAll_Cancelled_EndsAndLeavesTheRest()
    {
        IQueue<T> queue = CreateWith(1, 2, 3);
        using var source = new CancellationTokenSource();
        using (IEnumerator<T> items = queue.ReadAll(source.Token).GetEnumerator())
        {
            Assert.True(items.MoveNext());
            await source.CancelAsync();
            Assert.Throws<OperationCanceledException>(() => items.MoveNext());
        }

        await using (IAsyncEnumerator<T> items = queue.ReadAllAsync(source.Token).GetAsyncEnumerator(CancellationToken.None))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await items.MoveNextAsync());
        }

        await using (IAsyncEnumerator<T> items = queue.ReadAllAsync().GetAsyncEnumerator(source.Token))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await items.MoveNextAsync());
        }

        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void Put_BySeveralUnits_BringsEachItemOnceAndInItsOrder()
    {
        IJoinableQueue<T> queue = Create();
        Task<int>[] putters = [.. Enumerable.Range(0, Producers).Select(unit => Start(PutStream, queue, unit))];
        Task<int[]>[] getters = StartMany(Consumers, ReadStream, queue);

        End(putters);
        queue.Shutdown();
        int[][] got = End(getters);

        Assert.Equal(Enumerable.Range(0, Producers).SelectMany(static unit => Enumerable.Range(unit * 10_000, Stream)), got.SelectMany(static one => one).Order());
        if (Kind.Order == QueueOrder.Fifo)
        {
            Assert.All(got, one => Assert.All(one.GroupBy(static number => number / 10_000), static stream => Assert.Equal(stream.Order(), stream)));
        }

        Assert.Equal(((long)Producers * Stream, (long)Producers * Stream), (queue.GetStatistics().Puts, queue.GetStatistics().Gets));
    }

    [Fact]
    public async Task PutMany_OfMoreThanItTakes_WaitsForRoomAgainAndAgain()
    {
        IJoinableQueue<T> queue = Create(3);
        Task<int[]> getter = Start(ReadStream, queue);

        queue.PutMany(Items.MakeMany<T>(Enumerable.Range(0, Stream)));
        await queue.PutManyAsync(Items.MakeMany<T>(Enumerable.Range(Stream, Stream)));
        queue.Shutdown();

        int[] got = await getter.InTime();
        Assert.Equal(Enumerable.Range(0, 2 * Stream), Kind.Order == QueueOrder.Fifo ? got : got.Order());
    }

    [Fact]
    public async Task PutMany_Cancelled_LeavesWhatWasPut()
    {
        IQueue<T> queue = Create(2);
        for (int form = 2; form < Forms; form += 3)
        {
            using var source = new CancellationTokenSource();
            Task<bool> putter = form == 2
                ? OnThread(() => queue.PutMany(Items.MakeMany<T>(1, 2, 3), source.Token))
                : InFlow(async () => await queue.PutManyAsync(Items.MakeMany<T>(1, 2, 3), source.Token));
            UntilPutting(queue, 1);
            await source.CancelAsync();

            await ErrorOf<OperationCanceledException>(putter);
            Assert.Equal(InOrder(1, 2), Drain(queue));
        }
    }

    [Fact]
    public void Create_WithANameTwice_IsOneQueue()
    {
        string name = $"orders-{Guid.NewGuid():N}";
        IJoinableQueue<T> queue = Create(5, name);
        IJoinableQueue<T> same = Create(9, name);

        queue.Put(Item(1));
        Assert.Equal((name, name, 5, 1), (queue.Name, same.Name, same.Capacity, same.Count));
        Assert.Equal(1, Number(same.Get()));
        same.TaskDone();
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Same(Scope, queue.Scope);
        Assert.NotEqual(Create().Name, Create().Name);

        ArgumentException other = Assert.Throws<ArgumentException>(() => Scope.CreateQueue<Guid>(5, name));
        Assert.Contains(name, other.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Scope.CreateLock(name));
        _ = Kind.Order == QueueOrder.Fifo
            ? Assert.Throws<ArgumentException>(() => Scope.CreateLifoQueue<T>(5, name))
            : Assert.Throws<ArgumentException>(() => Scope.CreateQueue<T>(5, name));
    }

    [Fact]
    public void Dispose_OfOneObject_LeavesTheQueueToOthers()
    {
        string name = $"disposed-{Guid.NewGuid():N}";
        IJoinableQueue<T> queue = Create(5, name);
        IJoinableQueue<T> same = Create(5, name);
        queue.Put(Item(1));

        queue.Dispose();
        queue.Dispose();

        ObjectDisposedException error = Assert.Throws<ObjectDisposedException>(() => queue.Put(Item(2)));
        Assert.Equal($"{(Kind.Order == QueueOrder.Priority ? "IPriorityQueue" : "IQueue")}<{typeof(T)}> '{name}'", error.ObjectName);
        Assert.Throws<ObjectDisposedException>(() => queue.TryPut(Item(2)));
        Assert.Throws<ObjectDisposedException>(() => queue.Get());
        Assert.Throws<ObjectDisposedException>(() => queue.TryGet(out _));
        Assert.Throws<ObjectDisposedException>(() => queue.TryPeek(out _));
        Assert.Throws<ObjectDisposedException>(() => queue.PutMany(Items.MakeMany<T>(2)));
        Assert.Throws<ObjectDisposedException>(() => queue.TryGetMany(new T[1]));
        Assert.Throws<ObjectDisposedException>(queue.TaskDone);
        Assert.Throws<ObjectDisposedException>(() => queue.Join());
        Assert.Throws<ObjectDisposedException>(() => queue.Shutdown());
        Assert.Equal(1, Number(same.Get()));
    }

    [Fact]
    public void Create_InADisposedScope_IsRefused()
    {
        IScope scope = NewScope();
        IJoinableQueue<T> queue = Create(scope: scope);
        scope.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Create(scope: scope));
        Assert.Contains($"scope '{scope.Name}'", Assert.Throws<ObjectDisposedException>(() => queue.Put(Item(1))).Message, StringComparison.Ordinal);
    }

    private static int PutStream(IJoinableQueue<T> queue, int unit)
    {
        for (int i = 0; i < Stream; i++)
        {
            queue.Put(Item((unit * 10_000) + i));
        }

        return Stream;
    }

    private static int[] ReadStream(IJoinableQueue<T> queue) => [.. queue.ReadAll().Select(Number)];
}
