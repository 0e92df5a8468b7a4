using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>
/// What can end a task before its function does, and what is tried again: tokens, times, attempts. Only of tasks that have something
/// of it. Its fields are guarded by <c>_gate</c>, under which nobody else is called.
/// </summary>
internal sealed class LocalStops
{
    private readonly Lock _gate = new();
    private readonly ILocalTask _task;
    private readonly LocalHost _host;
    private readonly TaskOptions _options;
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _registration;
    private StopReason? _reason;
    private ITimer? _whole;
    private ITimer? _limit;
    private ITimer? _grace;
    private ITimer? _retry;
    private int _failures;
    private bool _isReleased;
    private bool _hasKey;

    /// <param name="task">The task, whose options are known.</param>
    /// <param name="host">Its executor.</param>
    /// <param name="takesToken">Whether its function wants a token of its own.</param>
    public LocalStops(ILocalTask task, LocalHost host, bool takesToken)
    {
        _task = task;
        _host = host;
        _options = task.Options;
        _source = takesToken ? new CancellationTokenSource() : null;
    }

    /// <summary>Who watches the task, and its context; null when nobody and none. Set before it can run.</summary>
    public TaskTrace? Trace { get; set; }

    /// <summary>What the function gets for a token that it wants.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (_gate)
            {
                return _source?.Token ?? CancellationToken.None;
            }
        }
    }

    /// <summary>Why it is to stop; null when it is not.</summary>
    public StopReason? Reason
    {
        get
        {
            lock (_gate)
            {
                return _reason;
            }
        }
    }

    /// <summary>Whether options ask for any of this.</summary>
    public static bool AreWanted(TaskOptions options) =>
        options.CancellationToken.CanBeCanceled || options.Timeout != Timeout.InfiniteTimeSpan || options.Retries.Count != 0 || options.Key is not null;

    /// <summary>Whether a time or a token may end the task while it waits, or the wait of its thread for others.</summary>
    public static bool MayEndWithoutAThread(TaskOptions options) => options.CancellationToken.CanBeCanceled || options.Timeout != Timeout.InfiniteTimeSpan;

    /// <summary>Looks out for the task's token, and for its time where that counts from the submission. Once it can be run; it may be over by now.</summary>
    public void Watch()
    {
        if (_options.CancellationToken.CanBeCanceled)
        {
            // Made outside of the gate: a token that is cancelled already calls back at once.
            CancellationTokenRegistration registration = _options.CancellationToken.UnsafeRegister(
                static (stops, token) => ((LocalStops)stops!).Stop(StopReason.Cancelled(token)), this);
            bool isKept;
            lock (_gate)
            {
                isKept = !_isReleased;
                _registration = isKept ? registration : default;
            }

            if (!isKept)
            {
                registration.Unregister();
            }
        }

        if (_options.TimeoutStart == TimeoutStart.Submission && _options.Timeout != Timeout.InfiniteTimeSpan)
        {
            Start(ref _whole, _options.Timeout, static stops => stops.Stop(StopReason.TimedOut(stops._options.Timeout)));
        }
    }

    /// <summary>The task has its key from here on; false when it has ended already.</summary>
    public bool TryEnterKey()
    {
        lock (_gate)
        {
            _hasKey = !_isReleased;
            return _hasKey;
        }
    }

    /// <summary>An attempt begins, on this thread.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_source is { IsCancellationRequested: true } && _reason is null)
            {
                // The attempt before had no time left; this one has its own.
                _source = new CancellationTokenSource();
            }
        }

        if (_options.TimeoutStart == TimeoutStart.Start && _options.Timeout != Timeout.InfiniteTimeSpan)
        {
            Start(ref _limit, _options.Timeout, static stops => stops.Stop(StopReason.TimedOut(stops._options.Timeout)));
        }
    }

    /// <summary>Ends it at once where it has not begun; else asks its function to stop, and ends the future without it if it does not. False when it has ended, or is stopped already.</summary>
    public bool Stop(StopReason reason)
    {
        CancellationTokenSource? source;
        object? attempt;
        lock (_gate)
        {
            if (_isReleased || (_reason is not null && !reason.IsHard))
            {
                return false;
            }

            _reason ??= reason;
            source = _source;

            // This one, and none that comes after it.
            attempt = _host.AttemptOf(_task);
        }

        if (_task.TryEndWaiting(reason))
        {
            _host.OnEndedWaiting(_task);
            return true;
        }

        if (attempt is not null)
        {
            _host.StopAttempt(attempt);
        }

        if (source is not null)
        {
            // What users registered with it may block, and who stops a task must not.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
        }

        TimeSpan grace = reason.IsHard ? TimeSpan.Zero : _host.Grace;
        if (grace == TimeSpan.Zero)
        {
            Leave();
        }
        else if (grace != Timeout.InfiniteTimeSpan)
        {
            Start(ref _grace, grace, static stops => stops.Leave());
        }

        return true;
    }

    /// <summary>Whether the caller wants another attempt after this failure. Runs the caller's code.</summary>
    public bool IsWorthRetrying(Exception error)
    {
        RetryPolicy retries = _options.Retries;
        return _failures < retries.Count && retries.ShouldRetry is { } predicate && predicate(error);
    }

    /// <summary>Makes the task wait for another attempt, unless it is to stop: then why.</summary>
    /// <param name="isTimeout">The attempt ended because its own time was over.</param>
    /// <param name="stop">Why there is none; null also when the executor is closing.</param>
    public bool TryRetry(bool isTimeout, out StopReason? stop)
    {
        TimeSpan wait;
        lock (_gate)
        {
            stop = isTimeout ? null : _reason;
            if (_isReleased || stop is not null || _host.IsCancelling)
            {
                return false;
            }

            _reason = null;
            Drop(ref _limit);
            Drop(ref _grace);
            wait = _options.Retries.WaitAfter(++_failures);
        }

        if (wait <= TimeSpan.Zero)
        {
            _host.Count(LocalCount.Retried, 1);
            _task.WaitAgain();
            _host.RunAgain(_task);
            return true;
        }

        if (!_host.TryDelay(_task))
        {
            return false;
        }

        _host.Count(LocalCount.Retried, 1);
        _task.WaitAgain();
        if (Reason is { } meanwhile && _task.TryEndWaiting(meanwhile))
        {
            // It was stopped between the two, by somebody who took it for running.
            _host.OnEndedWaiting(_task);
            return true;
        }

        Start(ref _retry, wait, static stops => stops._host.RunDelayed(stops._task));
        return true;
    }

    /// <summary>The task is over: ends its interest in tokens and clocks. Any number of times.</summary>
    public void Release()
    {
        CancellationTokenRegistration registration;
        bool hadKey;
        lock (_gate)
        {
            _isReleased = true;
            (hadKey, _hasKey) = (_hasKey, false);
            Drop(ref _whole);
            Drop(ref _limit);
            Drop(ref _grace);
            Drop(ref _retry);
            (registration, _registration) = (_registration, default);
        }

        // Not Dispose: it would wait for a callback that may wait for us.
        registration.Unregister();
        if (hadKey)
        {
            _host.OnKeyLeft(_options.Key!);
        }
    }

    private void Leave()
    {
        StopReason reason;
        lock (_gate)
        {
            if (_isReleased || _reason is null)
            {
                return;
            }

            reason = _reason;
        }

        if (_task.TryLeave(reason))
        {
            _host.OnLeft(_task);
        }
    }

    private void Start(ref ITimer? place, TimeSpan wait, Action<LocalStops> then)
    {
        var state = new Tuple<LocalStops, Action<LocalStops>>(this, then);
        ITimer timer = _host.TimeProvider.CreateTimer(
            static state =>
            {
                (LocalStops stops, Action<LocalStops> then) = (Tuple<LocalStops, Action<LocalStops>>)state!;
                then(stops);
            },
            state,
            wait,
            Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            Drop(ref place);
            if (_isReleased)
            {
                timer.Dispose();
                return;
            }

            place = timer;
        }
    }

    private static void Drop(ref ITimer? timer)
    {
        timer?.Dispose();
        timer = null;
    }
}
