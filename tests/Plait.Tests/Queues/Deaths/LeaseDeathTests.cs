using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>What becomes of leases whose holder is killed.</summary>
public sealed class LeaseDeathTests() : SynchronizationTest(Setting.Processes)
{
    [Fact]
    public void Lease_OfAKilledHolder_GoesToAnotherInItsOldOrder()
    {
        Play<int>(64);
        Play<Letter>(Capacity.Unbounded);
        Play<double[]>(16);
    }

    [Fact]
    public void Lease_WhileTheHolderIsKilled_WakesWhoWaits()
    {
        ILeaseQueue<Letter> queue = Scope.CreateLeaseQueue<Letter>(8);
        queue.PutMany(Items.MakeMany<Letter>(1, 2));
        using var gate = new Gate();
        ChildProcess holder = HoldTwo(queue, gate);
        Until(() => queue.Count == 0);
        Task<int>[] others = [OnThread(() => Done(queue.Lease())), InFlow(async () => Done(await queue.LeaseAsync()))];
        Until(() => queue.GetStatistics().WaitingGetters == 2);

        Kill(gate, holder);

        Assert.Equal([1, 2], End(others).Order());
        Assert.Equal((0, 0, 2L, 0L), (queue.Count, queue.UnfinishedTasks, queue.GetStatistics().Redelivered, queue.GetStatistics().Abandoned));
    }

    [Fact]
    public void Lease_OfManyHoldersOneAfterTheOther_ComesBackFromEach()
    {
        const int Holders = 4;
        HashSet<string> before = HeapAudit.Before(Scope);
        ILeaseQueue<double[]> queue = Scope.CreateLeaseQueue<double[]>();
        queue.PutMany(Items.MakeMany<double[]>(1, 2, 3));
        Task<bool> joiner = OnThread(() => queue.Join());
        for (int i = 0; i < Holders; i++)
        {
            using var gate = new Gate();
            Kill(gate, HoldTwo(queue, gate));
            Until(() => queue.Count == 3);
            Assert.Equal((2L * (i + 1), 2L * (i + 1)), (queue.GetStatistics().Redelivered, queue.GetStatistics().Gets));
        }

        Assert.Equal((3, false), (queue.UnfinishedTasks, joiner.IsCompleted));
        for (int number = 1; number <= 3; number++)
        {
            Assert.Equal(number, Done(queue.Lease()));
        }

        Assert.True(End(joiner));
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Complete_BeforeTheHolderIsKilled_KeepsTheItemDone()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        ILeaseQueue<string> queue = Scope.CreateLeaseQueue<string>(8);
        queue.PutMany(["done", "got", "held"]);
        using var gate = new Gate();
        Kill(gate, ChildProcess.Start(
            static (ILeaseQueue<string> queue, string gate) =>
            {
                queue.Lease().Complete();
                _ = queue.Get();
                QueueLease<string> held = queue.Lease();
                Gate.Pass(gate);
                GC.KeepAlive(held);
            },
            queue,
            gate.Path));

        using (QueueLease<string> lease = queue.Lease())
        {
            Assert.Equal(("held", 1, 1L), (lease.Item, queue.UnfinishedTasks, queue.GetStatistics().Redelivered));
            lease.Complete();
        }

        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Equal(0, queue.GetStatistics().Abandoned);
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Shutdown_AtOnceBeforeTheHolderIsKilled_EndsWhoJoins()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        ILeaseQueue<double[]> queue = Scope.CreateLeaseQueue<double[]>(8);
        queue.PutMany(Items.MakeMany<double[]>(1, 2, 3));
        using var gate = new Gate();
        ChildProcess holder = HoldTwo(queue, gate);
        Task<bool> joiner = OnThread(() => queue.Join());
        Until(() => queue.Count == 1 && queue.WaitingJoiners() == 1);
        queue.Shutdown(immediate: true);
        Assert.Equal(2, queue.UnfinishedTasks);

        Kill(gate, holder);

        Assert.True(End(joiner));
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedTasks));
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Lease_OfWhatCannotBeDecoded_IsAnErrorAndIsDone()
    {
        ILeaseQueue<QueueUnitsOfProcessesTests.Handle> queue =
            Scope.CreateLeaseQueue<QueueUnitsOfProcessesTests.Handle>(5, options: new QueueOptions { Codecs = { new QueueUnitsOfProcessesTests.HandleCodec() } });
        queue.PutMany([new QueueUnitsOfProcessesTests.Handle(14), new QueueUnitsOfProcessesTests.Handle(2)]);

        Assert.ThrowsAny<Exception>(() => queue.Lease());

        // It would come back for ever.
        Assert.Equal((1, 1), (queue.Count, queue.UnfinishedTasks));
        using QueueLease<QueueUnitsOfProcessesTests.Handle> lease = queue.Lease();
        Assert.Equal(2, lease.Item.Number);
        lease.Complete();
    }

    private void Play<T>(int capacity)
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        ILeaseQueue<T> queue = Scope.CreateLeaseQueue<T>(capacity);
        queue.PutMany(Items.MakeMany<T>(1, 2, 3, 4));
        using var gate = new Gate();
        Kill(gate, HoldTwo(queue, gate));
        Until(() => queue.Count == 4);

        Assert.Equal((4, 2L, 2L), (queue.UnfinishedTasks, queue.GetStatistics().Redelivered, queue.GetStatistics().Gets));
        for (int number = 1; number <= 4; number++)
        {
            Assert.Equal(number, Done(queue.Lease()));
        }

        QueueStatistics statistics = queue.GetStatistics();
        Assert.Equal((4L, 6L, 0, 0, 0L), (statistics.Puts, statistics.Gets, statistics.Count, statistics.UnfinishedTasks, statistics.Abandoned));
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    private static ChildProcess HoldTwo<T>(ILeaseQueue<T> queue, Gate gate) => ChildProcess.Start(
        static (ILeaseQueue<T> queue, string gate) =>
        {
            QueueLease<T>[] leases = [queue.Lease(), queue.Lease()];
            Gate.Pass(gate);
            GC.KeepAlive(leases);
        },
        queue,
        gate.Path);

    private static int Done<T>(QueueLease<T> lease)
    {
        lease.Complete();
        return Items.Read(lease.Item);
    }

    private static void Kill(Gate gate, ChildProcess holder)
    {
        using (holder)
        {
            _ = End(gate.NextAsync());
            holder.Kill();
            Assert.True(holder.Join(Waits.Hang));
        }
    }
}
