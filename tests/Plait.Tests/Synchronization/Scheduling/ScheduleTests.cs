using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// Every primitive under schedules that a seed decides. <c>PLAIT_SCHEDULES</c> is how many of each, <c>PLAIT_SCHEDULE_SEED</c> runs
/// that one alone and shows its steps.
/// </summary>
[Collection(ScheduleCollection.Name)]
public sealed class ScheduleTests(ScheduleFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public void Lock_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, scope => scope.CreateLock(options: new LockOptions { IsStrict = chance.OneIn(4) })));

    // Each takes a new thread or several.
    [Fact]
    public void Lock_OfThreadsThatEndInside_KeepsItsPromises() => RunAll(static (scheduler, chance) => new LeavingTrial(scheduler, chance), mayDie: false, part: 20);

    [Fact]
    public void ReentrantLock_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new ExclusiveTrial(scheduler, chance, static scope => scope.CreateReentrantLock(), depth: 3));

    [Fact]
    public void Semaphore_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => new SemaphoreTrial(scheduler, chance, isHeldOnly: true));

    [Fact]
    public void SemaphoreOfPermitsForGood_UnderSchedules_KeepsItsPromises() =>
        RunAll(static (scheduler, chance) => chance.OneIn(2) ? new SemaphoreTrial(scheduler, chance, isHeldOnly: false) : new TokenTrial(scheduler, chance), mayDie: false);

    [Fact]
    public void Event_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new EventTrial(scheduler, chance, EventMode.Manual));

    [Fact]
    public void AutomaticEvent_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new EventTrial(scheduler, chance, EventMode.Auto));

    [Fact]
    public void Condition_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new ConditionTrial(scheduler, chance));

    [Fact]
    public void Barrier_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new BarrierTrial(scheduler, chance));

    [Fact]
    public void ReaderWriterLock_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new ReaderWriterTrial(scheduler, chance));

    [Fact]
    public void Countdown_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new CountdownTrial(scheduler, chance));

    [Fact]
    public void Once_UnderSchedules_KeepsItsPromises() => RunAll(static (scheduler, chance) => new OnceTrial(scheduler, chance));

    private void RunAll(Func<Scheduler, Chance, Trial> make, bool mayDie = true, int part = 1) => fixture.RunAll(output, make, mayDie, part);
}
