using Plait.Scheduling;

namespace Plait.Coroutines.Engine;

/// <summary>A coroutine as a policy sees it, with its steps that wait.</summary>
internal sealed class CoroutineEntry(Coroutine coroutine) : SchedulingEntry
{
    private readonly SchedulingAttributes _attributes = coroutine.Scheduling ?? SchedulingAttributes.Default;

    public Coroutine Coroutine => coroutine;

    public Queue<Step> Steps { get; } = new();

    // Unlike any other, unless it was given a name.
    public override string? Name => _attributes.Name ?? coroutine.GivenName;

    public override int Priority => _attributes.Priority;

    public override long ExpectedCost => _attributes.ExpectedCost;

    public override int Weight => _attributes.Weight;

    public override string? ShareClass => _attributes.ShareClass;

    public override long Deadline => _attributes.Deadline;

    public override long Period => _attributes.Period;
}
