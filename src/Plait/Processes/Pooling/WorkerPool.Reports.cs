using Plait.Execution;
using Plait.Interop;

namespace Plait.Processes.Pooling;

/// <content>What the pool tells of itself.</content>
internal sealed partial class WorkerPool
{
    public ExecutorStatistics GetStatistics()
    {
        lock (_gate)
        {
            int ready = 0;
            int busy = 0;
            int running = _sent;
            foreach (PooledWorker worker in _workers)
            {
                ready += worker is { IsReady: true, IsSpare: false, Ending: null } ? 1 : 0;
                busy += worker.State == WorkerState.Busy ? 1 : 0;

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
                PooledCall? running = worker.CallAt(worker.Claimed);
                list.Add(new WorkerInfo(
                    worker.Id,
                    worker.Pid,
                    worker.Name,
                    worker.State,
                    worker.TasksDone,
                    running?.Name,
                    running is null ? TimeSpan.Zero : ToTime(now - Volatile.Read(ref worker.Channel.State.StartedAt)),
                    ToTime(now - worker.StartedAt),
                    ToTime(Volatile.Read(ref worker.Channel.State.BusyTime))));
            }

            return list;
        }
    }

    private static TimeSpan ToTime(long nanoseconds) => TimeSpan.FromTicks(Math.Max(0, nanoseconds) / TimeSpan.NanosecondsPerTick);

    private void Tell(PooledWorker worker, ChildOutcome outcome)
    {
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
