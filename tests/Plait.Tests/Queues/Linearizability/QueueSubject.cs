using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Synchronization.Linearizability;

namespace Plait.Tests.Queues.Linearizability;

/// <summary>A queue of four whose histories are recorded, and its sequential specification. Items are 1 to 63; a result of a put is the item and what came of it.</summary>
internal sealed class QueueSubject(QueueOrder order, bool isBounded)
{
    public const int Units = 3;
    public const int Put = 0;
    public const int Get = 1;

    /// <summary>Added to an item: it was put; there was no room; the queue was shut down.</summary>
    public const int Done = 100;
    public const int Full = 200;
    public const int Refused = 300;

    private const int Peek = 2;
    private const int Empty = 3;
    private const int Shutdown = 4;

    private const int Places = 4;
    private const int Calls = 6;

    // Of a unit, so that a state has room for all.
    private const int MostPuts = 3;
    private const int ItemBits = 6;
    private const long Item = (1 << ItemBits) - 1;
    private const long IsShutdown = 1L << 62;

    public static readonly QueueSubject[] All =
    [
        new(QueueOrder.Fifo, isBounded: true),
        new(QueueOrder.Fifo, isBounded: false),
        new(QueueOrder.Lifo, isBounded: true),
        new(QueueOrder.Priority, isBounded: true),
    ];

    // Six bits an item, the one that was put first in the lowest; more than there can be in a growing one.
    public Specification Specification => new($"{order} queue {(isBounded ? "of four" : "that grows")}", 0, Step, "TryPut", "TryGet", "TryPeek", "IsEmpty", "Shutdown");

    private int Capacity => isBounded ? Places : Plait.Queues.Capacity.Unbounded;

    public IQueue<int> Make(IScope scope, string name) => order switch
    {
        QueueOrder.Fifo => scope.CreateQueue<int>(Capacity, name),
        QueueOrder.Lifo => scope.CreateLifoQueue<int>(Capacity, name),
        _ => scope.CreatePriorityQueue<int>(static item => item % 4, Capacity, name),
    };

    /// <summary>What a unit does; some of the waits end by themselves.</summary>
    public static void Run(IQueue<int> queue, Random random, Recorder recorder, int unit)
    {
        int puts = 0;
        for (int i = 0; i < Calls; i++)
        {
            int item = (unit * Calls) + i + 1;
            TimeSpan time = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(2) : TimeSpan.Zero;
            switch (random.Next(20))
            {
                case < 9 when puts < MostPuts:
                    puts++;
                    recorder.Record(Put, () => Of(() => (queue.TryPut(item, time) ? Done : Full) + item, Refused + item));
                    break;
                case < 16:
                    recorder.Record(Get, () => Of(() => queue.TryGet(time, out int got) ? got : 0, -1));
                    break;
                case < 18:
                    recorder.Record(Peek, () => Of(() => queue.TryPeek(out int got) ? got : 0, -1));
                    break;
                case 18:
                    recorder.Record(Empty, () => queue.IsEmpty);
                    break;
                default:
                    if (random.Next(3) == 0)
                    {
                        recorder.Record(Shutdown, () => queue.Shutdown());
                    }

                    break;
            }
        }
    }

    private static int Of(Func<int> call, int refused)
    {
        try
        {
            return call();
        }
        catch (QueueShutdownException)
        {
            return refused;
        }
    }

    private long? Step(long state, Operation operation)
    {
        bool isShut = (state & IsShutdown) != 0;
        long items = state & ~IsShutdown;
        return operation.Call switch
        {
            Put => AfterPut(state, operation.Result, isShut, CountOf(items)),
            Shutdown => state | IsShutdown,
            Empty => operation.Result == (items == 0 ? 1 : 0) ? state : null,
            _ when items == 0 => operation.Result == (isShut ? -1 : 0) ? state : null,
            _ => AfterGet(state, items, operation),
        };
    }

    private long? AfterPut(long state, int result, bool isShut, int count) => (result / Done * Done) switch
    {
        Refused => isShut ? state : null,
        Full => !isShut && isBounded && count == Places ? state : null,
        _ => !isShut && (!isBounded || count < Places) ? state | ((long)(result - Done) << (count * ItemBits)) : null,
    };

    private long? AfterGet(long state, long items, Operation operation)
    {
        int next = Next(items);
        if (operation.Result != ((items >> (next * ItemBits)) & Item))
        {
            return null;
        }

        long below = items & ((1L << (next * ItemBits)) - 1);
        long above = items >> ((next + 1) * ItemBits) << (next * ItemBits);
        return operation.Call == Peek ? state : (state & IsShutdown) | below | above;
    }

    private int Next(long items)
    {
        int count = CountOf(items);
        if (order != QueueOrder.Priority)
        {
            return order == QueueOrder.Fifo ? 0 : count - 1;
        }

        return Enumerable.Range(0, count).MinBy(place => (((items >> (place * ItemBits)) & Item) % 4, place));
    }

    private static int CountOf(long items)
    {
        int count = 0;
        for (; items != 0; items >>= ItemBits)
        {
            count++;
        }

        return count;
    }
}
