using Plait.Scheduling;

namespace Plait.Processes.Pooling;

/// <summary>One attempt of a call, as a policy sees it.</summary>
internal sealed class PooledEntry(PooledCall call) : SchedulingEntry
{
    public PooledCall Call { get; } = call;

    public override string? Name => Call.Options.Name;

    public override int Priority => Call.Options.Priority;

    public override long ExpectedCost => SchedulingTime.Of(Call.Options.ExpectedCost);

    public override int Weight => Call.Options.Weight;

    public override string? ShareClass => Call.Options.ShareClass;
}
