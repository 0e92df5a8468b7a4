using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Pooling;

/// <content>Workers that have ended: what they had goes back or is settled, somebody else takes their place, and it is told why.</content>
internal sealed partial class WorkerPool
{
    /// <summary>On the dispatcher thread: the worker's process has ended and everything it sent is read.</summary>
    public void OnGone(PooledWorker worker)
    {
        lock (_gate)
        {
            CrashPoints.Hit(CrashPoint.PoolEnding);
            long claimed = worker.Claimed;
            bool hadMore = worker.LastSent > claimed;
            TakeBack_UnderGate(worker, claimed);
            foreach (PooledCall culprit in worker.CallsBegun())
            {
                long began = Volatile.Read(ref worker.Channel.WordsOf(culprit.Number).StartedAt);
                long nanoseconds = MonotonicClock.Now - began;
                worker.CountTime(culprit, nanoseconds);
                culprit.Trace?.Note(began, nanoseconds, worker.Name, worker.Pid);
                RemoveSent_UnderGate(worker, culprit);
                FinishRun_UnderGate(culprit, worker);
                culprit.OnWorkerGone(worker);
                if (culprit.Stop is { } reason)
                {
                    worker.StartError ??= culprit.IsTask ? null : reason.ToTimeout(culprit.Name, culprit.Options);
                    EndLater(culprit, reason);
                }
                else
                {
                    worker.Culprits.Add(culprit);
                }
            }

            worker.Culprits.Sort(static (a, b) => a.Number.CompareTo(b.Number));
            worker.IsGone = true;
            worker.State = WorkerState.Stopping;
            worker.StartDeadline = worker.TaskDeadline = worker.StealDeadline = worker.ExitDeadline = worker.SliceDeadline = worker.MemoryDeadline = MonotonicClock.Never;
            worker.Stops.Clear();
            worker.SetDeadline();
            _workers.Remove(worker);
            _goneTimes.Add(worker.TimesAt(MonotonicClock.Now));
            _ending++;
            _settling += worker.Culprits.Count;
            CountEnd_UnderGate(worker, hadMore);
            Balance_UnderGate();
            FeedFree_UnderGate();
            CheckClosing_UnderGate();
        }
    }

    // It ran until now; what it would have needed nobody knows.
    private void FinishRun_UnderGate(PooledCall call, PooledWorker worker)
    {
        if (call is { IsTask: true, Entry: { } entry })
        {
            _queue.Finish(entry, MonotonicClock.Now - Volatile.Read(ref worker.Channel.WordsOf(call.Number).StartedAt) - worker.Paused.OfCall);
        }
    }

    // A crash loop has two forms: workers that are never ready, and workers that are, and end before they begin the first
    // task that they are sent. No task is to blame for either.
    private void CountEnd_UnderGate(PooledWorker worker, bool hadMore)
    {
        if (HasFailedToStart(worker))
        {
            _failedStartsInRow++;
            Pause_UnderGate(_failedStartsInRow);
        }
        else if (worker.Ending is not null)
        {
            // It did as it was told.
        }
        else if (worker.TasksDone > 0 || worker.Culprits.Count > 0)
        {
            _uselessInRow = 0;
        }
        else if (hadMore)
        {
            worker.WasUseless = true;
            _uselessInRow++;
            if (_uselessInRow > 1)
            {
                Pause_UnderGate(_uselessInRow - 1);
            }
        }
    }

    /// <summary>On the thread pool: everything about a worker's end is known.</summary>
    public void OnEnded(PooledWorker worker)
    {
        ChildOutcome outcome = worker.Conclude();
        bool isBroken;
        int inRow;
        lock (_gate)
        {
            inRow = worker.WasUseless ? _uselessInRow : _failedStartsInRow;
            isBroken = worker.WasUseless
                ? inRow >= Options.CrashLoopLimit
                : HasFailedToStart(worker) && !_isClosing && inRow >= Options.CrashLoopLimit && !_workers.Exists(static other => other.IsReady);
        }

        Tell(worker, outcome);
        foreach (PooledCall culprit in worker.Culprits)
        {
            if (culprit.Reports?.TryDefer(new LaterEnd(() => SettleDeath(worker, culprit, outcome))) != true)
            {
                SettleDeath(worker, culprit, outcome);
            }
        }

        if (isBroken)
        {
            Exception cause = worker.StartError ?? new ChildFailedException(outcome);
            string last = worker.StartError is { } error ? $"The initializer of the last one failed with {error.GetType().Name}: {error.Message}" : $"The last one: {cause.Message}";
            Break($"Executor '{Name}' gave up: {inRow} workers in a row ended before they {(worker.WasUseless ? "began the first task that they were sent" : "could work")}. {last}", cause);
        }

        worker.DropUse();
        lock (_gate)
        {
            _ending--;
            CheckClosing_UnderGate();
        }
    }

    // What the task had reported is delivered: now its end.
    private void SettleDeath(PooledWorker worker, PooledCall culprit, ChildOutcome outcome)
    {
        culprit.Deaths++;
        bool isQuarantined = culprit.Deaths >= Options.QuarantineAfter && culprit.Options.Retries.Count > 0;
        if (isQuarantined)
        {
            Count(ref _quarantined);
            Events.Raise(new WorkerEvent(WorkerEventKind.TaskQuarantined, worker.Id, worker.Pid, $"Task '{culprit.Name}' has killed {culprit.Deaths} workers and is given up.", outcome, null));
        }

        var died = new WorkerDiedException(culprit.Name, outcome, culprit.Deaths, isQuarantined, worker.Culprits.Count - 1);
        if (isQuarantined)
        {
            Fail(culprit, died);
        }
        else
        {
            FailOrRetry(culprit, died);
        }

        Settled();
    }
}
