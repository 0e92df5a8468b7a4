namespace Plait.Scheduling.Simulation;

/// <summary>A processor while it is simulated.</summary>
internal sealed class SimulatedCpu(int number)
{
    public int Number { get; } = number;

    public SimulatedEntry? Running { get; set; }

    /// <summary>Who ran here last: another one costs a change.</summary>
    public SimulatedEntry? Last { get; set; }

    /// <summary>When the processor was given, and when the job begins to run after the change to it.</summary>
    public long GivenAt { get; set; }

    public long RunStart { get; set; }

    /// <summary>Grows with every start, so that the end of a run that was cut short is recognised as stale.</summary>
    public int Version { get; set; }
}
