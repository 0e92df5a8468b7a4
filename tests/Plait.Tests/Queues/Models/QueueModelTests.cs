using FsCheck;
using FsCheck.Fluent;
using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Models;

/// <summary>
/// Whatever one unit does to a queue, in whatever order, comes to what a plain list says. The programs are made up by FsCheck, which cuts one that
/// fails down to the few steps that matter, and prints how to repeat it.
/// </summary>
public sealed class QueueModelTests() : SynchronizationTest(Setting.ThreadsOverSharedMemory)
{
    private const int Programs = 150;

    // Long enough to fill the first slots of a queue that grows, several times.
    private const int Longest = 400;

    protected override TimeSpan HangLimit => 2 * base.HangLimit;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(2000)]
    [InlineData(Capacity.Unbounded)]
    public void Queue_OfEachOrder_DoesWhatAListDoes(int capacity)
    {
        foreach (bool isShared in new[] { false, true })
        {
            foreach (int order in new[] { 0, 1, 2 })
            {
                Try<int>(isShared, (QueueOrder)order, capacity);
                Try<string>(isShared, (QueueOrder)order, capacity);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(Capacity.Unbounded)]
    public void Queue_OfBlocksOfTheHeap_DoesWhatAListDoes(int capacity)
    {
        foreach (int order in new[] { 0, 1, 2 })
        {
            Try<double[]>(isShared: true, (QueueOrder)order, capacity);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Queue_WithPromises_DoesWhatAListDoes(bool isSingleProducer, bool isSingleConsumer)
    {
        var options = new QueueOptions { SingleProducer = isSingleProducer, SingleConsumer = isSingleConsumer };
        Try<int>(isShared: false, QueueOrder.Fifo, 7, options);
        Try<Reading>(isShared: true, QueueOrder.Fifo, 7, options);
        Try<Letter>(isShared: true, QueueOrder.Fifo, 7, options);
    }

    private static void Try<T>(bool isShared, QueueOrder order, int capacity, QueueOptions? options = null)
    {
        using IScope scope = isShared ? ProcessScope.Create() : ThreadScope.Create();
        Prop.ForAll(
            ArbMap.Default.ArbFor<int[]>(),
            program =>
            {
                using IJoinableQueue<T> queue = order switch
                {
                    QueueOrder.Fifo => scope.CreateQueue<T>(capacity, options: options),
                    QueueOrder.Lifo => scope.CreateLifoQueue<T>(capacity, options: options),
                    _ => scope.CreatePriorityQueue<T>(Items.Priority, capacity, options: options),
                };
                string? difference = new QueueProgram<T>(queue, order).Run(program);
                return (difference is null).Label($"{order} of {typeof(T).Name}, {capacity}, {(isShared ? "shared" : "private")}: {difference}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(Programs).WithQuietOnSuccess(true).WithEndSize(Longest));
    }
}
