using System.Diagnostics.CodeAnalysis;
using Plait.Interop;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>What the engines of this process that run tasks beside their submitters share: room for those that wait, who measures, and the end.</summary>
internal abstract class LocalEngine(string name, string kind, int queueLimit, FullBehavior whenFull, bool measuresTasks) : LocalHost(measuresTasks), IGaugedExecutor
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written under Gate, read by all.
    private volatile bool _isClosing;
    private volatile bool _isCancelling;
    private volatile ExecutorBrokenException? _broken;

    // Guarded by Gate: who waits for room, and the times of workers that are gone.
    private TaskCompletionSource? _room;
    private WorkerTimes _goneTimes;

    public sealed override string Name => name;

    public sealed override ExecutorIdentity Identity { get; } = new(name, kind);

    /// <summary>The tasks that took longest; null where nothing is measured.</summary>
    public SlowestTasks? Slowest { get; } = measuresTasks ? new SlowestTasks() : null;

    /// <summary>Why nothing runs here; null while all is well.</summary>
    public ExecutorBrokenException? Broken => _broken;

    public sealed override bool IsCancelling => _isCancelling;

    /// <summary>The most tasks that run at a time.</summary>
    public abstract int Size { get; }

    /// <summary>How its executor shuts down when it is disposed, and within what time.</summary>
    public abstract (ShutdownMode Mode, TimeSpan Timeout) Disposal { get; }

    protected Lock Gate { get; } = new();

    protected bool IsClosing => _isClosing;

    protected bool IsClosed => _closed.Task.IsCompleted;

    protected bool IsLimited => queueLimit > 0;

    /// <summary>Tasks that were accepted and have not begun. Guarded by <see cref="Gate"/>.</summary>
    protected int Waiting { get; set; }

    public Future<TResult> Submit<TResult>(WorkRequest work, bool hasResult)
    {
        var task = new LocalTask<TResult>(this, work, hasResult);
        if (work.Options.CancellationToken.IsCancellationRequested)
        {
            ThrowIfClosed();
            task.StartTrace();
            task.TryEndWaiting(StopReason.Cancelled(work.Options.CancellationToken));
            return task;
        }

        Accept(task);
        task.Watch();
        return task;
    }

    public abstract ExecutorStatistics GetStatistics();

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
            await _closed.Task.ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Nobody refers to the executor any more: it finishes what it has, and goes.</summary>
    public void Abandon() => ThreadPool.UnsafeQueueUserWorkItem(static engine => engine.Close(ShutdownMode.Drain), this, preferLocal: false);

    /// <summary>For who collects measurements.</summary>
    public bool TryRead(out ExecutorNumbers numbers)
    {
        ExecutorStatistics now = GetStatistics();
        numbers = new ExecutorNumbers(now.Workers, now.BusyWorkers, now.Pending, now.Running);
        return !IsClosed;
    }

    public ExecutorInsights GetInsights()
    {
        (string Name, LocalStopwatch? Clock)[] workers;
        WorkerTimes total;
        lock (Gate)
        {
            (workers, total) = (Clocks_UnderGate(), _goneTimes);
        }

        long now = MonotonicClock.Now;
        var list = new List<WorkerInsights>(workers.Length);
        foreach ((string worker, LocalStopwatch? clock) in workers)
        {
            WorkerTimes times = clock?.TimesAt(now) ?? default;
            total.Add(times);
            list.Add(times.ToInsights(worker));
        }

        return new ExecutorInsights(Slowest is not null, list, total.ToInsights(Name), Slowest?.ToList() ?? []);
    }

    public ValueTask WaitForRoomAsync(CancellationToken token)
    {
        return IsLimited ? new ValueTask(Wait()) : ValueTask.CompletedTask;

        async Task Wait()
        {
            while (!TryFindRoom(out Task? room))
            {
                await room.WaitAsync(token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes a task in, to run it when its turn comes; blocks, or throws, where there is no room.</summary>
    protected abstract void Accept(ILocalTask task);

    /// <summary>Takes no more; runs, cancels or stops what there is.</summary>
    protected abstract void Close(ShutdownMode mode);

    /// <summary>Those who work now, and what measures them.</summary>
    protected abstract (string Name, LocalStopwatch? Clock)[] Clocks_UnderGate();

    /// <summary>There is room for one more, and it is about to wait.</summary>
    protected virtual void OnRoomTaken_UnderGate()
    {
    }

    /// <summary>It takes no more from here on, and wakes who waits for room.</summary>
    protected void Close_UnderGate(bool isCancelling)
    {
        _isClosing = true;
        _isCancelling |= isCancelling;
        TellRoom_UnderGate();
    }

    /// <summary>Nothing runs from here on, and who waits for room is told.</summary>
    protected void Break_UnderGate(ExecutorBrokenException broken)
    {
        _broken ??= broken;
        TellRoom_UnderGate();
    }

    /// <summary>A worker goes, if it was measured: what it did stays.</summary>
    protected void AddGoneTimes_UnderGate(LocalStopwatch? clock) => _goneTimes.Add(clock?.TimesAt(MonotonicClock.Now) ?? default);

    /// <summary>Nothing of it is left.</summary>
    protected void SetClosed() => _closed.TrySetResult();

    /// <summary>Each future has its own: one for all would carry the stacks of whoever asked for the others.</summary>
    protected static ExecutorBrokenException OneMore(ExecutorBrokenException broken) => new(broken.Message, broken.InnerException);

    /// <summary>One fewer waits.</summary>
    protected void StopWaiting_UnderGate()
    {
        Waiting--;
        TellRoom_UnderGate();
    }

    /// <summary>Counts one more that waits, once there is room; blocks until then, where that is asked for.</summary>
    protected void TakeRoom()
    {
        while (true)
        {
            Task room;
            lock (Gate)
            {
                ThrowIfClosed();
                if (!IsLimited || Waiting < queueLimit)
                {
                    OnRoomTaken_UnderGate();
                    Waiting++;
                    return;
                }

                if (whenFull == FullBehavior.Reject)
                {
                    throw new ExecutorFullException(Name, queueLimit);
                }

                room = NextRoom_UnderGate();
            }

            room.GetAwaiter().GetResult();
        }
    }

    protected void ThrowIfClosed()
    {
        if (_broken is { } broken)
        {
            throw OneMore(broken);
        }

        if (_isClosing)
        {
            throw new ExecutorClosedException(Name);
        }
    }

    // False: when to look again.
    private bool TryFindRoom([NotNullWhen(false)] out Task? room)
    {
        lock (Gate)
        {
            room = _isClosing || _broken is not null || Waiting < queueLimit ? null : NextRoom_UnderGate();
            return room is null;
        }
    }

    private Task NextRoom_UnderGate() => (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void TellRoom_UnderGate()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
