using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>The engine of an <see cref="InlineExecutor"/>: whoever submits runs.</summary>
internal sealed class InlineHost : LocalHost, IGaugedExecutor
{
    private static int s_hosts;

    // A condition variable of the runtime: Monitor.Wait and Pulse need an object of their own kind.
    private readonly object _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<LocalCount>().Length];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly HashSet<ILocalTask> _running = [];
    private readonly HashSet<ILocalTask> _delayed = [];
    private readonly HashSet<ILocalTask> _held = [];
    private readonly KeyedTasks<ILocalTask> _keys = new();
    private int _streams;
    private bool _isClosing;
    private volatile bool _isCancelling;

    public InlineHost(string? name, TimeProvider timeProvider)
    {
        Name = name ?? $"inline-{Interlocked.Increment(ref s_hosts)}";
        TimeProvider = timeProvider;
        Identity = new ExecutorIdentity(Name, "inline");
        ExecutorGauges.Add(this);
    }

    public override string Name { get; }

    public override ExecutorIdentity Identity { get; }

    public override TimeProvider TimeProvider { get; }

    // Nobody takes the place of the thread that submits.
    public override TimeSpan Grace => Timeout.InfiniteTimeSpan;

    public override bool IsCancelling => _isCancelling;

    public Future<TResult> Submit<TResult>(WorkRequest work, bool hasResult)
    {
        var task = new LocalTask<TResult>(this, work, hasResult);
        lock (_gate)
        {
            ThrowIfClosed_UnderGate();
            _running.Add(task);
        }

        try
        {
            task.StartTrace();
            if (work.Options.CancellationToken.IsCancellationRequested)
            {
                task.TryEndWaiting(StopReason.Cancelled(work.Options.CancellationToken));
                return task;
            }

            EnterKey(task);
            task.Watch();
            while (task.TryRun() && !task.IsDone)
            {
                // Another attempt is due, perhaps after a wait.
                lock (_gate)
                {
                    while (_delayed.Contains(task))
                    {
                        Monitor.Wait(_gate);
                    }
                }
            }

            return task;
        }
        finally
        {
            Leave(() => _running.Remove(task));
        }
    }

    /// <summary>A stream begins; <see cref="EndStream"/> must follow.</summary>
    public void BeginStream()
    {
        lock (_gate)
        {
            ThrowIfClosed_UnderGate();
            _streams++;
        }
    }

    public void EndStream(LocalCount how)
    {
        Count(how, 1);
        Leave(() => _streams--);
    }

    public async Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout)
    {
        Close(mode);
        try
        {
            await _closed.Task.WaitAsync(timeout, TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Close(ShutdownMode.Kill);
            return false;
        }
    }

    public ExecutorStatistics GetStatistics()
    {
        lock (_gate)
        {
            int running = _running.Count(task => !task.IsDone && !_delayed.Contains(task)) + _streams;
            return new ExecutorStatistics(
                1, running, _delayed.Count, running, Of(LocalCount.Succeeded), Of(LocalCount.Failed), Of(LocalCount.Cancelled), Of(LocalCount.Retried), Of(LocalCount.TimedOut), 0, 0, 0, 0, 0);
        }

        long Of(LocalCount what) => Volatile.Read(ref _counts[(int)what]);
    }

    /// <summary>For who collects measurements.</summary>
    public bool TryRead(out ExecutorNumbers numbers)
    {
        ExecutorStatistics now = GetStatistics();
        numbers = new ExecutorNumbers(now.Workers, now.BusyWorkers, now.Pending, now.Running);
        return !_closed.Task.IsCompleted;
    }

    public override void Count(LocalCount what, int by) => Interlocked.Add(ref _counts[(int)what], by);

    public override void OnBegun()
    {
        // Nothing waits here.
    }

    public override void OnEndedWaiting(ILocalTask task) => RunDelayed(task);

    public override void RunAgain(ILocalTask task)
    {
        // By its submitter, who looks for that.
    }

    public override bool TryDelay(ILocalTask task)
    {
        lock (_gate)
        {
            return !_isCancelling && _delayed.Add(task);
        }
    }

    public override void RunDelayed(ILocalTask task)
    {
        lock (_gate)
        {
            _delayed.Remove(task);
            Monitor.PulseAll(_gate);
        }
    }

    public override void OnKeyLeft(string key)
    {
        lock (_gate)
        {
            _keys.Leave(key);
            while (_keys.TryNext(key, out ILocalTask task))
            {
                _held.Remove(task);
            }

            Monitor.PulseAll(_gate);
        }
    }

    public override void OnLeft(ILocalTask task)
    {
        // The thread is the submitter's own, and comes back when the function does.
    }

    private void EnterKey<TResult>(LocalTask<TResult> task)
    {
        if (task.Options.Key is null)
        {
            return;
        }

        lock (_gate)
        {
            if (!_keys.TryEnter(task.Options, task))
            {
                _held.Add(task);
                while (_held.Contains(task))
                {
                    Monitor.Wait(_gate);
                }
            }

            _ = task.TryEnterKey();
        }
    }

    private void Close(ShutdownMode mode)
    {
        ILocalTask[] stopped;
        lock (_gate)
        {
            _isClosing = true;
            _isCancelling |= mode != ShutdownMode.Drain;
            stopped = [.. mode == ShutdownMode.Kill ? _running : mode == ShutdownMode.CancelPending ? _delayed : []];
            CheckOver_UnderGate();
        }

        foreach (ILocalTask task in stopped)
        {
            task.Stop(StopReason.Killed());
        }
    }

    private void Leave(Action change)
    {
        lock (_gate)
        {
            change();
            CheckOver_UnderGate();
        }
    }

    private void CheckOver_UnderGate()
    {
        if (_isClosing && _running.Count == 0 && _streams == 0)
        {
            _closed.TrySetResult();
        }
    }

    private void ThrowIfClosed_UnderGate()
    {
        if (_isClosing)
        {
            throw new ExecutorClosedException(Name);
        }
    }
}
