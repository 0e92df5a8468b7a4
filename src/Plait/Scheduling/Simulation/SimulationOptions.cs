namespace Plait.Scheduling.Simulation;

/// <summary>The machine that a simulation runs on. Immutable.</summary>
public sealed record SimulationOptions
{
    internal static readonly SimulationOptions Default = new();

    /// <summary>How many processors, 1 to 64. Default: 1.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>The time a processor takes to change from one job to another, 0 or more. It counts as waiting for the job that comes. Default: 0.</summary>
    public long ContextSwitch { get; init; }

    /// <summary>When to stop, positive. Default: null, when all jobs have ended.</summary>
    public long? Until { get; init; }

    /// <summary>Whether policies are told how long each burst will be. If not, those that want to know must predict it. Default: true.</summary>
    public bool IsClairvoyant { get; init; } = true;

    internal void Validate()
    {
        if (Cpus is < 1 or > 64)
        {
            throw new ArgumentOutOfRangeException(nameof(Cpus), Cpus, "A simulation has 1 to 64 processors.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(ContextSwitch, nameof(ContextSwitch));
        if (Until is <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(Until), Until, "A simulation stops at a positive time, or at the end of all jobs.");
        }
    }
}
