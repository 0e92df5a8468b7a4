using Plait.Memory;
using Plait.Queues;
using Plait.Queues.Engine;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization.Scheduling;

namespace Plait.Tests.Queues.Schedules;

/// <summary>
/// Units that put numbered items into one queue, and units that get them and say that they are done. Nothing is lost but what a dead one had in its hands,
/// nothing comes twice, each unit sees the items of another in their order, everybody ends, and the statistics agree.
/// </summary>
/// <remarks>
/// Who gets goes on until the queue is shut down, which the last who puts does. When somebody dies, the unit that waits for deaths stands in: it gets like
/// the others, and counts a dead producer as one that has ended; or it shuts the queue down at some point.
/// </remarks>
internal sealed class QueueTrial<T> : Trial
{
    private const int Unit = 100;
    private const int Batch = 3;

    private readonly QueueShapeTried _shape;
    private readonly ScopeQueue<T> _queue;
    private readonly IJoinableQueue<T>[] _queues;
    private readonly (int Kind, TimeSpan Timeout)[][] _calls;
    private readonly bool _isCutShort;
    private readonly bool _isAtOnce;
    private readonly bool[] _isProducerCounted;
    private readonly HashSet<int> _began = [];
    private readonly HashSet<int> _put = [];
    private readonly HashSet<int> _got = [];
    private readonly int[] _inHand;
    private readonly int[] _undone;
    private int _producersLeft;

    public QueueTrial(Scheduler scheduler, Chance chance, QueueShapeTried shape)
        : base(scheduler, chance, shape.Producers + shape.Consumers)
    {
        _shape = shape;
        _producersLeft = shape.Producers;
        _isCutShort = chance.OneIn(3);
        _isAtOnce = _isCutShort && chance.OneIn(2);
        _isProducerCounted = new bool[shape.Producers];
        _inHand = new int[Units];
        _undone = new int[Units];
        _queue = Make(scheduler.Simulation.Scope, shape);
        for (int i = 0; i < shape.Filled; i++)
        {
            // By the keeper, as unit 9: nobody comes between.
            int number = (9 * Unit) + i;
            _queue.Put(Items.Make<T>(number), CancellationToken.None, string.Empty);
            _began.Add(number);
            _put.Add(number);
        }

        _queues = [.. scheduler.Simulation.Units.Take(Units).Select(unit => (IJoinableQueue<T>)QueueFactory.Attach<T>(QueueParts.Attach(unit.Scope, _queue.Parts.Index), [], Priority(shape)))];
        _calls = [.. Enumerable.Range(0, Mortals).Select(_ => Enumerable.Range(0, Chance.Between(1, 3)).Select(_ => (Chance.Below(6), SomeTime())).ToArray())];
    }

    // Who stands in does so for one producer; where it ends the queue, nobody need stand in for a second.
    public override int MostDeaths => _shape.IsSingle || !_isCutShort ? 1 : 2;

    public override void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        QueueStatistics statistics = _queue.GetStatistics();
        int[] left = [.. _queue.ToDrainedQuietly().Select(Items.Read)];
        Check(left.Length == 0 && statistics.Count == 0, $"{left.Length} items are left in the queue: {statistics}");
        Check(_queue.IsShutdown, "the queue is not shut down at the end");

        int[] lost = [.. _put.Except(_got)];
        int inHands = Enumerable.Range(0, Units).Where(Scheduler.IsDead).Sum(unit => _inHand[unit]);
        int undone = Enumerable.Range(0, Units).Where(Scheduler.IsDead).Sum(unit => _undone[unit]);
        bool isDropped = _isAtOnce && Scheduler.Deaths > 0;
        Check(isDropped || lost.Length <= inHands, $"{lost.Length} items are lost ({string.Join(' ', lost)}), and the dead had {inHands} in their hands");

        // A dead producer may have put one that it did not live to see.
        Check(statistics.Puts >= _put.Count && statistics.Puts <= _began.Count, $"{_put.Count} of {_began.Count} items were put: {statistics}");
        Check(isDropped || statistics.Gets == statistics.Puts, $"gets and puts differ: {statistics}");
        Check(statistics.Gets >= _got.Count && statistics.Gets <= _got.Count + inHands, $"{_got.Count} items were got, with up to {inHands} in the hands of the dead: {statistics}");
        Check(statistics.UnfinishedTasks == 0, $"there is work left: {statistics}");
        Check(statistics.Abandoned <= inHands + undone && (Scheduler.Deaths > 0 || statistics.Abandoned == 0), $"abandoned are {statistics.Abandoned}, and the dead had {inHands} in their hands and {undone} undone");
        Check(statistics.Gets - statistics.Abandoned <= _got.Count, $"{_got.Count} were got and reported: {statistics}");
        Check(statistics is { WaitingGetters: 0, WaitingPutters: 0 }, $"somebody waits: {statistics}");
        CheckNobodyWaits(_queue.Parts.Items);
        CheckNobodyWaits(_queue.Parts.Room);
        CheckNobodyWaits(_queue.Parts.Work);
        Check(_isAtOnce || BytesOf(_queue) == 0, $"the queue has {BytesOf(_queue)} bytes in blocks, and no items");
        Check(isDropped || _shape.Order != QueueOrder.Priority || TakenSlots(_queue) == 0, $"the queue is empty, and {TakenSlots(_queue)} of its slots are not");
        List<string> wrong = Deaths.HeapAudit.Of(Scheduler.Simulation.Memory);
        Check(wrong.Count == 0, string.Join("; ", wrong));
    }

    protected override void Act(int unit)
    {
        if (unit >= _shape.Producers)
        {
            Consume(unit);
            return;
        }

        try
        {
            Produce(unit);
        }
        catch (QueueShutdownException)
        {
            Check(_queue.IsShutdown && Scheduler.Deaths > 0, "it was shut down before all who put had ended");
        }

        ProducerEnds(unit, unit);
        if (_calls[unit][0].Kind % 2 == 0)
        {
            // While others put it may end in between.
            bool isLast = _producersLeft == 0;
            _queues[unit].Join(CancellationToken.None, string.Empty);
            Check(_queue.UnfinishedTasks == 0 || !isLast || Scheduler.Deaths > 0, "a join ended before the work did");
        }
    }

    protected override void MakeUp(int unit)
    {
        for (int other = 0; other < _shape.Producers; other++)
        {
            if (Scheduler.IsDead(other))
            {
                ProducerEnds(unit, other);
            }
        }

        if (_isCutShort)
        {
            _queues[unit].Shutdown(_isAtOnce);
        }

        // Only one may.
        if (!_shape.IsSingle || Scheduler.IsDead(_shape.Producers))
        {
            Consume(unit);
        }
    }

    private static ScopeQueue<T> Make(Scope scope, QueueShapeTried shape)
    {
        var options = new QueueOptions { SingleProducer = shape.IsSingle, SingleConsumer = shape.IsSingle };
        return (ScopeQueue<T>)(shape.Order switch
        {
            QueueOrder.Fifo => scope.CreateQueue<T>(shape.Capacity, options: options),
            QueueOrder.Lifo => scope.CreateLifoQueue<T>(shape.Capacity),
            _ => scope.CreatePriorityQueue<T>(Rank, shape.Capacity),
        });
    }

    private static Func<T, long>? Priority(QueueShapeTried shape) => shape.Order == QueueOrder.Priority ? Rank : null;

    // Not in the order in which they are put, and some alike.
    private static long Rank(T item) => Items.Read(item) * 31 % 7;

    private static unsafe long BytesOf(ScopeQueue<T> queue) => QueueProtocol.BytesOf(queue.Parts.Control);

    // Of a priority queue: slots in which an item is, by what they say themselves.
    private static unsafe int TakenSlots(ScopeQueue<T> queue)
    {
        int taken = 0;
        _ = QueueSlots.TryRead(queue.Parts.Memory, queue.Parts.Control->Storage, QueueOrder.Priority, queue.Parts.Control->SlotBytes, out QueueSlots slots);
        for (uint slot = 0; slot < slots.Count; slot++)
        {
            taken += PriorityHeap.At(slots, slot)->Arrival != 0 ? 1 : 0;
        }

        return taken;
    }

    private unsafe void CheckNobodyWaits(QueueSide side)
    {
        ObjectRecord* record = side.Record;
        Check(record->QueueHead == 0 && record->QueueTail == 0 && record->QueueLength == 0, $"{record->QueueLength} are in the queue of {record->Kind} at the end");
        Check(record->Guard == 0 || Scheduler.Deaths > 0, $"the guard of {record->Kind} is {record->Guard:x} at the end");
    }

    private void Produce(int unit)
    {
        IJoinableQueue<T> queue = _queues[unit];
        int next = unit * Unit;
        foreach ((int kind, TimeSpan timeout) in _calls[unit])
        {
            int count = kind == 0 ? Batch : 1;
            int[] numbers = [.. Enumerable.Range(next, count)];
            next += count;
            _began.UnionWith(numbers);
            bool isPut = true;
            switch (kind)
            {
                case 0:
                    queue.PutMany(Items.MakeMany<T>(numbers), CancellationToken.None, string.Empty);
                    break;
                case 1:
                    isPut = queue.TryPut(Items.Make<T>(numbers[0]));
                    break;
                case 2:
                    isPut = queue.TryPut(Items.Make<T>(numbers[0]), timeout, CancellationToken.None, string.Empty);
                    break;
                default:
                    queue.Put(Items.Make<T>(numbers[0]), CancellationToken.None, string.Empty);
                    break;
            }

            if (isPut)
            {
                _put.UnionWith(numbers);
            }
            else
            {
                Check(kind is 1 or 2, "a put without end ended");
                _began.ExceptWith(numbers);
            }

            Step();
        }
    }

    // Once for each, by itself or by who stands in for it. The last one ends the queue.
    private void ProducerEnds(int unit, int producer)
    {
        if (!_isProducerCounted[producer])
        {
            _isProducerCounted[producer] = true;
            _producersLeft--;
        }

        if (_producersLeft == 0)
        {
            _queues[unit].Shutdown();
        }
    }

    private void Consume(int unit)
    {
        IJoinableQueue<T> queue = _queues[unit];
        var last = new Dictionary<int, int>();
        var items = new T[Batch];
        try
        {
            for (int call = 0; ; call++)
            {
                (int kind, TimeSpan timeout) = unit < Mortals ? _calls[unit][call % _calls[unit].Length] : (5, TimeSpan.Zero);
                _inHand[unit] = kind == 0 ? Batch : 1;
                int count = Get(queue, kind, timeout, items);
                _inHand[unit] = 0;
                Note(unit, items.AsSpan(0, count), last);
                if (unit >= Mortals && call == 0)
                {
                    // The dead are buried at the latest when others have gone on.
                    Scheduler.Unit(unit).Memory.Liveness.SweepAll();
                }

                for (; _undone[unit] > 0; _undone[unit]--)
                {
                    Step();
                    queue.TaskDone();
                }
            }
        }
        catch (QueueShutdownException)
        {
            _inHand[unit] = 0;
            Check(_producersLeft == 0 || Scheduler.Deaths > 0, "it was shut down before all who put had ended");
        }
    }

    private int Get(IJoinableQueue<T> queue, int kind, TimeSpan timeout, T[] items)
    {
        switch (kind)
        {
            case 0:
                return queue.GetMany(items, CancellationToken.None, string.Empty);
            case 1:
                return queue.TryGet(out items[0]) ? 1 : Wait(queue, items);
            case 2:
                return queue.TryGet(timeout, out items[0], CancellationToken.None, string.Empty) ? 1 : Wait(queue, items);
            default:
                return Wait(queue, items);
        }
    }

    // After a look in vain, for else who only looks would never let the others go on.
    private static int Wait(IJoinableQueue<T> queue, T[] items)
    {
        items[0] = queue.Get(CancellationToken.None, string.Empty);
        return 1;
    }

    // In one step with what was got: who is killed before it has nothing to report.
    private void Note(int unit, ReadOnlySpan<T> items, Dictionary<int, int> last)
    {
        foreach (T item in items)
        {
            int number = Items.Read(item);
            (int producer, int message) = (number / Unit, number % Unit);
            Check(_began.Contains(number), $"unit {unit} got {number}, which nobody put");
            Check(_got.Add(number), $"unit {unit} got {number}, which was got before");
            Check(_shape.Order != QueueOrder.Fifo || !last.TryGetValue(producer, out int before) || before < message, $"unit {unit} got {number} after a later one of the same unit");
            last[producer] = message;
        }

        _undone[unit] = items.Length;
    }
}

/// <summary>What a queue under schedules is like.</summary>
/// <param name="Order">In which order it gives.</param>
/// <param name="Capacity">What it takes.</param>
/// <param name="Filled">Items that are there at first.</param>
/// <param name="IsSingle">One puts and one gets, and that is promised.</param>
internal sealed record QueueShapeTried(QueueOrder Order, int Capacity, int Filled = 0, bool IsSingle = false)
{
    public int Producers => IsSingle ? 1 : 2;

    public int Consumers => IsSingle ? 1 : 2;
}
