using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>What is particular to leases, and names of queues whose items are the same and lie in them in another way.</summary>
public sealed class QueueKindTests() : SynchronizationTest(Setting.Processes)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lease_OfNull_ComesBackAndCountsAsAnyItem(bool isShared)
    {
        using Scope scope = isShared ? ProcessScope.Create() : ThreadScope.Create();
        ILeaseQueue<double[]?> queue = scope.CreateLeaseQueue<double[]?>(4);
        queue.Put(null);
        queue.Put([1]);
        Assert.True(queue.TryPeek(out double[]? peeked));
        Assert.Null(peeked);

        using (QueueLease<double[]?> first = queue.Lease())
        {
            Assert.Null(first.Item);
        }

        QueueLease<double[]?> again = queue.Lease();
        Assert.Null(again.Item);
        again.Complete();
        Assert.Equal([1], queue.Get()!);
        queue.Put(null);
        Assert.Null(queue.Get());

        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedTasks));
    }

    [Fact]
    public void Create_ByTheNameOfAnotherKindWithTheSameItems_IsRefused()
    {
        using ThreadScope threads = ThreadScope.Create();
        _ = threads.CreateQueue<double[]>(4, "arrays");
        _ = threads.CreateBufferQueue<double>(4, "buffers");
        _ = threads.CreateLeaseQueue<double[]>(4, "leases");
        _ = Scope.CreateLeaseQueue<double[]>(4, "leases");

        Assert.Equal("name", Assert.Throws<ArgumentException>(() => threads.CreateBufferQueue<double>(4, "arrays")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => threads.CreateQueue<double[]>(4, "buffers")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => threads.CreateQueue<double[]>(4, "leases")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => threads.CreateLeaseQueue<double[]>(4, "arrays")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => Scope.CreateBufferQueue<double>(4, "leases")).ParamName);
    }
}
