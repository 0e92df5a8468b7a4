namespace Plait.Scheduling.Simulation;

/// <summary>What a simulation runs. Immutable. Times are in any one unit, the same for all jobs and for the policy's quanta.</summary>
public sealed record Job
{
    /// <summary>Makes a job.</summary>
    /// <param name="name">What it is called; policies that learn take jobs of one name for the same work.</param>
    /// <param name="bursts">What it does, in order. A job computes for at least an instant before its first and after its last wait for a device.</param>
    /// <exception cref="ArgumentException">The name is empty, or there is no burst.</exception>
    public Job(string name, params IReadOnlyList<Burst> bursts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(bursts);
        Name = name;
        Bursts = bursts.Count > 0 ? bursts : throw new ArgumentException($"The job '{name}' has no burst: it would do nothing.", nameof(bursts));
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What it does, in order.</summary>
    public IReadOnlyList<Burst> Bursts { get; }

    /// <summary>When it comes, 0 or more. Default: 0.</summary>
    public long Arrival { get; init; }

    /// <summary>The smaller, the sooner. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>Its share or tickets, 1 or more. Default: 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The class whose share it uses. Default: null, its name.</summary>
    public string? ShareClass { get; init; }

    /// <summary>The time after its arrival (each arrival, if it is periodic) by which it should be done. Default: null, its period, or none.</summary>
    public long? Deadline { get; init; }

    /// <summary>The time after which it comes again, positive. Needs <see cref="SimulationOptions.Until"/>. Default: null, it comes once.</summary>
    public long? Period { get; init; }

    /// <summary>The processors on which it may run, from 0. Default: empty, all.</summary>
    public IReadOnlyList<int> Affinity { get; init; } = [];

    internal void Validate(SimulationOptions options)
    {
        Require(Arrival >= 0, nameof(Arrival), Arrival, "0 or more");
        Require(Weight >= 1, nameof(Weight), Weight, "1 or more");
        Require(Deadline is null or > 0, nameof(Deadline), Deadline, "positive");
        Require(Period is null or > 0, nameof(Period), Period, "positive");
        Require(Period is null || options.Until is not null, nameof(Period), Period, "used with SimulationOptions.Until: a periodic job has no end of its own");
        foreach (int cpu in Affinity)
        {
            Require(cpu >= 0 && cpu < options.Cpus, nameof(Affinity), cpu, $"one of the processors 0 to {options.Cpus - 1}");
        }
    }

    private void Require(bool condition, string what, object? value, string rule)
    {
        if (!condition)
        {
            throw new ArgumentException($"The job '{Name}': {what} is {value}, but must be {rule}.", what);
        }
    }
}
