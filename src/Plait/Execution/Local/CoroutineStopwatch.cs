using Plait.Interop;

namespace Plait.Execution.Local;

/// <summary>What a loop of an executor spends its time with. Written by its thread only, but for what it left; read by all.</summary>
internal sealed class CoroutineStopwatch(string worker, SlowestTasks slowest)
{
    private readonly long _madeAt = MonotonicClock.Now;

    // Zero: not yet.
    private long _startedAt;
    private long _readyAt;
    private long _busySince;
    private long _working;
    private long _tasks;
    private int _running;

    /// <summary>Its thread runs; the initializer comes next.</summary>
    public void OnStarted() => Volatile.Write(ref _startedAt, MonotonicClock.Now);

    /// <summary>It can run tasks.</summary>
    public void OnReady() => Volatile.Write(ref _readyAt, MonotonicClock.Now);

    public void Begin(CoroutineAttempt attempt)
    {
        attempt.Began = MonotonicClock.Now;
        if (_running++ == 0)
        {
            Volatile.Write(ref _busySince, attempt.Began);
        }
    }

    /// <summary>The function is over. Before its future is, so that who has seen that finds it counted.</summary>
    public void End(CoroutineAttempt attempt)
    {
        long nanoseconds = MonotonicClock.Now - attempt.Began;
        Forget(attempt);
        Volatile.Write(ref _tasks, _tasks + 1);
        if (slowest.IsAmong(nanoseconds))
        {
            slowest.Add(nanoseconds, attempt.Task.Name, worker);
        }
    }

    /// <summary>It does not run, or no longer.</summary>
    public void Forget(CoroutineAttempt attempt)
    {
        if (attempt.Began == 0)
        {
            return;
        }

        attempt.Began = 0;
        if (--_running == 0)
        {
            long since = _busySince;
            Volatile.Write(ref _busySince, 0);
            Volatile.Write(ref _working, _working + MonotonicClock.Now - since);
        }
    }

    public WorkerTimes TimesAt(long now)
    {
        long started = Or(Volatile.Read(ref _startedAt), now);
        long ready = Or(Volatile.Read(ref _readyAt), now);
        long since = Volatile.Read(ref _busySince);
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

    private static long Or(long time, long otherwise) => time == 0 ? otherwise : time;
}
