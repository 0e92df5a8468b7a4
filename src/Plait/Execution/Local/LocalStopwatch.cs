using Plait.Interop;

namespace Plait.Execution.Local;

/// <summary>What a worker of an executor spends its time with. Written by its thread only, read by all.</summary>
internal abstract class LocalStopwatch(string worker, SlowestTasks slowest)
{
    private readonly long _madeAt = MonotonicClock.Now;

    // Zero: not yet.
    private long _startedAt;
    private long _readyAt;
    private long _busySince;
    private long _working;
    private long _tasks;

    /// <summary>Since when it works on something, by its own thread; 0 for not.</summary>
    protected long BusySince
    {
        get => _busySince;
        set => Volatile.Write(ref _busySince, value);
    }

    /// <summary>Its thread runs; the initializer comes next.</summary>
    public void OnStarted() => Volatile.Write(ref _startedAt, MonotonicClock.Now);

    /// <summary>It can run tasks.</summary>
    public void OnReady() => Volatile.Write(ref _readyAt, MonotonicClock.Now);

    public WorkerTimes TimesAt(long now)
    {
        long started = Or(Volatile.Read(ref _startedAt), now);
        long ready = Or(Volatile.Read(ref _readyAt), now);
        long since = Volatile.Read(ref _busySince);

        // What runs now is work as well.
        long working = Volatile.Read(ref _working) + (since == 0 ? 0 : Math.Max(0, now - since));
        return new WorkerTimes
        {
            Tasks = Volatile.Read(ref _tasks),
            Starting = started - _madeAt,
            Initializing = ready - started,
            Working = working,
            Waiting = Math.Max(0, now - ready - working),
        };
    }

    protected void AddWork(long nanoseconds) => Volatile.Write(ref _working, _working + nanoseconds);

    /// <summary>A task's function is over.</summary>
    protected void AddTask(ILocalTask task, long nanoseconds)
    {
        Volatile.Write(ref _tasks, _tasks + 1);
        if (slowest.IsAmong(nanoseconds))
        {
            slowest.Add(nanoseconds, task.Name, worker);
        }
    }

    private static long Or(long time, long otherwise) => time == 0 ? otherwise : time;
}

/// <summary>That of a thread, which runs one task at a time.</summary>
internal sealed class ThreadStopwatch(string worker, SlowestTasks slowest) : LocalStopwatch(worker, slowest)
{
    private long _soFar;

    public void Begin() => BusySince = MonotonicClock.Now;

    /// <summary>The task had ended before it could run.</summary>
    public void Forget() => BusySince = 0;

    /// <summary>The function waits for its turn.</summary>
    public void Pause()
    {
        _soFar = MonotonicClock.Now - BusySince;
        BusySince = 0;
    }

    /// <summary>It has it again.</summary>
    public void GoOn()
    {
        BusySince = MonotonicClock.Now - _soFar;
        _soFar = 0;
    }

    /// <summary>The function is over. Before its future is, so that who has seen that finds it counted.</summary>
    public void End(ILocalTask task)
    {
        long nanoseconds = MonotonicClock.Now - BusySince;
        BusySince = 0;
        AddWork(nanoseconds);
        AddTask(task, nanoseconds);
    }
}
