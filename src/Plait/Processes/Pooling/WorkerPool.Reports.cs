using Plait.Execution;
using Plait.Interop;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <content>What the pool tells of itself.</content>
internal sealed partial class WorkerPool
{
    // Guarded by _gate: of the workers that are gone.
    private WorkerTimes _goneTimes;

    public ExecutorStatistics GetStatistics()
    {
        lock (_gate)
        {
            int ready = 0;
            int busy = 0;
            int running = _sent;
            foreach (PooledWorker worker in _workers)
            {
                ready += worker is { IsReady: true, IsSpare: false, Ending: null } ? TasksAtOnce : 0;
                busy += worker.State != WorkerState.Busy ? 0 : IsShared ? worker.Outstanding - worker.TasksEnded : 1;

                // Whoever awaited a task does not find it running.
                running -= worker.TasksEnded;
            }

            return new ExecutorStatistics(
                ready,
                busy,
                _queue.Count + _waiting.Count,
                running,
                Interlocked.Read(ref _succeeded),
                Interlocked.Read(ref _failed),
                Interlocked.Read(ref _cancelled),
                Interlocked.Read(ref _retried),
                Interlocked.Read(ref _timedOut),
                Interlocked.Read(ref _workersStarted),
                Interlocked.Read(ref _workersDied),
                Interlocked.Read(ref _workersRecycled),
                Interlocked.Read(ref _startsRefused),
                Interlocked.Read(ref _quarantined));
        }
    }

    public IReadOnlyList<WorkerInfo> GetWorkers()
    {
        lock (_gate)
        {
            long now = MonotonicClock.Now;
            var list = new List<WorkerInfo>(_workers.Count);
            foreach (PooledWorker worker in _workers)
            {
                PooledCall? running = worker.FirstBegun();
                list.Add(new WorkerInfo(
                    worker.Id,
                    worker.Pid,
                    worker.Name,
                    worker.Run is { IsStopped: true } ? WorkerState.Suspended : worker.State,
                    worker.TasksDone,
                    running?.Name,
                    running is null ? TimeSpan.Zero : ToTime(now - Volatile.Read(ref worker.Channel.WordsOf(running.Number).StartedAt)),
                    ToTime(now - worker.StartedAt),
                    ToTime(Volatile.Read(ref worker.Channel.State.BusyTime))));
            }

            return list;
        }
    }

    /// <summary>The tasks that ran longest.</summary>
    public SlowestTasks Slowest { get; } = new();

    public ExecutorInsights GetInsights()
    {
        lock (_gate)
        {
            long now = MonotonicClock.Now;
            WorkerTimes total = _goneTimes;
            var workers = new List<WorkerInsights>(_workers.Count);
            foreach (PooledWorker worker in _workers)
            {
                WorkerTimes times = worker.TimesAt(now);
                total.Add(times);
                workers.Add(times.ToInsights(worker.Name));
            }

            return new ExecutorInsights(IsMeasured: true, workers, total.ToInsights(Name), Slowest.ToList());
        }
    }

    private static TimeSpan ToTime(long nanoseconds) => TimeSpan.FromTicks(Math.Max(0, nanoseconds) / TimeSpan.NanosecondsPerTick);

    /// <summary>For who collects measurements.</summary>
    public bool TryRead(out ExecutorNumbers numbers)
    {
        ExecutorStatistics now = GetStatistics();
        numbers = new ExecutorNumbers(now.Workers, now.BusyWorkers, now.Pending, now.Running);
        return !_isClosing || now.Workers + now.Pending + now.Running > 0;
    }

    private void Tell(PooledWorker worker, ChildOutcome outcome)
    {
        if (Instruments.WorkersEnded.Enabled)
        {
            string reason = HasFailedToStart(worker) ? "start_failed" : worker.Ending?.ToString().ToLowerInvariant() ?? "died";
            Instruments.WorkersEnded.Add(1, Identity.Name, Identity.Type, new KeyValuePair<string, object?>(Instruments.WorkerEndReason, reason));
        }

        if (HasFailedToStart(worker))
        {
            Count(ref _workersDied);
            string why = worker.StartError is { } error
                ? $"Worker '{worker.Name}' (pid {worker.Pid}) is not used: its initializer failed with {error.GetType().Name}: {error.Message}"
                : $"Worker {outcome}";
            Events.Raise(new WorkerEvent(WorkerEventKind.StartFailed, worker.Id, worker.Pid, why, outcome, worker.StartError));
            return;
        }

        if (worker.Ending is { } asked)
        {
            if (asked == WorkerEventKind.Recycled)
            {
                Count(ref _workersRecycled);
            }

            Events.Raise(new WorkerEvent(asked, worker.Id, worker.Pid, $"Worker {outcome} It was ended because {worker.EndingReason}.", outcome, worker.StartError));
            return;
        }

        Count(ref _workersDied);
        Events.Raise(new WorkerEvent(WorkerEventKind.Died, worker.Id, worker.Pid, $"Worker {outcome}", outcome, null));
    }

    private void Raise(WorkerEventKind kind, PooledWorker worker, string message) =>
        Events.Raise(new WorkerEvent(kind, worker.Id, worker.Pid, $"Worker '{worker.Name}' (pid {worker.Pid}): {message}", null, null));
}
