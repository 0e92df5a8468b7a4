using System.Globalization;
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
    internal const string CountVariable = "PLAIT_SCHEDULES";
    internal const string SeedVariable = "PLAIT_SCHEDULE_SEED";

    internal static int Count { get; } =
        int.Parse(Environment.GetEnvironmentVariable(CountVariable) ?? "20000", CultureInfo.InvariantCulture);

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

    private void RunAll(Func<Scheduler, Chance, Trial> make, bool mayDie = true, int part = 1)
    {
        Scheduler scheduler = fixture.Scheduler;
        scheduler.MayDie = mayDie;
        (ulong first, int count) = Environment.GetEnvironmentVariable(SeedVariable) is { } seed ? (ulong.Parse(seed, CultureInfo.InvariantCulture), 1) : (1, Math.Max(1, Count / part));
        (long steps, long switches, long schedules, long since) = (scheduler.TotalSteps, scheduler.TotalSwitches, scheduler.Schedules, Environment.TickCount64);

        ScheduleFailure? failure = scheduler.Run(make, first, count);

        long done = scheduler.Schedules - schedules;
        output.WriteLine($"{done} schedules from seed {first} in {Environment.TickCount64 - since} ms: {(scheduler.TotalSteps - steps) / done} steps and {(double)(scheduler.TotalSwitches - switches) / done:F1} switches each");
        if (failure is not null)
        {
            Assert.Fail($"{failure.Message}\nThe same again: {SeedVariable}={failure.Seed}\n{scheduler.Trace(make, failure.Seed)}");
        }

        if (count == 1)
        {
            output.WriteLine(scheduler.Trace(make, first));
        }
    }
}
