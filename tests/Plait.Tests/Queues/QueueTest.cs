using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>Base of the tests of queues of one kind: which order, how large, what is promised, what the items are, and who shares it.</summary>
/// <typeparam name="T">What is put and got: one of the types that <see cref="Items"/> makes.</typeparam>
public abstract class QueueTest<T> : SynchronizationTest
{
    private protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private readonly QueueKind _kind;

    private protected QueueTest(Setting setting, QueueKind kind)
        : base(setting) => _kind = kind;

    private protected QueueKind Kind => _kind;

    /// <summary>How many units put at the same time where several may.</summary>
    private protected int Producers => _kind.Promises.HasFlag(Promises.SingleProducer) ? 1 : 2;

    private protected int Consumers => _kind.Promises.HasFlag(Promises.SingleConsumer) ? 1 : 2;

    /// <summary>A queue of the kind under test.</summary>
    private protected IJoinableQueue<T> Create(int? capacity = null, string? name = null, IScope? scope = null)
    {
        int items = capacity ?? _kind.Capacity;
        var options = new QueueOptions
        {
            SingleProducer = _kind.Promises.HasFlag(Promises.SingleProducer),
            SingleConsumer = _kind.Promises.HasFlag(Promises.SingleConsumer),
        };
        return _kind.Order switch
        {
            QueueOrder.Fifo when _kind.IsOfBuffers => typeof(T) == typeof(double[])
                ? (IJoinableQueue<T>)(object)(scope ?? Scope).CreateBufferQueue<double>(items, name, options)
                : (IJoinableQueue<T>)(object)(scope ?? Scope).CreateBufferQueue<byte>(items, name, options),
            QueueOrder.Fifo => (scope ?? Scope).CreateQueue<T>(items, name, options),
            QueueOrder.Lifo => (scope ?? Scope).CreateLifoQueue<T>(items, name, options),
            _ => (scope ?? Scope).CreatePriorityQueue<T>(Items.Priority, items, name, options),
        };
    }

    private protected IJoinableQueue<T> CreateWith(params IEnumerable<int> numbers)
    {
        IJoinableQueue<T> queue = Create();
        foreach (int number in numbers)
        {
            queue.Put(Item(number));
        }

        return queue;
    }

    private protected static T Item(int number) => Items.Make<T>(number);

    private protected static int Number(T item) => Items.Read(item);

    /// <summary>In which order what was put one after the other is got.</summary>
    private protected int[] InOrder(params IEnumerable<int> puts) => _kind.Order switch
    {
        QueueOrder.Fifo => [.. puts],
        QueueOrder.Lifo => [.. puts.Reverse()],
        _ => [.. puts.OrderBy(static number => number / 100)],
    };

    /// <summary>What is in the queue now, taken out.</summary>
    private protected static int[] Drain(IQueue<T> queue)
    {
        var numbers = new List<int>();
        try
        {
            while (queue.TryGet(out T item))
            {
                numbers.Add(Number(item));
            }
        }
        catch (QueueShutdownException)
        {
            // That is its end.
        }

        return [.. numbers];
    }

    private protected static void UntilGetting(IQueue<T> queue, int units) => Until(() => queue.GetStatistics().WaitingGetters == units);

    private protected static void UntilPutting(IQueue<T> queue, int units) => Until(() => queue.GetStatistics().WaitingPutters == units);

    private protected static async Task<TError> ErrorOf<TError>(Task task)
        where TError : Exception => await Assert.ThrowsAnyAsync<TError>(() => task.InTime());
}

/// <summary>What the caller of a queue under test promises.</summary>
[Flags]
internal enum Promises
{
    None = 0,
    SingleProducer = 1,
    SingleConsumer = 2,
}

/// <summary>What a queue under test is like.</summary>
internal sealed record QueueKind(QueueOrder Order, int Capacity, Promises Promises = Promises.None, bool IsOfBuffers = false);
