using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

public sealed class ThreadScopeLeaseQueueTests() : LeaseQueueContract<string>(Setting.Threads, 64)
{
    [Fact]
    public void Lease_ThatIsForgottenWithItsQueue_LeavesNoBlock()
    {
        const int Rounds = 300;
        ForgetBoth();
        int before = 0;
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            int seen = before;
            before = BlocksInUse();
            return seen == before;
        });

        for (int round = 0; round < Rounds; round++)
        {
            ForgetBoth();
            if (round % 20 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return BlocksInUse() <= before + 10;
        });
        ILeaseQueue<string>[] queues = [.. Enumerable.Range(0, Rounds).Select(_ => Scope.CreateLeaseQueue<string>(4))];
        foreach (ILeaseQueue<string> queue in queues)
        {
            queue.Put("a");
            Assert.Equal(("a", 0, 1), (queue.Get(), queue.Count, (int)queue.GetStatistics().Puts));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ForgetBoth()
    {
        ILeaseQueue<string> queue = Scope.CreateLeaseQueue<string>(4);
        queue.PutMany(["a", "b", "c"]);
        Assert.Equal("a", queue.Lease().Item);
        Assert.Equal("b", queue.Lease().Item);
    }

    private static unsafe int BlocksInUse()
    {
        int blocks = 0;
        long at = 0;
        SharedHeap heap = ScopeMemory.Private.Heap;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            blocks += (block->Use & 3) != HeapBlock.Free ? 1 : 0;
        }

        return blocks;
    }
}

public sealed class ThreadScopeGrowingLeaseQueueTests() : LeaseQueueContract<int>(Setting.Threads, Capacity.Unbounded);

public sealed class ThreadScopeLeaseQueueOfArraysTests() : LeaseQueueContract<double[]>(Setting.Threads, 64);

public sealed class LeaseQueueBetweenProcessesTests() : LeaseQueueContract<int>(Setting.Processes, 64);

/// <summary>Encoded items.</summary>
public sealed class GrowingLeaseQueueBetweenProcessesTests() : LeaseQueueContract<Letter>(Setting.Mixed, Capacity.Unbounded);

/// <summary>Items that go as their bytes.</summary>
public sealed class LeaseQueueOfArraysBetweenProcessesTests() : LeaseQueueContract<double[]>(Setting.Mixed, 64);
