using Plait.Queues;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>How units wait for an item to lease, and what the end of the queue does to them.</content>
public abstract partial class LeaseQueueContract<T>
{
    private const int Forms = 4;

    private static readonly TimeSpan[] s_longTimes = [Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromHours(1)];
    private static readonly TimeSpan[] s_negativeTimes = [TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue];

    [Fact]
    public void Lease_WhenEmpty_WaitsForAnItemInEveryForm()
    {
        ILeaseQueue<T> queue = CreateLeases();
        for (int form = 0; form < Forms; form++)
        {
            foreach (TimeSpan time in s_longTimes)
            {
                Task<int> leaser = Leasing(queue, form, time, CancellationToken.None);
                UntilGetting(queue, 1);
                Assert.False(leaser.IsCompleted);

                queue.Put(Item(form));

                Assert.Equal(form, End(leaser));
                Assert.Equal((0, true, 0), (queue.GetStatistics().WaitingGetters, queue.IsEmpty, queue.UnfinishedTasks));
            }
        }
    }

    [Fact]
    public void Lease_WhenAllAreOut_WaitsForOneThatComesBack()
    {
        ILeaseQueue<T> queue = LeasesOf(7);
        for (int form = 0; form < Forms; form++)
        {
            QueueLease<T> lease = queue.Lease();
            Task<int> leaser = Leasing(queue, form, Timeout.InfiniteTimeSpan, CancellationToken.None);
            UntilGetting(queue, 1);
            Assert.False(leaser.IsCompleted);

            lease.Dispose();

            Assert.Equal(7, End(leaser));
            queue.Put(Item(7));
        }

        Assert.Equal(Forms, queue.GetStatistics().Redelivered);
    }

    [Fact]
    public void Lease_OfSeveralUnits_GivesEachItemThatComesBackToOne()
    {
        const int Units = 2 * Forms;
        ILeaseQueue<T> queue = LeasesOf(Enumerable.Range(0, Units));
        QueueLease<T>[] leases = [.. Enumerable.Range(0, Units).Select(_ => queue.Lease())];
        Task<int>[] leasers = [.. Enumerable.Range(0, Units).Select(unit => Leasing(queue, unit % Forms, Timeout.InfiniteTimeSpan, CancellationToken.None))];
        UntilGetting(queue, Units);

        Array.ForEach(leases, static lease => lease.Dispose());

        Assert.Equal(Enumerable.Range(0, Units), End(leasers).Order());
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedTasks));
    }

    [Fact]
    public void Put_WhenFull_WaitsForALease()
    {
        ILeaseQueue<T> queue = CreateLeases(1);
        queue.Put(Item(1));
        Task<bool> putter = OnThread(() => queue.Put(Item(2)));
        UntilPutting(queue, 1);

        // To lease it makes room: it need not be done.
        QueueLease<T> lease = queue.Lease();

        Assert.True(End(putter));
        Assert.Equal((1, 2, true), (queue.Count, queue.UnfinishedTasks, queue.IsFull));
        lease.Dispose();
        Assert.Equal([1, 2], LeaseAll(queue));
    }

    [Fact]
    public async Task TryLease_WhenTheTimeIsOver_IsFalse()
    {
        ILeaseQueue<T> queue = CreateLeases();
        Assert.False(queue.TryLease(out QueueLease<T>? none));
        Assert.Null(none);
        Assert.False(queue.TryLease(TimeSpan.Zero, out none));
        Assert.Null(none);
        long begin = TimeProvider.System.GetTimestamp();
        Assert.False(queue.TryLease(Short, out none));
        Assert.Null(none);
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);

        queue.Put(Item(1));
        Assert.True(queue.TryLease(TimeSpan.Zero, out QueueLease<T>? lease));
        lease.Complete();
        queue.Put(Item(2));
        (await queue.LeaseAsync()).Complete();
        Assert.Equal((0, 0), (queue.GetStatistics().WaitingGetters, queue.UnfinishedTasks));
    }

    [Fact]
    public void TryLease_WithANegativeTime_IsRefusedAndTakesNothing()
    {
        ILeaseQueue<T> queue = LeasesOf(1);

        foreach (TimeSpan timeout in s_negativeTimes)
        {
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryLease(timeout, out _)).ParamName);
        }

        Assert.Equal([1], LeaseAll(queue));
        Assert.Equal(0, queue.GetStatistics().Redelivered);
    }

    [Fact]
    public async Task Lease_WithACancelledToken_TakesNothing()
    {
        ILeaseQueue<T> queue = LeasesOf(1);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        for (int form = 0; form < Forms; form++)
        {
            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(Leasing(queue, form, Short, source.Token))).CancellationToken);
        }

        Assert.Equal((1, 0L), (queue.Count, queue.GetStatistics().Gets));
    }

    [Fact]
    public async Task Lease_CancelledMeanwhile_EndsAndTakesNothing()
    {
        ILeaseQueue<T> queue = CreateLeases();
        for (int form = 0; form < Forms; form++)
        {
            using var source = new CancellationTokenSource();
            Task<int> leaser = Leasing(queue, form, Timeout.InfiniteTimeSpan, source.Token);
            UntilGetting(queue, 1);

            await source.CancelAsync();

            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(leaser)).CancellationToken);
            queue.Put(Item(form));
            Assert.Equal([form], LeaseAll(queue));
        }

        Assert.Equal(0, queue.GetStatistics().WaitingGetters);
    }

    [Fact]
    public void Lease_CancelledWhileItComesBack_EitherHasItOrLeavesIt()
    {
        ILeaseQueue<T> queue = LeasesOf(0);
        var random = new Random(7);
        for (int round = 0; round < 80; round++)
        {
            using var source = new CancellationTokenSource();
            QueueLease<T> lease = queue.Lease();
            Task<int> leaser = Leasing(queue, round % Forms, Timeout.InfiniteTimeSpan, source.Token);
            UntilGetting(queue, 1);
            Task<bool> canceller = OnThread(() =>
            {
                Thread.SpinWait(random.Next(2_000));
                source.Cancel();
            });
            lease.Dispose();
            End(canceller);
            Until(() => leaser.IsCompleted);

            Assert.Equal(leaser.IsCompletedSuccessfully ? [] : [0], LeaseAll(queue));
            queue.Put(Item(0));
        }
    }

    [Fact]
    public async Task Shutdown_WithLeasesOut_LetsThemEnd()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2, 3);
        QueueLease<T> done = queue.Lease();
        QueueLease<T> back = queue.Lease();

        queue.Shutdown();

        Assert.Throws<QueueShutdownException>(() => queue.Put(Item(4)));
        Assert.Equal(3, Number(queue.Get()));
        for (int form = 0; form < Forms; form++)
        {
            await ErrorOf<QueueShutdownException>(Leasing(queue, form, Short, CancellationToken.None));
        }

        Assert.Throws<QueueShutdownException>(() => queue.TryLease(out _));
        done.Complete();
        Assert.False(queue.Join(TimeSpan.Zero));
        back.Dispose();
        Assert.Equal((1, false), (queue.Count, queue.IsEmpty));
        queue.Lease().Complete();
        Assert.True(queue.Join(TimeSpan.Zero));
    }

    [Fact]
    public void Shutdown_AtOnceWithLeasesOut_DropsAllThatIsNotInHand()
    {
        ILeaseQueue<T> queue = LeasesOf(1, 2, 3, 4, 5);
        QueueLease<T> back = queue.Lease();
        QueueLease<T> done = queue.Lease();
        QueueLease<T> disposed = queue.Lease();
        back.Dispose();
        Task<bool> joiner = OnThread(() => queue.Join());
        Until(() => queue.WaitingJoiners() == 1);

        queue.Shutdown(immediate: true);

        Assert.Equal((0, true, 2), (queue.Count, queue.IsEmpty, queue.UnfinishedTasks));
        Assert.Throws<QueueShutdownException>(() => queue.TryLease(out _));
        done.Complete();
        Assert.Equal((1, false), (queue.UnfinishedTasks, joiner.IsCompleted));

        // It does not come back any more.
        disposed.Dispose();
        Assert.True(End(joiner));
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedTasks));
        Assert.Throws<QueueShutdownException>(() => queue.Lease());
        QueueStatistics statistics = queue.GetStatistics();
        Assert.Equal((5L, 3L, 1L), (statistics.Puts, statistics.Gets, statistics.Redelivered));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_WhileUnitsWaitForALease_EndsTheirWaits(bool immediate)
    {
        ILeaseQueue<T> queue = LeasesOf(1);
        using QueueLease<T> lease = queue.Lease();
        Task<int>[] leasers = [.. Enumerable.Range(0, Forms).Select(form => Leasing(queue, form, Timeout.InfiniteTimeSpan, CancellationToken.None))];
        UntilGetting(queue, Forms);

        queue.Shutdown(immediate);

        foreach (Task<int> leaser in leasers)
        {
            await ErrorOf<QueueShutdownException>(leaser);
        }

        Assert.Equal(0, queue.GetStatistics().WaitingGetters);
    }

    // Each on a thread or in a flow of its own.
    private static Task<int> Leasing(ILeaseQueue<T> queue, int form, TimeSpan time, CancellationToken token) => form switch
    {
        0 => OnThread(() => Done(queue.Lease(token))),
        1 => OnThread(() => queue.TryLease(time, out QueueLease<T>? lease, token) ? Done(lease) : -1),
        2 => InFlow(async () => Done(await queue.LeaseAsync(token))),
        _ => OnThread(() => Number(queue.Get(token))),
    };

    private static int Done(QueueLease<T> lease)
    {
        lease.Complete();
        return Number(lease.Item);
    }
}
