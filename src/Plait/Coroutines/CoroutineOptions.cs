using Plait.Coroutines.Engine;
using Plait.Scheduling;

namespace Plait.Coroutines;

/// <summary>How a coroutine is made.</summary>
public sealed class CoroutineOptions
{
    /// <summary>What it is called in messages. Default: null, coroutine-ID.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the loop ends without waiting for it: it is killed then. Default: false.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>What the policy of its loop goes by, if that has one: <see cref="EventLoopOptions.PolicyFactory"/>. Default: null, the defaults, and its name.</summary>
    public SchedulingAttributes? Scheduling { get; init; }

    internal ICoroutineOwner? Owner { get; init; }
}
