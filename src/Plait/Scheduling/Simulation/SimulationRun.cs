namespace Plait.Scheduling.Simulation;

/// <summary>One run of <see cref="Simulator"/>: a queue of what will happen, and what follows from it.</summary>
internal sealed class SimulationRun
{
    private const int MaxRounds = 1_000_000;

    private readonly SchedulingPolicy _policy;
    private readonly SimulationOptions _options;
    private readonly SimulatedCpu[] _cpus;
    private readonly List<SimulatedEntry> _entries = [];
    private readonly SimulatedDevices _devices = new();
    private readonly PriorityQueue<Event, (long Time, EventKind Kind, long Sequence)> _events = new();
    private readonly List<StateChange> _changes = [];
    private readonly List<GanttSlice> _slices = [];
    private readonly List<int> _missed = [];
    private readonly List<SimulatedEntry> _setAside = [];
    private readonly GanttSlice?[] _open;
    private readonly bool _hasAffinity;
    private long _sequence;
    private long _lastChange;
    private int _switches;

    public SimulationRun(IReadOnlyList<Job> jobs, SchedulingPolicy policy, SimulationOptions options)
    {
        _policy = policy;
        _options = options;
        _cpus = [.. Enumerable.Range(0, options.Cpus).Select(static number => new SimulatedCpu(number))];
        _open = new GanttSlice?[options.Cpus];
        foreach (Job job in jobs)
        {
            AddRounds(job);
        }

        _hasAffinity = _entries.Exists(static entry => entry.HasAffinity);
    }

    /// <summary>The order of what happens at the same time. Processors come last, when nothing is left to happen.</summary>
    private enum EventKind
    {
        RunEnds,
        DeadlinePasses,
        JobComes,
        DeviceIsDone,
    }

    public SimulationTrace Run(CancellationToken cancellation)
    {
        long limit = _options.Until ?? long.MaxValue;
        while (_events.TryPeek(out _, out (long Time, EventKind Kind, long Sequence) next) && next.Time <= limit)
        {
            cancellation.ThrowIfCancellationRequested();
            while (_events.TryPeek(out Event happens, out (long Time, EventKind Kind, long Sequence) key) && key.Time == next.Time)
            {
                _events.Dequeue();
                Happen(happens, key.Kind, key.Time);
            }

            GiveIdleProcessors(next.Time);
            if (_policy.IsPreemptive && Preempt(next.Time))
            {
                // Who was stopped may be allowed on a processor that nobody who waited could use.
                GiveIdleProcessors(next.Time);
            }
        }

        return Finish(_options.Until ?? _lastChange);
    }

    private void AddRounds(Job job)
    {
        long arrival = job.Arrival;
        for (int round = job.Period is null ? 0 : 1; round == 0 || arrival < _options.Until; round++)
        {
            if (round > MaxRounds)
            {
                throw new ArgumentException($"The job '{job.Name}' would come more than {MaxRounds} times until {_options.Until}.", nameof(job));
            }

            var entry = new SimulatedEntry(job, _entries.Count, round, arrival, _options);
            _entries.Add(entry);
            Expect(EventKind.JobComes, arrival, new Event(entry));
            if (entry.Deadline != SchedulingTime.Unlimited)
            {
                Expect(EventKind.DeadlinePasses, entry.Deadline, new Event(entry));
            }

            if (job.Period is not { } period)
            {
                return;
            }

            arrival += period;
        }
    }

    private void Expect(EventKind kind, long time, Event happens) => _events.Enqueue(happens, (time, kind, _sequence++));

    private void Happen(Event happens, EventKind kind, long now)
    {
        SimulatedEntry entry = happens.Entry;
        switch (kind)
        {
            case EventKind.RunEnds:
                if (happens.Cpu!.Version == happens.Version)
                {
                    EndRun(happens.Cpu, now);
                }

                break;
            case EventKind.DeadlinePasses:
                if (entry.Finish is null)
                {
                    _missed.Add(entry.Index);
                }

                break;
            case EventKind.JobComes:
                MakeReady(entry, now);
                _policy.Add(entry, now);
                break;
            default:
                if (_devices.Free(happens.Device, now) is { } next)
                {
                    Expect(EventKind.DeviceIsDone, next.Done, new Event(next.Entry, Device: happens.Device));
                }

                entry.NextBurst();
                MakeReady(entry, now);
                _policy.Wake(entry, now);
                break;
        }
    }

    private void GiveIdleProcessors(long now)
    {
        while (Array.Exists(_cpus, static cpu => cpu.Running is null) && _policy.TryTake(now, out SchedulingEntry? taken, out long slice))
        {
            var entry = (SimulatedEntry)taken;
            if (IdleFor(entry) is { } cpu)
            {
                Start(cpu, entry, slice, now);
            }
            else
            {
                _setAside.Add(entry);
            }
        }

        PutBack(now);
    }

    private SimulatedCpu? IdleFor(SimulatedEntry entry) =>
        entry.LastCpu is { Running: null } last
            ? last
            : Array.Find(_cpus, cpu => cpu.Running is null && entry.MayRunOn(cpu.Number));

    /// <summary>Gives processors of jobs that run to more urgent ones that wait; says whether there were any.</summary>
    private bool Preempt(long now)
    {
        // A user's policy may contradict itself; it must not keep the simulation at one instant for ever.
        int most = _cpus.Length * 4;
        int left = most;
        while (left > 0 && _policy.TryTake(now, out SchedulingEntry? taken, out long slice))
        {
            var entry = (SimulatedEntry)taken;
            if (VictimOf(entry, now) is not { } cpu)
            {
                _setAside.Add(entry);
                if (!_hasAffinity)
                {
                    break;
                }

                continue;
            }

            left--;
            StopRun(cpu, now);
            Start(cpu, entry, slice, now);
        }

        PutBack(now);
        return left < most;
    }

    /// <summary>The processor with the least urgent job among those that this one preempts.</summary>
    private SimulatedCpu? VictimOf(SimulatedEntry entry, long now)
    {
        SimulatedCpu? victim = null;
        foreach (SimulatedCpu cpu in _cpus)
        {
            if (cpu.Running is { } running && entry.MayRunOn(cpu.Number) && _policy.Preempts(entry, running, RanOn(cpu, now), now)
                && (victim is null || _policy.Preempts(victim.Running!, running, RanOn(cpu, now), now)))
            {
                victim = cpu;
            }
        }

        return victim;
    }

    /// <summary>Undoes what was taken and not used, the last first, so that the policy's order is as it was.</summary>
    private void PutBack(long now)
    {
        for (int i = _setAside.Count - 1; i >= 0; i--)
        {
            _policy.Requeue(_setAside[i], ran: 0, now);
        }

        _setAside.Clear();
    }

    private void Start(SimulatedCpu cpu, SimulatedEntry entry, long slice, long now)
    {
        bool isChange = cpu.Last is not null && !ReferenceEquals(cpu.Last, entry);
        _switches += isChange ? 1 : 0;
        cpu.Running = cpu.Last = entry;
        entry.LastCpu = cpu;
        cpu.GivenAt = now;
        cpu.RunStart = now + (isChange ? _options.ContextSwitch : 0);
        Move(entry, JobState.Running, now);
        Expect(EventKind.RunEnds, cpu.RunStart + Math.Min(slice, entry.Remaining), new Event(entry, cpu, ++cpu.Version));
    }

    private void EndRun(SimulatedCpu cpu, long now)
    {
        SimulatedEntry entry = cpu.Running!;
        if (entry.Remaining > RanOn(cpu, now))
        {
            StopRun(cpu, now);
            return;
        }

        long ran = Leave(cpu, now);
        if (entry.NextBurst() is not { } burst)
        {
            entry.Finish = now;
            Move(entry, JobState.Terminated, now);
            _policy.Finish(entry, ran, now);
            return;
        }

        Move(entry, JobState.Blocked, now);
        _policy.Block(entry, ran, now);
        if (_devices.Ask(entry, burst, now) is { } done)
        {
            Expect(EventKind.DeviceIsDone, done, new Event(entry, Device: burst.Device));
        }
    }

    private void StopRun(SimulatedCpu cpu, long now)
    {
        SimulatedEntry entry = cpu.Running!;
        long ran = Leave(cpu, now);
        entry.Preemptions++;
        MakeReady(entry, now);
        _policy.Requeue(entry, ran, now);
    }

    /// <summary>Takes the job off its processor and writes down what it did there.</summary>
    private long Leave(SimulatedCpu cpu, long now)
    {
        SimulatedEntry entry = cpu.Running!;
        long start = Math.Min(cpu.RunStart, now);
        long ran = now - start;
        entry.Waiting += start - entry.ReadySince;
        entry.CpuTime += ran;
        entry.Remaining -= ran;
        if (ran > 0 || entry.Remaining == 0)
        {
            entry.FirstRun ??= start;
        }

        Draw(new GanttSlice(cpu.Number, cpu.GivenAt, start, entry.Index, IsSwitch: true));
        Draw(new GanttSlice(cpu.Number, start, now, entry.Index));
        cpu.Running = null;
        cpu.Version++;
        return ran;
    }

    private void Draw(GanttSlice slice)
    {
        if (slice.Length == 0)
        {
            return;
        }

        if (_open[slice.Place] is { } open)
        {
            if (open.End == slice.Start && open.Job == slice.Job && open.IsSwitch == slice.IsSwitch)
            {
                slice = slice with { Start = open.Start };
            }
            else
            {
                _slices.Add(open);
            }
        }

        _open[slice.Place] = slice;
    }

    private void MakeReady(SimulatedEntry entry, long now)
    {
        entry.ReadySince = now;
        Move(entry, JobState.Ready, now);
    }

    private void Move(SimulatedEntry entry, JobState to, long now)
    {
        _changes.Add(new StateChange(now, entry.Index, entry.Life.State, to));
        entry.Life.MoveTo(to);
        _lastChange = now;
    }

    private SimulationTrace Finish(long end)
    {
        foreach (SimulatedCpu cpu in _cpus)
        {
            if (cpu.Running is not null)
            {
                Leave(cpu, end);
            }
        }

        _slices.AddRange(_open.OfType<GanttSlice>());
        _slices.Sort(static (a, b) => (a.End, a.Place, a.Start).CompareTo((b.End, b.Place, b.Start)));
        IReadOnlyList<DeviceUse> devices = _devices.Uses(end);
        return new SimulationTrace(_policy.Name, _cpus.Length, end)
        {
            Jobs = [.. _entries.Select(entry => entry.ToResult(end))],
            Slices = _slices,
            DeviceSlices = _devices.Slices,
            Devices = devices,
            StateChanges = _changes,
            MissedDeadlines = [.. _missed.Select(index => new MissedDeadline(index, _entries[index].Deadline, _entries[index].Finish))],
            ContextSwitches = _switches,
        };
    }

    private static long RanOn(SimulatedCpu cpu, long now) => Math.Max(0, now - cpu.RunStart);

    private readonly record struct Event(SimulatedEntry Entry, SimulatedCpu? Cpu = null, int Version = 0, string? Device = null);
}
