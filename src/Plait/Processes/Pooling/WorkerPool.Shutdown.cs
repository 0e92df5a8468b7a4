using Plait.Execution;
using Plait.Interop;

namespace Plait.Processes.Pooling;

/// <content>
/// The end of a pool. It closes (takes no more work), then drains, cancels or kills, then lets its workers go; it is over when the last of
/// them is reaped. Nothing here waits for anybody: every step is taken when the event that allows it happens.
/// </content>
internal sealed partial class WorkerPool
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private bool _isClosing;
    private bool _isCancelling;
    private bool _isKilling;
    private bool _isLetGo;

    public async Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        Close(mode);
        try
        {
            await _closed.Task.WaitAsync(timeout, Options.TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Close(ShutdownMode.Kill);
            await _closed.Task.ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Nobody refers to the executor any more: it finishes what it has, and goes.</summary>
    public void Abandon() => ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Close(ShutdownMode.Drain), this, preferLocal: false);

    private void Close(ShutdownMode mode)
    {
        var cancelled = new List<PooledCall>();
        lock (_gate)
        {
            _isClosing = true;
            if (mode != ShutdownMode.Drain)
            {
                cancelled = [.. _queue.TakeAll(), .. _waiting];
                _waiting.Clear();
                foreach (PooledCall call in cancelled)
                {
                    call.Stage = CallStage.Ended;
                }

                _isCancelling = true;
                TakeBackAll_UnderGate(cancelled);
                _settling += cancelled.Count;
            }

            if (mode == ShutdownMode.Kill)
            {
                _isKilling = true;
                KillAll_UnderGate();
            }

            TellRoom_UnderGate();
            CheckClosing_UnderGate();
        }

        var reason = StopReason.Killed();
        foreach (PooledCall call in cancelled)
        {
            EndStopped(call, reason);
            Settled();
        }
    }

    // What workers have not begun is pending too.
    private void TakeBackAll_UnderGate(List<PooledCall> cancelled)
    {
        foreach (PooledWorker worker in _workers.ToArray())
        {
            if (worker.IsReady && worker.Outstanding > 0)
            {
                _ = Withdraw_UnderGate(worker, keep: null);
            }
        }

        foreach (PooledCall call in _queue.TakeAll())
        {
            call.Stage = CallStage.Ended;
            cancelled.Add(call);
        }

        foreach (PooledWorker worker in _workers.ToArray())
        {
            AfterWork_UnderGate(worker);
        }
    }

    private void KillAll_UnderGate()
    {
        foreach (PooledWorker worker in _workers.ToArray())
        {
            foreach (PooledCall call in worker.CallsSent())
            {
                call.Stop = StopReason.Killed();
            }

            if (worker.Outstanding > 0 || !worker.IsReady || worker.Ending is not null)
            {
                worker.Ending ??= WorkerEventKind.Retired;
                worker.EndingReason = "the executor is shut down";
                worker.State = WorkerState.Stopping;
                worker.Signal(Signals.Kill);
            }
        }
    }

    private bool HasWork_UnderGate() => _queue.Count + _waiting.Count + _sent + _settling > 0;

    /// <summary>Asked after every change: whether the workers can be let go, and whether all is over.</summary>
    private void CheckClosing_UnderGate()
    {
        if (_broken is { } broken)
        {
            FailPending_UnderGate(broken);
        }

        if (!_isClosing || _isLetGo || HasWork_UnderGate())
        {
            if (_isLetGo && _workers.Count == 0 && _ending == 0 && !_isStarterRunning)
            {
                Over_UnderGate();
            }

            return;
        }

        _isLetGo = true;
        _target = 0;
        foreach (PooledWorker worker in _workers.ToArray())
        {
            LetGo_UnderGate(worker, WorkerEventKind.Retired, "the executor is shut down");
        }

        if (_workers.Count == 0 && _ending == 0 && !_isStarterRunning)
        {
            Over_UnderGate();
        }
    }

    private void Over_UnderGate()
    {
        _maintenance?.Dispose();
        _pause?.Dispose();
        _closed.TrySetResult();
    }

    private void Break(string message, Exception cause)
    {
        lock (_gate)
        {
            if (_broken is not null)
            {
                return;
            }

            _broken = new ExecutorBrokenException(message, cause);
            foreach (PooledCall call in _waiting)
            {
                call.Stage = CallStage.Queued;
                _queue.Add(call);
            }

            _waiting.Clear();
            foreach (PooledWorker worker in _workers.ToArray())
            {
                LetGo_UnderGate(worker, WorkerEventKind.Retired, "the executor gave up");
            }

            CheckClosing_UnderGate();
            TellRoom_UnderGate();
        }
    }

    /// <summary>The pool has given up: whatever is in the queue, or comes back to it from the last workers, ends with that.</summary>
    private void FailPending_UnderGate(ExecutorBrokenException broken)
    {
        foreach (PooledCall call in _queue.TakeAll())
        {
            call.Stage = CallStage.Ended;
            _settling++;

            // Each its own: an exception object belongs to one future.
            ThreadPool.UnsafeQueueUserWorkItem(
                static state =>
                {
                    state.call.Pool.Fail(state.call, new ExecutorBrokenException(state.broken.Message, state.broken.InnerException));
                    state.call.Pool.Settled();
                },
                (call, broken),
                preferLocal: false);
        }
    }

    private void ThrowIfClosed_UnderGate()
    {
        if (_isClosing)
        {
            throw new ExecutorClosedException(Name);
        }

        if (_broken is { } broken)
        {
            throw new ExecutorBrokenException(broken.Message, broken.InnerException);
        }
    }
}
