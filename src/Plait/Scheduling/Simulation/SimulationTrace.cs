namespace Plait.Scheduling.Simulation;

/// <summary>A step in the life of a job.</summary>
/// <param name="Time">When it was made.</param>
/// <param name="Job">The number of the job's row in <see cref="SimulationTrace.Jobs"/>.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
public readonly record struct StateChange(long Time, int Job, JobState From, JobState To);

/// <summary>A time in which a processor or a device worked for one job.</summary>
/// <param name="Place">The number of the processor, or of the device's row in <see cref="SimulationTrace.Devices"/>.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Job">The number of the job's row in <see cref="SimulationTrace.Jobs"/>.</param>
/// <param name="IsSwitch">Whether a processor was changing to this job, and not running it.</param>
public readonly record struct GanttSlice(int Place, long Start, long End, int Job, bool IsSwitch = false)
{
    /// <summary>How long it was.</summary>
    public long Length => End - Start;
}

/// <summary>A deadline that passed before its job was done.</summary>
/// <param name="Job">The number of the job's row in <see cref="SimulationTrace.Jobs"/>.</param>
/// <param name="Deadline">The time by which it should have been done.</param>
/// <param name="Finish">When it was done; null if not at all.</param>
public readonly record struct MissedDeadline(int Job, long Deadline, long? Finish);

/// <summary>A device and how much it worked.</summary>
/// <param name="Name">The device.</param>
/// <param name="Busy">The time it worked.</param>
/// <param name="Utilisation">That as a part of the whole time, 0 to 1; more for the own device of a periodic job that overtakes itself.</param>
public readonly record struct DeviceUse(string Name, long Busy, double Utilisation);

/// <summary>How one job fared; each coming of a periodic job is a row of its own.</summary>
/// <param name="Name">The job.</param>
/// <param name="Round">Which coming of a periodic job it is, from 1; 0 for a job that comes once.</param>
/// <param name="Arrival">When it came.</param>
/// <param name="FirstRun">When it first had a processor; null if it never had.</param>
/// <param name="Finish">When it ended; null if it did not before the simulation stopped.</param>
/// <param name="CpuTime">The time it has run.</param>
/// <param name="Waiting">The time it was ready and did not run, changing to it included.</param>
/// <param name="Ideal">The time it would have taken alone: the sum of its bursts.</param>
/// <param name="Preemptions">How often it was stopped while it could have gone on.</param>
public sealed record JobResult(
    string Name, int Round, long Arrival, long? FirstRun, long? Finish, long CpuTime, long Waiting, long Ideal, int Preemptions)
{
    /// <summary>From its arrival to its end.</summary>
    public long? Turnaround => Finish - Arrival;

    /// <summary>From its arrival to its first run.</summary>
    public long? Response => FirstRun - Arrival;

    /// <summary>How many times longer it took than alone.</summary>
    public double? Slowdown => Turnaround is { } turnaround ? Ideal == 0 ? 1 : (double)turnaround / Ideal : null;
}

/// <summary>All that happened in a simulation. Immutable.</summary>
public sealed class SimulationTrace
{
    internal SimulationTrace(string policy, int cpus, long end)
    {
        Policy = policy;
        Cpus = cpus;
        End = end;
    }

    /// <summary>The name of the policy.</summary>
    public string Policy { get; }

    /// <summary>How many processors there were.</summary>
    public int Cpus { get; }

    /// <summary>When the last job ended, or the simulation stopped.</summary>
    public long End { get; }

    /// <summary>How each job fared, in the order they were given.</summary>
    public required IReadOnlyList<JobResult> Jobs { get; init; }

    /// <summary>What the processors did, in the order it ended; adjoining times of one job on one processor are one.</summary>
    public required IReadOnlyList<GanttSlice> Slices { get; init; }

    /// <summary>What the devices did, in the order it ended.</summary>
    public required IReadOnlyList<GanttSlice> DeviceSlices { get; init; }

    /// <summary>The devices, in the order of first use.</summary>
    public required IReadOnlyList<DeviceUse> Devices { get; init; }

    /// <summary>Every step of every job, in order.</summary>
    public required IReadOnlyList<StateChange> StateChanges { get; init; }

    /// <summary>The deadlines that were missed, in order.</summary>
    public required IReadOnlyList<MissedDeadline> MissedDeadlines { get; init; }

    /// <summary>How often a processor changed from one job to another.</summary>
    public required int ContextSwitches { get; init; }

    /// <summary>The mean waiting time of the jobs that ended; NaN when none did, as with the other means.</summary>
    public double MeanWaiting => Mean(static job => job.Waiting);

    /// <summary>The mean turnaround time of the jobs that ended.</summary>
    public double MeanTurnaround => Mean(static job => job.Turnaround!.Value);

    /// <summary>The mean response time of the jobs that ended.</summary>
    public double MeanResponse => Mean(static job => job.Response!.Value);

    /// <summary>The mean slowdown of the jobs that ended.</summary>
    public double MeanSlowdown => Mean(static job => job.Slowdown!.Value);

    /// <summary>The part of the time in which a processor ran jobs; changing between them is not counted.</summary>
    /// <param name="cpu">A processor, from 0; -1 for the mean of all. Default: -1.</param>
    /// <returns>0 to 1.</returns>
    public double Utilisation(int cpu = -1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cpu, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, Cpus);
        double busy = Slices.Where(slice => !slice.IsSwitch && (cpu < 0 || slice.Place == cpu)).Sum(static slice => (double)slice.Length);
        return End == 0 ? 0 : busy / End / (cpu < 0 ? Cpus : 1);
    }

    private double Mean(Func<JobResult, double> value) => Jobs.Where(static job => job.Finish is not null).Select(value).DefaultIfEmpty(double.NaN).Average();
}
