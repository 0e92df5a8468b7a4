using Plait.Synchronization;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// One situation in which a unit may be killed at any point: what the victim does, what others do meanwhile, what must be true afterwards.
/// Each part runs in the process that it belongs to, on a thread of its own.
/// </summary>
internal sealed class Play(string name)
{
    public string Name => name;

    /// <summary>Makes the primitives, before anybody else comes.</summary>
    public required Action<IScope> Make { get; init; }

    /// <summary>The victim, before it may be killed.</summary>
    public Action<Stage> Prepare { get; init; } = static _ => { };

    /// <summary>The victim: may be killed at any point from here on.</summary>
    public required Action<Stage> Act { get; init; }

    /// <summary>The victim is the thread of the engine that delivers to the play's flows.</summary>
    public bool IsOfEngine { get; init; }

    /// <summary>The others. All of them must come to an end once the victim is dead.</summary>
    public Action<Stage>[] Companions { get; init; } = [];

    /// <summary>A survivor does for the others what the victim did not get round to. Everything that the dead left is recovered before.</summary>
    public Action<Stage>? Revive { get; init; }

    /// <summary>A survivor: throws if the primitive cannot be used, or does not say what it should.</summary>
    public required Action<Stage> Check { get; init; }
}
