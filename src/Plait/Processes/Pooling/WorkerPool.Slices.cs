using Plait.Interop;
using Plait.Memory;
using Plait.Scheduling;
using Plait.Synchronization.Engine;

namespace Plait.Processes.Pooling;

/// <content>
/// Slices: more tasks than may run at once share the processors. A worker whose slice is over is stopped, and once it stands still it is looked at:
/// one that others could be waiting for goes on for a while. Specification, with what is fenced against what: docs/design/slices.md.
/// </content>
internal sealed partial class WorkerPool
{
    /// <summary>A stop and what it costs caches is worth no less.</summary>
    private const long ShortestSlice = 10 * SchedulingTime.Millisecond;

    // From a stop to the first look, and between two looks at most: a process stops when the kernel next runs its threads.
    private const long FirstLook = 50_000;
    private const long LongestLook = 1_000_000;

    /// <summary>After so many looks it is told once more: somebody else may have continued it.</summary>
    private const int LooksPerSignal = 64;

    /// <summary>To the next try, where it was inside of something.</summary>
    private const long InsideAgain = 1_000_000;

    // Guarded by _gate, all below. The runs that have a worker; _running of them have a slice.
    private readonly SlicedQueue? _slices;
    private readonly List<SlicedRun> _runs = [];
    private int _running;

    /// <summary>The most workers that there are of use.</summary>
    private int MostWorkers => _slices is null ? Size : Shape.MostBegun == 0 ? 2 * Size : Math.Max(Size, Shape.MostBegun);

    /// <summary>Gives out the slices that are free, and sees to it that those that are over end. After every change.</summary>
    private void Schedule_UnderGate()
    {
        if (_slices is null)
        {
            return;
        }

        long now = MonotonicClock.Now;
        while (true)
        {
            _slices.Admit(CountIdle_UnderGate(), now);
            if (_running >= Size || !_slices.TryNext(now, out SlicedRun run, out long slice))
            {
                break;
            }

            if (run.Stage == SliceStage.Stopped)
            {
                GoOn_UnderGate(run, now);
            }
            else if (!Begin_UnderGate(run))
            {
                _slices.Refuse(run, now);
                break;
            }

            _running++;
            run.Stage = SliceStage.Running;
            run.Began = now;
            run.SliceEnd = slice == SchedulingTime.Unlimited ? MonotonicClock.Never : now + Math.Max(slice, ShortestSlice);
            AwaitSlice_UnderGate(run, run.SliceEnd);
        }

        EndSlices_UnderGate(now);
    }

    private int CountIdle_UnderGate()
    {
        int idle = 0;
        foreach (PooledWorker worker in _workers)
        {
            idle += worker is { State: WorkerState.Idle, Ending: null, IsGone: false } ? 1 : 0;
        }

        return idle;
    }

    private bool Begin_UnderGate(SlicedRun run)
    {
        if (!TryPlaceIdle_UnderGate(run.Call))
        {
            return false;
        }

        run.Call.Worker!.Run = run;
        _runs.Add(run);
        return true;
    }

    /// <summary>While others wait: whose slice is over is stopped, and who is less urgent than one that waits.</summary>
    private void EndSlices_UnderGate(long now)
    {
        int wanted = _slices!.Turns.Count;
        foreach (SlicedRun run in _runs)
        {
            wanted -= run is { Stage: SliceStage.Running, IsStopping: true } ? 1 : 0;
        }

        for (; wanted > 0 && LeastWorthy_UnderGate(now) is { } victim; wanted--)
        {
            Stop_UnderGate(victim, now);
        }
    }

    private static bool IsStoppable(SlicedRun run, long now) => run is { Stage: SliceStage.Running, IsStopping: false } && run.NotBefore <= now;

    private SlicedRun? LeastWorthy_UnderGate(long now)
    {
        SlicedRun? victim = null;
        foreach (SlicedRun run in _runs)
        {
            if (IsStoppable(run, now) && run.SliceEnd <= now
                && (victim is null || run.SliceEnd < victim.SliceEnd))
            {
                victim = run;
            }
        }

        return victim ?? (_slices!.Turns.IsPreemptive ? Preempted_UnderGate(now) : null);
    }

    private SlicedRun? Preempted_UnderGate(long now)
    {
        SlicedRun? victim = null;
        foreach (SlicedRun run in _runs)
        {
            if (IsStoppable(run, now) && run.SliceEnd > now && IsPreempted_UnderGate(run, now)
                && (victim is null || _slices!.Turns.Preempts(victim, run, now - run.Began, now)))
            {
                victim = run;
            }
        }

        return victim;
    }

    private bool IsPreempted_UnderGate(SlicedRun running, long now)
    {
        SchedulingPolicy turns = _slices!.Turns;
        foreach (SlicedRun run in _slices.Admitted)
        {
            if (turns.Preempts(run, running, now - running.Began, now))
            {
                return true;
            }
        }

        foreach (SlicedRun run in _runs)
        {
            if (run.IsStopped && turns.Preempts(run, running, now - running.Began, now))
            {
                return true;
            }
        }

        return false;
    }

    private static void AwaitSlice_UnderGate(SlicedRun run, long time)
    {
        PooledWorker worker = run.Call.Worker!;
        worker.SliceDeadline = time;
        worker.SetDeadline();
    }

    /// <summary>A time has come that a run waited for.</summary>
    private void OnSlice_UnderGate(PooledWorker worker, long now)
    {
        worker.SliceDeadline = MonotonicClock.Never;
        switch (worker.Run)
        {
            case null:
                break;
            case { IsStopping: true } run:
                Look_UnderGate(run, worker, now);
                break;
            case { Stage: SliceStage.Blocked } run:
                Stop_UnderGate(run, now);
                break;
            case { } run:
                Schedule_UnderGate();
                if (run is { Stage: SliceStage.Running, IsStopping: false } && run.SliceEnd > now)
                {
                    AwaitSlice_UnderGate(run, run.SliceEnd);
                }

                break;
        }
    }

    private static void Stop_UnderGate(SlicedRun run, long now)
    {
        run.IsStopping = true;
        run.Looks = 0;
        run.StoppedAt = now;
        run.Call.Worker!.Signal(Signals.Stop);
        CrashPoints.Hit(CrashPoint.PoolSuspending);
        AwaitSlice_UnderGate(run, now + FirstLook);
    }

    /// <summary>It was told to stop. Once it stands still nothing of it changes any more, and what it holds can be read.</summary>
    private void Look_UnderGate(SlicedRun run, PooledWorker worker, long now)
    {
        if (!worker.IsStopped)
        {
            run.Looks++;
            if (run.Looks % LooksPerSignal == 0)
            {
                worker.Signal(Signals.Stop);
            }

            AwaitSlice_UnderGate(run, now + Math.Min(FirstLook << Math.Min(run.Looks, 10), LongestLook));
            return;
        }

        // Acquire: pairs with the worker's interlocked changes, behind which it stands still by now.
        ref ChannelState state = ref worker.Channel.State;
        Standing standing = StoppedProcess.Look(worker.Pid, Volatile.Read(ref state.Memories), Volatile.Read(ref state.Inside));
        run.IsStopping = false;
        switch (standing)
        {
            case Standing.Free:
                CrashPoints.Hit(CrashPoint.PoolSuspended);
                Suspend_UnderGate(run, now);
                break;
            case Standing.Waits:
                Resume_UnderGate(run, worker, now);
                Block_UnderGate(run, now);
                AwaitSlice_UnderGate(run, now + ShortestSlice);
                break;
            default:
                Resume_UnderGate(run, worker, now);
                run.NotBefore = now + (standing == Standing.Unknown ? ShortestSlice : InsideAgain);
                AwaitSlice_UnderGate(run, run.NotBefore);
                return;
        }

        Schedule_UnderGate();
    }

    private void Suspend_UnderGate(SlicedRun run, long now)
    {
        if (run.Stage == SliceStage.Blocked)
        {
            _slices!.Turns.Wake(run, now);
        }
        else
        {
            _running--;
            _slices!.Turns.Requeue(run, run.StoppedAt - run.Began, now);
        }

        run.Stage = SliceStage.Stopped;
    }

    private void Block_UnderGate(SlicedRun run, long now)
    {
        if (run.Stage == SliceStage.Running)
        {
            _running--;
            _slices!.Turns.Block(run, run.StoppedAt - run.Began, now);
            run.Stage = SliceStage.Blocked;
        }
    }

    private static void GoOn_UnderGate(SlicedRun run, long now) => Resume_UnderGate(run, run.Call.Worker!, now);

    private static void Resume_UnderGate(SlicedRun run, PooledWorker worker, long now)
    {
        worker.Signal(Signals.Continue);
        worker.Paused.Add(Math.Max(0, now - run.StoppedAt), Volatile.Read(ref worker.Channel.WordsOf(run.Call.Number).ItemStartedAt));
        if (run.Call.RunLimit != Timeout.InfiniteTimeSpan)
        {
            // Looked at as soon as it runs: there the pause is added.
            worker.TaskDeadline = now;
            worker.SetDeadline();
        }
    }

    /// <summary>A worker takes no part in the slices any more: its call is over, or is to stop. If it was stopped it goes on.</summary>
    private void LeaveSlices_UnderGate(PooledWorker worker)
    {
        if (worker.Run is not { } run)
        {
            return;
        }

        long now = MonotonicClock.Now;
        SchedulingPolicy turns = _slices!.Turns;
        switch (run.Stage)
        {
            case SliceStage.Running:
                _running--;
                turns.Finish(run, (run.IsStopping ? run.StoppedAt : now) - run.Began, now);
                break;
            case SliceStage.Blocked:
                turns.Wake(run, now);
                _ = turns.TryRemove(run);
                break;
            default:
                _ = turns.TryRemove(run);
                break;
        }

        if (run.IsStill)
        {
            Resume_UnderGate(run, worker, now);
        }

        worker.Run = null;
        worker.SliceDeadline = MonotonicClock.Never;
        _runs.Remove(run);
    }
}
