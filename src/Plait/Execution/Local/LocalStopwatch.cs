using Plait.Interop;

namespace Plait.Execution.Local;

/// <summary>What one thread of an executor spends its time with. Written by that thread only, read by all.</summary>
internal sealed class LocalStopwatch(string worker, SlowestTasks slowest)
{
    private readonly long _madeAt = MonotonicClock.Now;

    // Zero: not yet.
    private long _startedAt;
    private long _readyAt;
    private long _began;
    private long _soFar;
    private long _working;
    private long _tasks;

    /// <summary>Its thread runs; the initializer comes next.</summary>
    public void OnStarted() => Volatile.Write(ref _startedAt, MonotonicClock.Now);

    /// <summary>It can run tasks.</summary>
    public void OnReady() => Volatile.Write(ref _readyAt, MonotonicClock.Now);

    public void Begin() => Volatile.Write(ref _began, MonotonicClock.Now);

    /// <summary>The task had ended before it could run.</summary>
    public void Forget() => Volatile.Write(ref _began, 0);

    /// <summary>The function waits for its turn.</summary>
    public void Pause()
    {
        _soFar = MonotonicClock.Now - _began;
        Volatile.Write(ref _began, 0);
    }

    /// <summary>It has it again.</summary>
    public void GoOn()
    {
        Volatile.Write(ref _began, MonotonicClock.Now - _soFar);
        _soFar = 0;
    }

    /// <summary>The function is over. Before its future is, so that who has seen that finds it counted.</summary>
    public void End(ILocalTask task)
    {
        long nanoseconds = MonotonicClock.Now - _began;
        Volatile.Write(ref _began, 0);
        Volatile.Write(ref _working, _working + nanoseconds);
        Volatile.Write(ref _tasks, _tasks + 1);
        if (slowest.IsAmong(nanoseconds))
        {
            slowest.Add(nanoseconds, task.Name, worker);
        }
    }

    public WorkerTimes TimesAt(long now)
    {
        long started = Or(Volatile.Read(ref _startedAt), now);
        long ready = Or(Volatile.Read(ref _readyAt), now);
        long began = Volatile.Read(ref _began);

        // What runs now is work as well.
        long working = Volatile.Read(ref _working) + (began == 0 ? 0 : Math.Max(0, now - began));
        return new WorkerTimes
        {
            Tasks = Volatile.Read(ref _tasks),
            Starting = started - _madeAt,
            Initializing = ready - started,
            Working = working,
            Waiting = Math.Max(0, now - ready - working),
        };
    }

    private static long Or(long time, long otherwise) => time == 0 ? otherwise : time;
}
