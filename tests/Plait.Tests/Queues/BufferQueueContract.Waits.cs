using Plait.Queues;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>Waits for a buffer and for room, the end of the queue, and many units at once.</content>
public abstract partial class BufferQueueContract<T>
{
    private const int Forms = 5;
    private const int Stream = 200;

    [Fact]
    public void Borrow_WhenEmpty_WaitsForABufferInEveryForm()
    {
        IBufferQueue<T> queue = Create();
        for (int form = 0; form < Forms; form++)
        {
            int length = form * 50;
            Task<T[]> getter = Getting(queue, form, CancellationToken.None);
            UntilGetting(queue, 1);
            Assert.False(getter.IsCompleted);

            queue.Put(Make(length, form).AsSpan());

            Assert.Equal(Make(length, form), End(getter));
            Assert.Equal((0, true), (queue.GetStatistics().WaitingGetters, queue.IsEmpty));
        }
    }

    [Fact]
    public void Commit_WhenFull_WaitsForRoom()
    {
        IBufferQueue<T> queue = Create(1);
        queue.Put(Make(1, 1));
        for (int form = 0; form < Forms; form++)
        {
            Task<bool> putter = Putting(queue, form, Make(30, form), CancellationToken.None);
            UntilPutting(queue, 1);
            Assert.False(putter.IsCompleted);

            _ = queue.Get();

            Assert.True(End(putter));
            Assert.Equal(Make(30, form), queue.Get());
            queue.Put(Make(1, 1));
        }

        Assert.Equal(0, queue.GetStatistics().WaitingPutters);
    }

    [Fact]
    public async Task TryPut_WhenFull_IsFalseAndChangesNothing()
    {
        IBufferQueue<T> queue = Create(2);
        Assert.True(queue.TryPut(Make(2, 1).AsSpan()));
        Assert.True(queue.TryPut(Make(2000, 2).AsSpan()));
        T[] third = Make(200, 3);

        Assert.False(queue.TryPut(third.AsSpan()));
        Assert.False(queue.TryPut(third));
        Assert.False(queue.TryPut(third, s_short));
        Assert.False(await queue.TryPutAsync(third, TimeSpan.Zero));

        Assert.Equal((2, true, 2L), (queue.Count, queue.IsFull, queue.GetStatistics().Puts));
        Assert.Equal(Make(2, 1), queue.Get());
        Assert.Equal(Make(2000, 2), queue.Get());
        Assert.False(queue.TryBorrow(out BufferLoan<T>? none));
        Assert.Null(none);
        Assert.False(queue.TryGet(s_short, out _));
    }

    [Fact]
    public async Task Commit_Cancelled_CanBeCommittedAgain()
    {
        IBufferQueue<T> queue = Create(1);
        queue.Put(Make(1, 1));
        BufferReservation<T> reservation = queue.Reserve(60);
        Make(60, 4).CopyTo(reservation.Span);
        using var source = new CancellationTokenSource();
        Task<bool> commit = OnThread(() => reservation.Commit(source.Token));
        UntilPutting(queue, 1);
        Assert.Throws<ObjectDisposedException>(() => _ = reservation.Span.Length);

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit)).CancellationToken);
        Assert.Throws<OperationCanceledException>(() => reservation.Commit(source.Token));
        Assert.Equal(Make(60, 4), reservation.Span.ToArray());
        _ = queue.Get();
        reservation.Commit();
        Assert.Equal(Make(60, 4), queue.Get());
        Assert.Equal((2L, 0), (queue.GetStatistics().Puts, queue.GetStatistics().WaitingPutters));
    }

    [Fact]
    public async Task Borrow_WithACancelledToken_TakesNothing()
    {
        IBufferQueue<T> queue = Create(2);
        queue.Put(Make(1, 1));
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        for (int form = 0; form < Forms; form++)
        {
            Task<T[]> getter = Getting(queue, form, source.Token);
            Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getter)).CancellationToken);
            Task<bool> putter = Putting(queue, form, Make(1, 2), source.Token);
            Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putter)).CancellationToken);
        }

        Assert.Equal((1L, 0L, 1), (queue.GetStatistics().Puts, queue.GetStatistics().Gets, queue.Count));
    }

    [Fact]
    public async Task Borrow_CancelledMeanwhile_EndsAndTakesNothing()
    {
        IBufferQueue<T> queue = Create(1);
        for (int form = 0; form < Forms; form++)
        {
            using var source = new CancellationTokenSource();
            Task<T[]> getter = Getting(queue, form, source.Token);
            UntilGetting(queue, 1);
            await source.CancelAsync();
            Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getter)).CancellationToken);

            queue.Put(Make(2, form));
            using var second = new CancellationTokenSource();
            Task<bool> putter = Putting(queue, form, Make(3, form), second.Token);
            UntilPutting(queue, 1);
            await second.CancelAsync();
            Assert.Equal(second.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putter)).CancellationToken);
            Assert.Equal(Make(2, form), queue.Get());
            Assert.True(queue.IsEmpty);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shutdown_OfAQueueWithBuffers_KeepsItsRules(bool immediate)
    {
        IBufferQueue<T> queue = Create(4);
        queue.Put(Make(2, 1));
        queue.Put(Make(2000, 2));
        using BufferReservation<T> reservation = queue.Reserve(9);
        BufferLoan<T> loan = queue.Borrow();

        queue.Shutdown(immediate);

        Assert.Throws<QueueShutdownException>(() => reservation.Commit());
        Assert.Equal(9, reservation.Span.Length);
        Assert.Throws<QueueShutdownException>(() => queue.Put(Make(1, 3).AsSpan()));
        Assert.Throws<QueueShutdownException>(() => queue.TryPut(Make(1, 3).AsSpan()));
        Assert.Equal(Make(2, 1), loan.Span.ToArray());
        loan.Dispose();
        if (!immediate)
        {
            using BufferLoan<T> last = queue.Borrow();
            Assert.Equal(Make(2000, 2), last.Span.ToArray());
        }

        Assert.Throws<QueueShutdownException>(() => queue.Borrow());
        Assert.Throws<QueueShutdownException>(() => queue.TryBorrow(out _));
        Assert.Throws<QueueShutdownException>(() => queue.TryGet(new T[5000], out _));
        Assert.Equal((0, immediate ? 1 : 2), (queue.Count, queue.UnfinishedTasks));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_WhileUnitsWait_EndsTheirWaits(bool immediate)
    {
        for (int form = 0; form < Forms; form++)
        {
            IBufferQueue<T> empty = Create(1);
            IBufferQueue<T> full = Create(1);
            full.Put(Make(1, 1));
            Task<T[]> getter = Getting(empty, form, CancellationToken.None);
            Task<bool> putter = Putting(full, form, Make(1, 1), CancellationToken.None);
            UntilGetting(empty, 1);
            UntilPutting(full, 1);

            empty.Shutdown(immediate);
            full.Shutdown(immediate);

            await Assert.ThrowsAsync<QueueShutdownException>(() => getter);
            await Assert.ThrowsAsync<QueueShutdownException>(() => putter);
        }
    }

    [Fact]
    public void Commit_BySeveralWriters_KeepsEachOnesOrder()
    {
        IBufferQueue<T> queue = Create();
        Task<int>[] writers = [.. Enumerable.Range(0, Producers).Select(unit => Start(Write, queue, unit))];
        Task<int[]>[] readers = [.. Enumerable.Range(0, Consumers).Select(_ => Start(Read, queue))];

        End(writers);
        queue.Shutdown();
        int[][] got = End(readers);

        Assert.Equal(Enumerable.Range(0, Producers).SelectMany(static unit => Enumerable.Range(unit * 10_000, Stream)), got.SelectMany(static one => one).Order());
        Assert.All(got, one => Assert.All(one.GroupBy(static number => number / 10_000), static stream => Assert.Equal(stream.Order(), stream)));
        Assert.Equal(((long)Producers * Stream, (long)Producers * Stream), (queue.GetStatistics().Puts, queue.GetStatistics().Gets));
    }

    [Fact]
    public void Dispose_OfTheQueue_LeavesWhatIsLent()
    {
        string name = $"buffers-{Guid.NewGuid():N}";
        IBufferQueue<T> queue = Create(5, name);
        IBufferQueue<T> same = Create(5, name);
        queue.Put(Make(500, 1));
        using BufferReservation<T> reservation = queue.Reserve(3);
        using BufferLoan<T> loan = queue.Borrow();

        queue.Dispose();

        Assert.Throws<ObjectDisposedException>(() => queue.Reserve(1));
        Assert.Throws<ObjectDisposedException>(() => queue.Borrow());
        Assert.Throws<ObjectDisposedException>(() => queue.TryBorrow(out _));
        Assert.Throws<ObjectDisposedException>(() => queue.Put(Make(1, 1).AsSpan()));
        Assert.Throws<ObjectDisposedException>(() => queue.TryPut(Make(1, 1).AsSpan()));
        Assert.Throws<ObjectDisposedException>(() => queue.TryGet(new T[1], out _));
        Assert.Throws<ObjectDisposedException>(() => reservation.Commit());
        Assert.Equal(Make(500, 1), loan.Span.ToArray());
        same.Put(Make(1, 1));
        Assert.Equal(1, same.Count);
    }

    private static void UntilGetting(IBufferQueue<T> queue, int units) => Until(() => queue.GetStatistics().WaitingGetters == units);

    private static void UntilPutting(IBufferQueue<T> queue, int units) => Until(() => queue.GetStatistics().WaitingPutters == units);

    // Short and long ones in turn; the number is the length of each and what it is filled with.
    private static int Write(IBufferQueue<T> queue, int unit)
    {
        for (int i = 0; i < Stream; i++)
        {
            T[] buffer = Make(LengthOf(i), 0);
            NumberOf(buffer) = (unit * 10_000) + i;
            if (i % 3 == 0)
            {
                queue.Put(buffer.AsSpan());
                continue;
            }

            using BufferReservation<T> reservation = queue.Reserve(buffer.Length);
            buffer.CopyTo(reservation.Span);
            reservation.Commit();
        }

        return Stream;
    }

    private static int[] Read(IBufferQueue<T> queue)
    {
        var numbers = new List<int>();
        try
        {
            while (true)
            {
                using BufferLoan<T> loan = queue.Borrow();
                T[] buffer = loan.Span.ToArray();
                int number = NumberOf(buffer);
                T[] expected = Make(LengthOf(number % 10_000), 0);
                NumberOf(expected) = number;
                Assert.Equal(expected, buffer);
                numbers.Add(number);
            }
        }
        catch (QueueShutdownException)
        {
            return [.. numbers];
        }
    }

    private static int LengthOf(int i) => i % 2 == 0 ? 8 : 700 + i;

    private static ref int NumberOf(T[] buffer) => ref System.Runtime.InteropServices.MemoryMarshal.Cast<T, int>(buffer.AsSpan())[0];

    // Each on a thread or in a flow of its own.
    private static Task<T[]> Getting(IBufferQueue<T> queue, int form, CancellationToken token) => form switch
    {
        0 => OnThread(() => Copy(queue.Borrow(token))),
        1 => InFlow(async () => Copy(await queue.BorrowAsync(token))),
        2 => OnThread(() => queue.Get(token)),
        3 => InFlow(async () => await queue.GetAsync(token)),
        _ => OnThread(() => queue.TryGet(TimeSpan.FromHours(1), out T[] buffer, token) ? buffer : []),
    };

    private static Task<bool> Putting(IBufferQueue<T> queue, int form, T[] buffer, CancellationToken token) => form switch
    {
        0 => OnThread(() => queue.Put(buffer.AsSpan(), token)),
        1 => OnThread(() =>
        {
            using BufferReservation<T> reservation = queue.Reserve(buffer.Length);
            buffer.CopyTo(reservation.Span);
            reservation.Commit(token);
        }),
        2 => OnThread(() => queue.Put(buffer, token)),
        3 => InFlow(async () => await queue.PutAsync(buffer, token)),
        _ => OnThread(() => queue.TryPut(buffer, TimeSpan.FromHours(1), token)),
    };

    private static T[] Copy(BufferLoan<T> loan)
    {
        using (loan)
        {
            return loan.Span.ToArray();
        }
    }
}
