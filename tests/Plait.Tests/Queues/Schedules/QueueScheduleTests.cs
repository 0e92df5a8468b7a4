using Plait.Memory;
using Plait.Queues;
using Plait.Tests.Synchronization.Scheduling;
using Xunit;

namespace Plait.Tests.Queues.Schedules;

/// <summary>Queues under schedules that a seed decides, with deaths; see <see cref="ScheduleFixture.RunAll"/>.</summary>
[Collection(ScheduleCollection.Name)]
public sealed class QueueScheduleTests(ScheduleFixture fixture, ITestOutputHelper output)
{
    // Each has more steps than a schedule of a lock.
    private const int Part = 4;

    // Slots that a queue which grows has at first.
    private const int First = 64;

    [Fact]
    public void Queue_OfBytesUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<Reading>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, chance.Between(1, 3))));

    [Fact]
    public void Queue_OfEncodedItemsUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<string>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, chance.Between(1, 3))));

    [Fact]
    public void Queue_OfBlocksUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<double[]>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, chance.Between(1, 3))));

    [Fact]
    public void Queue_FromOneToOneUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<Reading>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, chance.Between(1, 3), IsSingle: true)));

    [Fact]
    public void Queue_ThatGrowsUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<Reading>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, Capacity.Unbounded, chance.Between(First - 2, First))), part: 4);

    [Fact]
    public void Queue_OfBlocksThatGrowsUnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<double[]>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, Capacity.Unbounded, chance.OneIn(4) ? chance.Between(First - 2, First) : 0)), part: 2);

    [Fact]
    public void LifoQueue_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<Reading>(scheduler, chance, new QueueShapeTried(QueueOrder.Lifo, chance.Between(1, 3))));

    [Fact]
    public void PriorityQueue_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new QueueTrial<string>(scheduler, chance, new QueueShapeTried(QueueOrder.Priority, chance.Between(1, 4))));

    [Fact]
    public void LeaseQueue_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new LeaseTrial(scheduler, chance));

    private void RunAll(Func<Scheduler, Chance, Trial> make, int part = 1)
    {
        fixture.RunAll(output, make, mayDie: false, Part * part * 2);
        fixture.RunAll(output, make, mayDie: true, Part * part);
    }
}
