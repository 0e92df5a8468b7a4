using Xunit;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// The scheduler finds what it is there for: ten mistakes, each planted where the engine's operations reach memory. Each is found within
/// a number of schedules that is stated here, fails in the same way again from its seed, and without it the same schedules pass.
/// </summary>
[Collection(ScheduleCollection.Name)]
public sealed class PlantedBugTests(ScheduleFixture fixture, ITestOutputHelper output)
{
    private Simulation Simulation => fixture.Scheduler.Simulation;

    [Fact]
    public void Run_WithAWakeBeforeThePublication_FindsIt() =>
        Find(new WakeBeforePublish(Simulation), static (scheduler, chance) => new SemaphoreTrial(scheduler, chance, isHeldOnly: false));

    [Fact]
    public void Run_WithoutTheReleaseFenceOfTheGuard_FindsIt() =>
        Find(new MissingReleaseFence(Simulation), static (scheduler, chance) => new SemaphoreTrial(scheduler, chance, isHeldOnly: false));

    [Fact]
    public void Run_WithTheWaitersBitLostOnTimeout_FindsIt() =>
        Find(new WaitersBitLostOnTimeout(Simulation), static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, static scope => scope.CreateLock(), leastUnits: 3));

    [Fact]
    public void Run_WithTheGenerationNotBumped_FindsIt() =>
        Find(new GenerationNotBumped(Simulation), static (scheduler, chance) => new RecoveryTrial(scheduler, chance));

    [Fact]
    public void Run_WithAnInterruptTakenForAWake_FindsIt() =>
        Find(new InterruptTakenForAWake(Simulation), static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, static scope => scope.CreateLock()));

    [Fact]
    public void Run_WithTheBarriersCountNotReset_FindsIt() =>
        Find(new BarrierCountNotReset(Simulation), static (scheduler, chance) => new BarrierTrial(scheduler, chance));

    [Fact]
    public void Run_WithANotificationBeforeTheSleeperIsCounted_FindsIt() =>
        Find(new NotifyBeforeTheSleeperIsCounted(Simulation), static (scheduler, chance) => new ConditionTrial(scheduler, chance));

    [Fact]
    public void Run_WithTheOwnerClearedAfterTheWord_FindsIt() =>
        Find(new OwnerClearedAfterTheWord(Simulation), static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, static scope => scope.CreateReentrantLock(), depth: 3));

    [Fact]
    public void Run_WithTwoWakersForOneToken_FindsIt() =>
        Find(new TwoWakersOneToken(Simulation), static (scheduler, chance) => new SemaphoreTrial(scheduler, chance, isHeldOnly: false));

    [Fact]
    public void Run_WithAStalePidTrusted_FindsIt() =>
        Find(new StalePidTrusted(Simulation), static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, static scope => scope.CreateLock()), mayDie: true);

    [Fact]
    public void Trace_OfTheSameSeedTwice_IsTheSame()
    {
        fixture.Scheduler.MayDie = true;
        static Trial Make(Scheduler scheduler, Chance chance) => new ConditionTrial(scheduler, chance);
        for (ulong seed = 1; seed <= 50; seed++)
        {
            string first = fixture.Scheduler.Trace(Make, seed);
            fixture.Scheduler.Run(Make, 1000, 10);

            Assert.Equal(first, fixture.Scheduler.Trace(Make, seed));
        }
    }

    private void Find(PlantedBug bug, Func<Scheduler, Chance, Trial> make, bool mayDie = false) => fixture.Find(output, bug, make, mayDie);
}
