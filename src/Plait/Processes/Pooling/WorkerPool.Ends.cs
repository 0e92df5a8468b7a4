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
            if (worker.CallAt(claimed) is { } culprit)
            {
                RemoveSent_UnderGate(worker, culprit);
                culprit.OnWorkerGone(worker);
                if (culprit.Stop is { } reason)
                {
                    worker.StartError ??= culprit.IsTask ? null : reason.ToTimeout(culprit.Name, culprit.Options);
                    EndLater(culprit, reason);
                }
                else
                {
                    worker.Culprit = culprit;
                }
            }

            worker.IsGone = true;
            worker.State = WorkerState.Stopping;
            worker.StartDeadline = worker.TaskDeadline = worker.StopDeadline = worker.StealDeadline = worker.ExitDeadline = MonotonicClock.Never;
            worker.SetDeadline();
            _workers.Remove(worker);
            _ending++;
            _settling += worker.Culprit is null ? 0 : 1;
            CountEnd_UnderGate(worker, hadMore);
            Balance_UnderGate();
            FeedIdle_UnderGate();
            CheckClosing_UnderGate();
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
        else if (worker.TasksDone > 0 || worker.Culprit is not null)
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
        if (worker.Culprit is { } culprit)
        {
            culprit.Deaths++;
            bool isQuarantined = culprit.Deaths >= Options.QuarantineAfter && culprit.Options.Retries.Count > 0;
            if (isQuarantined)
            {
                Count(ref _quarantined);
                Events.Raise(new WorkerEvent(WorkerEventKind.TaskQuarantined, worker.Id, worker.Pid, $"Task '{culprit.Name}' has killed {culprit.Deaths} workers and is given up.", outcome, null));
            }

            var died = new WorkerDiedException(culprit.Name, outcome, culprit.Deaths, isQuarantined);
            if (isQuarantined)
            {
                Fail(culprit, died);
            }
            else
            {
                FailOrRetry(culprit, died);
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
            _settling -= worker.Culprit is null ? 0 : 1;
            CheckClosing_UnderGate();
        }
    }
}
