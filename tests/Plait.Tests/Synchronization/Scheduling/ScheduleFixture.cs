using Xunit;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>One scheduler for all tests that need one: its threads and its memory are made once.</summary>
public sealed class ScheduleFixture : IDisposable
{
    internal Scheduler Scheduler { get; } = new();

    public void Dispose() => Scheduler.Dispose();
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScheduleCollection : ICollectionFixture<ScheduleFixture>
{
    public const string Name = "schedules";
}
