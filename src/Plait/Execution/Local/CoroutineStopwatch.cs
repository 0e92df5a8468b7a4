using Plait.Interop;

namespace Plait.Execution.Local;

/// <summary>That of a loop, which has many tasks at a time: it works while it has any.</summary>
internal sealed class CoroutineStopwatch(string worker, SlowestTasks slowest) : LocalStopwatch(worker, slowest)
{
    private int _running;

    public void Begin(CoroutineAttempt attempt)
    {
        attempt.Began = MonotonicClock.Now;
        if (_running++ == 0)
        {
            BusySince = attempt.Began;
        }
    }

    /// <summary>The function is over. Before its future is, so that who has seen that finds it counted.</summary>
    public void End(CoroutineAttempt attempt)
    {
        long nanoseconds = MonotonicClock.Now - attempt.Began;
        Forget(attempt);
        AddTask(attempt.Task, nanoseconds);
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
            long since = BusySince;
            BusySince = 0;
            AddWork(MonotonicClock.Now - since);
        }
    }
}
