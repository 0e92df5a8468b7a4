using Plait.Memory;
using Plait.Queues;
using Plait.Queues.Engine;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization.Deaths;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>A kind of queue that somebody dies at: how it is made, how units of a trial get at it, and what must be true of it at the end.</summary>
internal abstract class Stock(string name, QueueOrder order, int capacity, bool isSingle)
{
    /// <summary>From here on numbers are of items that a survivor put in the place of the victim's.</summary>
    public const int FirstExtra = 5_000;

    public static readonly Stock[] All =
    [
        new Stock<int>("fifo", QueueOrder.Fifo, 4, isSingle: false),
        new Stock<double[]>("fifo of blocks", QueueOrder.Fifo, 4, isSingle: false),
        new Stock<string>("one to one", QueueOrder.Fifo, 4, isSingle: true),
        new Stock<double[]>("growing of blocks", QueueOrder.Fifo, Plait.Queues.Capacity.Unbounded, isSingle: false),
        new Stock<double[]>("lifo of blocks", QueueOrder.Lifo, 4, isSingle: false),
        new Stock<int>("priority", QueueOrder.Priority, 4, isSingle: false),
        new Stock<double[]>("growing priority of blocks", QueueOrder.Priority, Plait.Queues.Capacity.Unbounded, isSingle: false),
    ];

    public string Name => name;

    public int? Capacity => capacity == Plait.Queues.Capacity.Unbounded ? null : capacity;

    public bool IsSingle => isSingle;

    protected QueueOrder Order => order;

    protected QueueOptions Options => new() { SingleProducer = isSingle, SingleConsumer = isSingle };

    /// <summary>Makes it with so many items in it, numbered from 1.</summary>
    public abstract void Make(IScope scope, int items);

    public abstract void Put(Stage stage, int number);

    public abstract int Get(Stage stage);

    public abstract void PutMany(Stage stage, int first, int count);

    public abstract int GetMany(Stage stage, int count);

    public abstract bool Peek(Stage stage);

    public abstract void TaskDone(Stage stage);

    public abstract bool Join(Stage stage);

    public abstract void Shutdown(Stage stage, bool immediate);

    public abstract bool IsShutdown(Stage stage);

    public abstract QueueStatistics Statistics(Stage stage);

    public abstract int Joiners(Stage stage);

    /// <summary>Takes out what is left, and sees that it is whole, in order, and that the counts agree; says how many there were.</summary>
    public abstract int Settle(Stage stage);
}

/// <inheritdoc/>
internal sealed class Stock<T>(string name, QueueOrder order, int capacity, bool isSingle) : Stock(name, order, capacity, isSingle)
{
    private readonly int _capacity = capacity;

    public override void Make(IScope scope, int items)
    {
        IJoinableQueue<T> queue = Order switch
        {
            QueueOrder.Fifo => scope.CreateQueue<T>(_capacity, options: Options),
            QueueOrder.Lifo => scope.CreateLifoQueue<T>(_capacity, options: Options),
            _ => scope.CreatePriorityQueue<T>(Items.Priority, _capacity, options: Options),
        };
        queue.PutMany(Items.MakeMany<T>(Enumerable.Range(1, items)));
    }

    public override void Put(Stage stage, int number) => Assert.True(Of(stage).TryPut(Items.Make<T>(number), 2 * Waits.Hang), $"no room comes: {Name}");

    public override int Get(Stage stage)
    {
        Assert.True(Of(stage).TryGet(2 * Waits.Hang, out T item), $"no item comes: {Name}");
        return Items.Read(item);
    }

    public override void PutMany(Stage stage, int first, int count) => Of(stage).PutMany(Items.MakeMany<T>(Enumerable.Range(first, count)));

    public override int GetMany(Stage stage, int count) => Of(stage).GetMany(new T[count]);

    public override bool Peek(Stage stage) => Of(stage).TryPeek(out T item) && Items.Read(item) > 0;

    public override void TaskDone(Stage stage) => Of(stage).TaskDone();

    public override bool Join(Stage stage) => Of(stage).Join(2 * Waits.Hang);

    public override void Shutdown(Stage stage, bool immediate) => Of(stage).Shutdown(immediate);

    public override bool IsShutdown(Stage stage) => Of(stage).IsShutdown;

    public override QueueStatistics Statistics(Stage stage) => Of(stage).GetStatistics();

    public override int Joiners(Stage stage) => Of(stage).WaitingJoiners();

    public override int Settle(Stage stage)
    {
        ScopeQueue<T> queue = Of(stage);
        stage.Scope.Memory.Liveness.SweepAll();
        int count = queue.Count;
        bool isLeft = queue.TryPeekQuietly(out _);
        int[] left = [.. queue.ToDrainedQuietly().Select(Items.Read)];
        Assert.Equal((count, count > 0), (left.Length, isLeft));
        Assert.Equal(left.Length, left.Distinct().Count());
        if (Order == QueueOrder.Fifo)
        {
            // Those of one unit, in its order.
            Assert.All(left.GroupBy(static number => number / 100), static unit => Assert.Equal(unit.Order(), unit));
        }
        else if (Order == QueueOrder.Priority)
        {
            Assert.Equal(left.Select(static number => number / 100).Order(), left.Select(static number => number / 100));
        }

        foreach (int number in left)
        {
            // Not those that the dead had in their hands.
            queue.TaskDone();
        }

        QueueStatistics statistics = queue.GetStatistics();
        Assert.True((statistics.UnfinishedTasks, statistics.WaitingGetters, statistics.WaitingPutters) == (0, 0, 0), $"{statistics}");
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
        if (!queue.IsShutdown)
        {
            Assert.Equal(0, BytesIn(queue));

            // As good as new.
            for (int i = 0; i < (Capacity ?? 4); i++)
            {
                Assert.True(queue.TryPut(Items.Make<T>(i)));
            }

            Assert.Equal(Capacity is not null, queue.IsFull);
            Assert.Equal(Capacity ?? 4, queue.ToDrainedQuietly().Count());
            for (int i = 0; i < (Capacity ?? 4); i++)
            {
                queue.TaskDone();
            }
        }

        List<string> wrong = HeapAudit.Of(stage.Scope.Memory);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        return left.Length;
    }

    // Of blocks, by the words that the limit of a queue that grows goes by.
    private static unsafe long BytesIn(ScopeQueue<T> queue) => QueueProtocol.BytesOf(queue.Parts.Control);

    private static ScopeQueue<T> Of(Stage stage) => QueueFactory.Attach<T>(QueueParts.Attach(stage.Scope, 1), [], Items.Priority);
}
