using System.Globalization;
using Xunit;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>One scheduler for all tests that need one: its threads and its memory are made once.</summary>
public sealed class ScheduleFixture : IDisposable
{
    private const string CountVariable = "PLAIT_SCHEDULES";
    private const string SeedVariable = "PLAIT_SCHEDULE_SEED";

    private static readonly int s_count = int.Parse(Environment.GetEnvironmentVariable(CountVariable) ?? "20000", CultureInfo.InvariantCulture);

    internal Scheduler Scheduler { get; } = new();

    public void Dispose() => Scheduler.Dispose();

    /// <summary>Finds a mistake within so many schedules, and again from its seed; without it the same schedules pass.</summary>
    internal void Find(ITestOutputHelper output, PlantedBug bug, Func<Scheduler, Chance, Trial> make, bool mayDie)
    {
        const int Enough = 2000;
        Scheduler scheduler = Scheduler;
        scheduler.MayDie = mayDie;

        ScheduleFailure? failure = scheduler.Run(make, 1, Enough, bug);

        Assert.True(failure is not null, $"Not found in {Enough} schedules.");
        output.WriteLine($"{bug.GetType().Name}: seed {failure.Seed}: {failure.Message}");
        string trace = scheduler.Trace(make, failure.Seed, bug);
        Assert.EndsWith(failure.Message, trace, StringComparison.Ordinal);
        Assert.Equal(trace, scheduler.Trace(make, failure.Seed, bug));
        Assert.Null(scheduler.Run(make, 1, Enough));
    }

    /// <summary>
    /// Runs as many schedules of a trial as <c>PLAIT_SCHEDULES</c> says, or so manieth a part of them; or the one of
    /// <c>PLAIT_SCHEDULE_SEED</c> alone, and shows its steps.
    /// </summary>
    internal void RunAll(ITestOutputHelper output, Func<Scheduler, Chance, Trial> make, bool mayDie, int part = 1)
    {
        Scheduler scheduler = Scheduler;
        scheduler.MayDie = mayDie;
        (ulong first, int count) = Environment.GetEnvironmentVariable(SeedVariable) is { } seed ? (ulong.Parse(seed, CultureInfo.InvariantCulture), 1) : (1, Math.Max(1, s_count / part));
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

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScheduleCollection : ICollectionFixture<ScheduleFixture>
{
    public const string Name = "schedules";
}
