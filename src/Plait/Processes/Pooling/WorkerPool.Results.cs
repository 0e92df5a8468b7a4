using Plait.Execution;
using Plait.Interop;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <content>How calls end: with a result, a failure that may be tried again, or a stop.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Larger results are read on the thread pool, whatever they are.</summary>
    private const int LargestPlain = 4096;

    // A worker is sent ahead about so many nanoseconds of work; calls up to the second figure get at least one ahead.
    private const double AheadNanoseconds = 300_000;
    private const double LongestAhead = 5_000_000;
    private const int DeepestWindow = 256;

    // Guarded by _gate: ends under way on the thread pool. They may yet turn into another attempt.
    private int _settling;

    private long _succeeded;
    private long _failed;
    private long _cancelled;
    private long _retried;
    private long _timedOut;
    private long _quarantined;

    /// <summary>On the dispatcher thread: a call's end has arrived.</summary>
    public void OnResult(PooledWorker worker, PooledCall call, MessageKind kind, ReadOnlySpan<byte> body)
    {
        if (kind == MessageKind.Returned && call.IsPlain && body.Length <= LargestPlain && call.Reports is not { IsBusy: true } && call.Trace is not { IsWatched: true })
        {
            Succeed(call, body, worker);
            return;
        }

        worker.AddUse();
        lock (_gate)
        {
            _settling++;
        }

        AfterReports(call, new ArrivedEnd(this, worker, call, kind, body.ToArray()));
    }

    /// <summary>On the dispatcher thread: what had arrived is dealt with. Gives how many calls the worker still has.</summary>
    public int OnDrained(PooledWorker worker, int ended, bool isReady)
    {
        bool isTooBig = ended > 0 && Options.MaxWorkerMemory > 0 && IsTooBig(worker);
        lock (_gate)
        {
            if (ended > 0)
            {
                int tasks = worker.TasksEnded;
                worker.TasksEnded = 0;
                worker.Outstanding -= ended;
                worker.TasksDone += tasks;
                _uselessInRow = tasks > 0 ? 0 : _uselessInRow;
                _sent -= tasks;
                worker.IsReserved &= worker.Outstanding > 0;
                FinishRuns_UnderGate(worker);
                Measure_UnderGate(worker, ended);
                if (isTooBig || Volatile.Read(ref worker.Channel.State.Unfit) != 0)
                {
                    Retire_UnderGate(worker, WorkerEventKind.Recycled, isTooBig ? "its memory passed the limit" : "a task left something behind in it");
                }
            }

            if (isReady && Options.Initializer is null)
            {
                BecomeReady_UnderGate(worker);
            }

            AfterWork_UnderGate(worker);
            return worker.Outstanding;
        }
    }

    // The policy hears of each call how long its function ran, by the worker's own clock.
    private void FinishRuns_UnderGate(PooledWorker worker)
    {
        foreach ((PooledEntry entry, long ran) in worker.RunsEnded)
        {
            LeaveSlices_UnderGate(worker);
            _queue.Finish(entry, ran - worker.Paused.OfCall);
        }

        worker.RunsEnded.Clear();
    }

    /// <summary>A worker has less to do than before, or can do more: give it work, or let it go.</summary>
    private void AfterWork_UnderGate(PooledWorker worker)
    {
        if (worker.IsGone)
        {
            CheckClosing_UnderGate();
            return;
        }

        if (worker.Stops.Count + worker.Abandoned.Count > 0)
        {
            // What was to stop has stopped by itself.
            worker.Stops.RemoveAll(stop => stop.IsOverIn(worker));
            worker.Abandoned.RemoveAll(left => worker.CallAt(left.Number) != left);
            if (worker.Abandoned.Count > 0 && worker.Outstanding == worker.Abandoned.Count)
            {
                worker.Signal(Signals.Kill);
            }
        }

        if (worker.IsReady && worker.Ending is null && !worker.IsSpare)
        {
            if (Options.MaxTasksPerWorker > 0 && worker.TasksDone >= Options.MaxTasksPerWorker)
            {
                Retire_UnderGate(worker, WorkerEventKind.Recycled, $"it has done {worker.TasksDone} tasks");
            }
            else if (Shape.MaxWorkerAge != Timeout.InfiniteTimeSpan && MonotonicClock.Now - worker.StartedAt > Shape.MaxWorkerAge.TotalMilliseconds * 1e6)
            {
                Retire_UnderGate(worker, WorkerEventKind.Recycled, $"it is older than {Shape.MaxWorkerAge}");
            }
            else
            {
                Feed_UnderGate(worker);
                if (worker.Outstanding == 0)
                {
                    Idle_UnderGate(worker);
                }
            }
        }

        if (worker is { Ending: not null, Outstanding: 0, IsReady: true })
        {
            BeginExit_UnderGate(worker);
        }

        Schedule_UnderGate();

        CheckClosing_UnderGate();
    }

    private void Idle_UnderGate(PooledWorker worker)
    {
        if (worker.State != WorkerState.Idle)
        {
            worker.State = WorkerState.Idle;
            worker.IdleSince = MonotonicClock.Now;
            if (!worker.IsListedIdle)
            {
                worker.IsListedIdle = true;
                _idle.Push(worker);
            }
        }

        Steal_UnderGate();
    }

    private void Measure_UnderGate(PooledWorker worker, int ended)
    {
        long busy = Volatile.Read(ref worker.Channel.State.BusyTime);
        double mean = (busy - worker.BusySeen) / (double)ended;
        worker.BusySeen = busy;

        // Down fast, up slowly: the first call of a function is long because it is compiled.
        double known = worker.MeanNanoseconds;
        worker.MeanNanoseconds = known == 0 ? mean : mean < known ? (known + mean) / 2 : (known * 0.9) + (mean * 0.1);

        // Under a policy nothing is sent ahead: what is more urgent may come before it begins.
        worker.Window = IsShared || Shape.Leftovers == LeftoverPolicy.Recycle || Options.Policy is not null
            ? worker.Threads
            : Math.Clamp((int)(AheadNanoseconds / Math.Max(1, worker.MeanNanoseconds)), worker.MeanNanoseconds < LongestAhead ? 2 : 1, DeepestWindow);
    }

    private bool IsTooBig(PooledWorker worker)
    {
        const long Interval = 20_000_000;
        long now = MonotonicClock.Now;
        if (now - worker.MemorySeenAt < Interval && worker.Outstanding > 1)
        {
            return false;
        }

        worker.MemorySeenAt = now;
        return ProcessState.ReadResidentBytes(worker.Pid) > Options.MaxWorkerMemory;
    }

    private void Succeed(PooledCall call, ReadOnlySpan<byte> body, PooledWorker worker)
    {
        // Counted before the future ends: whoever awaited it finds it counted.
        CountEnd(ref _succeeded, call);
        try
        {
            var reader = new PayloadReader(body, worker.Channel.Store);
            call.OnReturned(ref reader);
        }
        catch (Exception error)
        {
            // A result that cannot be read, or whose type's code threw: the call fails, nobody else.
            Interlocked.Add(ref _succeeded, call.IsTask ? -1 : 0);
            Fail(call, error);
            return;
        }

        call.Release();
    }

    private void OnThrew(PooledCall call, Exception error)
    {
        StopReason? stop;
        lock (_gate)
        {
            stop = call.Stop;
        }

        if (error is OperationCanceledException)
        {
            if (stop is not null)
            {
                EndStopped(call, stop);
                return;
            }

            CancellationToken token = call.CancelledToken();
            if (token.IsCancellationRequested)
            {
                EndStopped(call, StopReason.Cancelled(token));
                return;
            }
        }

        FailOrRetry(call, error);
    }

    private void FailOrRetry(PooledCall call, Exception error)
    {
        bool isWorth;
        try
        {
            isWorth = call.ShouldRetry(error);
        }
        catch (Exception spoilt)
        {
            // The caller's own predicate: both errors are told.
            Fail(call, new AggregateException($"Task '{call.Name}' failed, and its ShouldRetry threw.", error, spoilt));
            return;
        }

        if (isWorth)
        {
            call.Trace?.Retry(error);
        }

        StopReason? stop;
        lock (_gate)
        {
            stop = call.Stop;
            if (isWorth && stop is null && !_isCancelling && _broken is null)
            {
                call.Failures++;
                Count(ref _retried);
                call.Worker = null;
                TimeSpan wait = call.Options.Retries.WaitAfter(call.Failures);
                if (wait > TimeSpan.Zero)
                {
                    call.Stage = CallStage.Waiting;
                    _waiting.Add(call);
                    call.RetryAfter(wait, TryAgain);
                    return;
                }

                call.Stage = CallStage.Queued;
                Accept_UnderGate(call);
                return;
            }
        }

        if (isWorth && stop is not null)
        {
            EndStopped(call, stop);
            return;
        }

        Fail(call, error);
    }

    private void TryAgain(PooledCall call)
    {
        lock (_gate)
        {
            if (call.Stage == CallStage.Waiting)
            {
                _waiting.Remove(call);
                call.Stage = CallStage.Queued;
                Accept_UnderGate(call);
            }
        }
    }

    private void Fail(PooledCall call, Exception error)
    {
        MarkEnded(call);
        call.Trace?.End(TaskOutcome.Failed, error);
        call.Release();
        CountEnd(ref _failed, call);
        call.OnFailed(error);
    }

    private void EndStopped(PooledCall call, StopReason stop)
    {
        if (stop.ToMemoryError(call.Name) is { } exceeded)
        {
            // Each attempt's own, as its time.
            lock (_gate)
            {
                call.Stop = null;
            }

            FailOrRetry(call, exceeded);
            return;
        }

        if (stop.ToTimeout(call.Name, call.Options) is not { } timeout)
        {
            MarkEnded(call);
            call.Trace?.End(TaskOutcome.Cancelled, null);
            call.Release();
            CountEnd(ref _cancelled, call);
            call.OnCancelled(stop.Token);
            return;
        }

        CountEnd(ref _timedOut, call);
        if (call.Options.TimeoutStart == TimeoutStart.Submission)
        {
            Fail(call, timeout);
            return;
        }

        // A time that counts from the start is each attempt's own, and the policy may ask for another.
        lock (_gate)
        {
            call.Stop = null;
        }

        FailOrRetry(call, timeout);
    }

    private void MarkEnded(PooledCall call)
    {
        lock (_gate)
        {
            call.Stage = CallStage.Ended;
            CheckClosing_UnderGate();
        }
    }

    /// <summary>One thing less that could still become work again.</summary>
    private void Settled()
    {
        lock (_gate)
        {
            _settling--;
            CheckClosing_UnderGate();
        }
    }

    private static void CountEnd(ref long counter, PooledCall call)
    {
        if (call.IsTask)
        {
            Count(ref counter);
        }
    }

    private static void Count(ref long counter) => Interlocked.Increment(ref counter);

    /// <summary>An end that is read on the thread pool: user code may run, or much is to be copied.</summary>
    private sealed class ArrivedEnd(WorkerPool pool, PooledWorker worker, PooledCall call, MessageKind kind, byte[] body) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (kind == MessageKind.Returned)
            {
                pool.Succeed(call, body, worker);
            }
            else
            {
                pool.OnThrew(call, ReadError());
            }

            worker.DropUse();
            pool.Settled();
        }

        private Exception ReadError()
        {
            try
            {
                var reader = new PayloadReader(body, worker.Channel.Store);

                // The worker's bytes choose a type only inside the assembly of the function itself.
                return ExceptionCodec.Read(ref reader, ExceptionTypes.In(call.FunctionAssembly));
            }
            catch (Exception error)
            {
                return error;
            }
        }
    }
}
