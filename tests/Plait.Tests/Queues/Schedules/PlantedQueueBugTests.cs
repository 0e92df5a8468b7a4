using Plait.Memory;
using Plait.Tests.Synchronization.Scheduling;
using Xunit;

namespace Plait.Tests.Queues.Schedules;

/// <summary>The schedules of queues find what they are there for; see <see cref="PlantedBugTests"/>.</summary>
[Collection(ScheduleCollection.Name)]
public sealed class PlantedQueueBugTests(ScheduleFixture fixture, ITestOutputHelper output)
{
    private Simulation Simulation => fixture.Scheduler.Simulation;

    [Fact]
    public void Run_WithWaitersThatDoNotSaySo_FindsIt() => Find(new NobodyIsWanted(Simulation));

    [Fact]
    public void Run_WithoutTheBarrierBehindTail_FindsIt() => Find(new MissingBarrierBehindTail(Simulation));

    [Fact]
    public void Run_WithTailBehindTheGuard_FindsIt() => Find(new TailBehindTheGuard(Simulation));

    [Fact]
    public void Run_WithTheHandBehindHead_FindsIt() => Find(new HandBehindHead(Simulation), mayDie: true);

    [Fact]
    public void Trace_OfTheSameSeedTwice_IsTheSame()
    {
        fixture.Scheduler.MayDie = true;
        for (ulong seed = 1; seed <= 50; seed++)
        {
            string first = fixture.Scheduler.Trace(Make, seed);
            fixture.Scheduler.Run(Make, 1000, 10);

            Assert.Equal(first, fixture.Scheduler.Trace(Make, seed));
        }
    }

    private static Trial Make(Scheduler scheduler, Chance chance) => new QueueTrial<Reading>(scheduler, chance, new QueueShapeTried(QueueOrder.Fifo, chance.Between(1, 3)));

    private void Find(PlantedBug bug, bool mayDie = false) => fixture.Find(output, bug, Make, mayDie);
}
