namespace Plait.Scheduling.Simulation;

/// <summary>A job, or one coming of a periodic job, while it is simulated.</summary>
internal sealed class SimulatedEntry : SchedulingEntry
{
    private readonly Job _job;
    private readonly bool _isClairvoyant;
    private readonly List<Burst> _bursts;
    private readonly ulong _affinity;
    private int _burst;

    public SimulatedEntry(Job job, int index, int round, long arrival, SimulationOptions options)
    {
        _job = job;
        _isClairvoyant = options.IsClairvoyant;
        _bursts = Alternating(job.Bursts);
        Index = index;
        Round = round;
        Arrival = arrival;
        Life = new JobLife(job.Name);
        Remaining = _bursts[0].Length;
        Deadline = (job.Deadline ?? job.Period) is { } relative ? arrival + relative : SchedulingTime.Unlimited;
        foreach (int cpu in job.Affinity)
        {
            _affinity |= 1UL << cpu;
        }
    }

    public int Index { get; }

    public int Round { get; }

    public long Arrival { get; }

    public JobLife Life { get; }

    /// <summary>What is left of its burst.</summary>
    public long Remaining { get; set; }

    public long ReadySince { get; set; }

    public long? FirstRun { get; set; }

    public long? Finish { get; set; }

    public long CpuTime { get; set; }

    public long Waiting { get; set; }

    public int Preemptions { get; set; }

    public SimulatedCpu? LastCpu { get; set; }

    public override string? Name => _job.Name;

    public override int Priority => _job.Priority;

    public override int Weight => _job.Weight;

    public override string? ShareClass => _job.ShareClass ?? _job.Name;

    public override long ExpectedCost => _isClairvoyant ? Math.Max(1, Remaining) : 0;

    public override long Deadline { get; }

    public override long Period => _job.Period ?? SchedulingTime.Unlimited;

    public bool HasAffinity => _affinity != 0;

    public bool MayRunOn(int cpu) => _affinity == 0 || ((_affinity >> cpu) & 1) != 0;

    /// <summary>Goes on to the next burst; null after the last.</summary>
    public Burst? NextBurst()
    {
        if (++_burst == _bursts.Count)
        {
            return null;
        }

        Remaining = _bursts[_burst].Length;
        return _bursts[_burst];
    }

    public JobResult ToResult(long end)
    {
        // A job that is ready when the simulation stops has waited until then.
        long waiting = Life.State == JobState.Ready ? Waiting + end - ReadySince : Waiting;
        return new JobResult(_job.Name, Round, Arrival, FirstRun, Finish, CpuTime, waiting, _bursts.Sum(static burst => burst.Length), Preemptions);
    }

    /// <summary>Computing first, then device and computing in turn, and computing at the end: nobody asks a device for something, or ends, without running.</summary>
    private static List<Burst> Alternating(IReadOnlyList<Burst> given)
    {
        var bursts = new List<Burst>();
        foreach (Burst burst in given)
        {
            if (burst.IsIO)
            {
                if (bursts is [] or [.., { IsIO: true }])
                {
                    bursts.Add(Burst.Cpu(0));
                }

                bursts.Add(burst);
            }
            else if (bursts is [.., { IsIO: false } last])
            {
                bursts[^1] = Burst.Cpu(last.Length + burst.Length);
            }
            else
            {
                bursts.Add(burst);
            }
        }

        if (bursts[^1].IsIO)
        {
            bursts.Add(Burst.Cpu(0));
        }

        return bursts;
    }
}
