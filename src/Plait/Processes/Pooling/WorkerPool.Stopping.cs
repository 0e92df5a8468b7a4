using Plait.Execution;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Pooling;

/// <content>
/// Taking calls back from a worker, and stopping the one that it runs. Both rest on the claim (docs/design/worker-protocol.md):
/// once the parent has withdrawn, the worker begins nothing of what it has, so a kill meets the call it is meant for and no other.
/// </content>
internal sealed partial class WorkerPool
{
    /// <summary>How long a worker with calls ahead may be at one of them while another has nothing to do.</summary>
    private const long StealAfter = 1_000_000;

    /// <summary>Ends a call before its function does. False when its end is known already.</summary>
    public bool Stop(PooledCall call, StopReason reason)
    {
        lock (_gate)
        {
            if (call.Stage == CallStage.Ended)
            {
                return false;
            }

            if (!Stop_UnderGate(call, reason))
            {
                return true;
            }

            TellRoom_UnderGate();
        }

        EndStopped(call, reason);
        return true;
    }

    /// <summary>A token that a call's function holds was cancelled.</summary>
    public void CancelToken(PooledCall call)
    {
        lock (_gate)
        {
            call.IsTokenCancelled = true;
            if (call.Stage == CallStage.Sent && call.Worker!.CallAt(call.Number) == call)
            {
                call.Worker.CancelCall(call);
            }
        }
    }

    /// <summary>On the dispatcher thread: a time that the worker set has come.</summary>
    public void OnDeadline(PooledWorker worker)
    {
        lock (_gate)
        {
            long now = MonotonicClock.Now;
            if (worker.StartDeadline <= now)
            {
                worker.StartDeadline = MonotonicClock.Never;
                if (worker.Channel.Phase == ChannelPhase.Spawned)
                {
                    worker.HasStartTimedOut = true;
                    worker.Signal(Signals.Kill);
                }
            }

            if (worker.TaskDeadline <= now)
            {
                CheckTasks_UnderGate(worker, now);
            }

            foreach (CallStop stop in worker.Stops.Count == 0 ? [] : worker.Stops.ToArray())
            {
                if (stop.Deadline <= now)
                {
                    AdvanceStop_UnderGate(worker, stop);
                }
            }

            if (worker.StealDeadline <= now)
            {
                worker.StealDeadline = MonotonicClock.Never;
                Steal_UnderGate();
            }

            if (worker.MemoryDeadline <= now)
            {
                CheckMemory_UnderGate(worker, now);
            }

            if (worker.SliceDeadline <= now)
            {
                OnSlice_UnderGate(worker, now);
            }

            if (worker.ExitDeadline <= now)
            {
                worker.ExitDeadline = MonotonicClock.Never;
                worker.Signal(Signals.Kill);
            }

            worker.SetDeadline();
        }
    }

    /// <summary>True when the call had not begun, and is out of the pool now.</summary>
    private bool Stop_UnderGate(PooledCall call, StopReason reason)
    {
        switch (call.Stage)
        {
            case CallStage.Queued:
                _queue.Drop(call);
                call.Stage = CallStage.Ended;
                return true;
            case CallStage.Waiting:
                _waiting.Remove(call);
                call.Stage = CallStage.Ended;
                return true;
            case CallStage.Sent:
                if (call.Stop is null || reason.IsHard)
                {
                    call.Stop = reason;
                }

                PooledWorker worker = call.Worker!;
                return worker.CallAt(call.Number) == call && StopSent_UnderGate(call, worker);
            default:
                return false;
        }
    }

    private bool StopSent_UnderGate(PooledCall call, PooledWorker worker)
    {
        if (call.Number > worker.Claimed && Withdraw_UnderGate(worker, keep: call))
        {
            FeedFree_UnderGate();
            AfterWork_UnderGate(worker);
            return true;
        }

        // From here on it runs beside the others: who is to end must be able to.
        LeaveSlices_UnderGate(worker);
        if (worker.Stops.Find(stop => stop.Call == call && !stop.IsOverIn(worker)) is not { } known)
        {
            known = new CallStop(call);
            worker.Stops.Add(known);
        }
        else if (!call.Stop!.IsHard)
        {
            // It is on its way to its end. Who asks again and again does not put that off.
            return false;
        }

        known.Steps = 0;
        AdvanceStop_UnderGate(worker, known);
        worker.SetDeadline();
        Schedule_UnderGate();
        return false;
    }

    /// <summary>The next step towards the end of the call that is to stop: its token, SIGTERM, SIGKILL.</summary>
    private void AdvanceStop_UnderGate(PooledWorker worker, CallStop stop)
    {
        stop.Deadline = MonotonicClock.Never;
        if (stop.Call is not { Stop: { } reason } call || stop.IsOverIn(worker))
        {
            worker.Stops.Remove(stop);
            return;
        }

        bool isPatient = !reason.IsHard && Options.Grace != TimeSpan.Zero;
        bool isWithOthers = IsShared && worker.IsReady;
        if (stop.Steps == 0)
        {
            stop.Steps = 1;
            if (isWithOthers ? !reason.IsHard : isPatient && call.HasToken)
            {
                // Without any grace too the next step is the dispatcher's, which no result of the call can arrive beside.
                worker.CancelCall(call);
                stop.Deadline = MonotonicClock.After(Options.Grace);
                return;
            }
        }

        if (isWithOthers && !reason.IsHard)
        {
            worker.Stops.Remove(stop);
            GiveUp_UnderGate(worker, call, reason);
            return;
        }

        if (stop.Steps == 1)
        {
            if (!Freeze_UnderGate(worker, call.Number))
            {
                worker.Stops.Remove(stop);
                return;
            }

            stop.Steps = 2;
            if (worker.IsReady)
            {
                worker.Ending ??= WorkerEventKind.Stopped;
                worker.EndingReason = reason.ToMemoryError(call.Name) is null ? $"task '{call.Name}' was to stop" : $"task '{call.Name}' passed its memory limit";
            }
            else
            {
                // Its initializer: a start that fails, and counts as one.
                worker.StartError ??= reason.ToTimeout(call.Name, call.Options);
            }

            worker.State = WorkerState.Stopping;
            FeedFree_UnderGate();
            CrashPoints.Hit(CrashPoint.PoolStopping);
            if (isPatient)
            {
                worker.Signal(Signals.Terminate);
                worker.Signal(Signals.Continue);
                stop.Deadline = MonotonicClock.After(Options.Grace);
                return;
            }
        }

        worker.Signal(Signals.Kill);
    }

    private void CheckTasks_UnderGate(PooledWorker worker, long now)
    {
        worker.TaskDeadline = MonotonicClock.Never;
        if (worker.Run is { IsStill: true })
        {
            // Its time stands still too. It is looked at again when it goes on.
            return;
        }

        long claimed = worker.Claimed;
        foreach (PooledCall call in worker.CallsSent())
        {
            if (call.Number > claimed && call.RunLimit != Timeout.InfiniteTimeSpan)
            {
                // It cannot be over before it has begun.
                worker.TaskDeadline = Math.Min(worker.TaskDeadline, MonotonicClock.After(call.RunLimit));
            }
            else if (call.Number <= claimed && call.Stop is null)
            {
                CheckTask_UnderGate(worker, call, now);
            }
        }
    }

    private void CheckTask_UnderGate(PooledWorker worker, PooledCall running, long now)
    {
        long deadline = running.DeadlineIn(worker);
        if (deadline > now)
        {
            worker.TaskDeadline = Math.Min(worker.TaskDeadline, deadline);
        }
        else if (Stop_UnderGate(running, running.TimeIsOver()))
        {
            EndLater(running, running.Stop!);
        }
    }

    // Its neighbours in the process are not to blame: they run to their ends, and nothing new joins them. The process is killed when only such
    // as this one are left in it (AfterWork_UnderGate).
    private void GiveUp_UnderGate(PooledWorker worker, PooledCall call, StopReason reason)
    {
        var left = new AbandonedCall(call, static () => { });
        worker.PutCall(left);
        worker.Abandoned.Add(left);
        _sent -= call.IsTask ? 1 : 0;
        FinishRun_UnderGate(call, worker);
        call.Stage = CallStage.Ended;
        call.OnWorkerGone(worker);
        EndLater(call, reason);
        LetGo_UnderGate(worker, WorkerEventKind.Stopped, $"task '{call.Name}' was to stop, and went on");
        AfterWork_UnderGate(worker);
        Balance_UnderGate();
    }

    /// <summary>Makes sure that the worker begins nothing after the call it is at; whoever asks sends it nothing more. False when it is past that call.</summary>
    private bool Freeze_UnderGate(PooledWorker worker, long number)
    {
        if (!worker.TryWithdraw(number))
        {
            return false;
        }

        TakeBack_UnderGate(worker, number);
        return true;
    }

    /// <summary>Takes back what the worker has not begun; it may be sent more afterwards. False when <paramref name="keep"/> has begun.</summary>
    /// <param name="worker">Whose calls.</param>
    /// <param name="keep">A call that its caller deals with, instead of the queue.</param>
    private bool Withdraw_UnderGate(PooledWorker worker, PooledCall? keep)
    {
        long claimed;
        do
        {
            claimed = worker.Claimed;
            if (keep is not null && claimed >= keep.Number)
            {
                return false;
            }
        }
        while (!worker.TryWithdraw(claimed));

        if (keep is not null)
        {
            RemoveSent_UnderGate(worker, keep);
            keep.Stage = CallStage.Ended;
            _queue.Forget(keep);
        }

        TakeBack_UnderGate(worker, claimed);
        return true;
    }

    /// <summary>Calls after <paramref name="claimed"/> go back to the front of the queue, in their order, as if never sent.</summary>
    private void TakeBack_UnderGate(PooledWorker worker, long claimed)
    {
        for (long number = worker.LastSent; number > claimed; number--)
        {
            if (worker.CallAt(number) is { } call)
            {
                RemoveSent_UnderGate(worker, call);
                if (!call.IsTask)
                {
                    call.Release();
                    continue;
                }

                if (call.Stop is { } reason)
                {
                    call.Stage = CallStage.Ended;
                    _queue.Forget(call);
                    EndLater(call, reason);
                    continue;
                }

                call.Stage = CallStage.Queued;
                _queue.Return(call);
            }
        }

        worker.LastSent = claimed;
        worker.IsReserved = false;
    }

    private void RemoveSent_UnderGate(PooledWorker worker, PooledCall call)
    {
        _ = worker.RemoveCall(call.Number);
        LeaveSlices_UnderGate(worker);
        worker.Outstanding--;
        _sent -= call.IsTask ? 1 : 0;
    }

    // Not under the gate, and not on the dispatcher: callbacks and predicates are user code.
    private void EndLater(PooledCall call, StopReason reason)
    {
        _settling++;
        AfterReports(call, new LaterEnd(() =>
        {
            EndStopped(call, reason);
            Settled();
        }));
    }

    /// <summary>Somebody is idle and the queue is empty: calls that wait behind a long one are taken back for them.</summary>
    private void Steal_UnderGate()
    {
        if (_slices is not null)
        {
            Schedule_UnderGate();
            return;
        }

        if (IsShared || _queue.Count > 0 || !HasIdle_UnderGate())
        {
            return;
        }

        long now = MonotonicClock.Now;
        foreach (PooledWorker worker in _workers)
        {
            long claimed = worker.Claimed;
            long ahead = worker.LastSent - claimed;
            if (worker.Ending is not null || worker.State != WorkerState.Busy || ahead <= 0)
            {
                continue;
            }

            // One that is only just waking up to its calls keeps them for now: two such would take them from each other for ever.
            bool isLong = worker.CallAt(claimed) is not null
                && (ahead * worker.MeanNanoseconds > StealAfter || now - Volatile.Read(ref worker.Channel.WordsOf(claimed).StartedAt) > StealAfter);
            if (isLong && Withdraw_UnderGate(worker, keep: null))
            {
                FeedFree_UnderGate();
                return;
            }

            worker.StealDeadline = now + StealAfter;
            worker.SetDeadline();
        }
    }
}
