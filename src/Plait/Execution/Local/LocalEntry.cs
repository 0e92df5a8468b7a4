using Plait.Scheduling;

namespace Plait.Execution.Local;

/// <summary>A task as a policy sees it.</summary>
internal sealed class LocalEntry(ILocalTask task) : SchedulingEntry
{
    // A tick is 100 ns.
    private const long TickNanoseconds = 100;

    public ILocalTask Task { get; } = task;

    public override string? Name => Task.Options.Name;

    public override int Priority => Task.Options.Priority;

    public override long ExpectedCost => Math.Min(Task.Options.ExpectedCost.Ticks, long.MaxValue / TickNanoseconds) * TickNanoseconds;

    public override int Weight => Task.Options.Weight;

    public override string? ShareClass => Task.Options.ShareClass;
}
