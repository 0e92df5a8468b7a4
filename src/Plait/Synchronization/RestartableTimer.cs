namespace Plait.Synchronization;

/// <summary>
/// Calls a function once after a time, or again and again, on a thread of the thread pool. It can be cancelled, restarted and changed at any moment, and
/// used again after it has fired. Its callback never overlaps itself: where it takes longer than the period, the beats that pass meanwhile are skipped,
/// and the next one is on the beat again. An async callback ends when its task does.
/// <para>
/// The callback runs without the ambient values (AsyncLocal) of the code that started the timer. What it throws is told to <see cref="CallbackFailed"/>, and
/// a periodic timer goes on.
/// </para>
/// Members are safe for several threads, and may be called from the callback itself. None blocks.
/// </summary>
public sealed partial class RestartableTimer : IDisposable, IAsyncDisposable
{
    // What the runtime's timers take: 2^32 - 2 ms, some 49 days.
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(1);

    // In the flow of a callback, and of what it starts: the timer whose callback that is.
    private static readonly AsyncLocal<RestartableTimer?> s_executing = new();

    private readonly Func<Task> _callback;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private Arming? _arming;
    private TaskCompletionSource? _execution;
    private TimeSpan _interval;
    private TimeSpan? _period;
    private bool _isRunning;
    private bool _isRestarted;
    private bool _isDisposed;
    private long _dueAt;
    private long _fired;
    private long _failed;
    private long _skipped;
    private long _cancelled;

    /// <summary>A timer that waits to be started.</summary>
    /// <param name="callback">What it calls.</param>
    /// <param name="interval">The time from the start to the (first) callback: from zero to 49 days.</param>
    /// <param name="period">The time from one beat to the next: from a millisecond to 49 days; null for a timer that fires once.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
    public RestartableTimer(Action callback, TimeSpan interval, TimeSpan? period = null, TimeProvider? timeProvider = null)
        : this(Wrap(callback), interval, period, timeProvider)
    {
    }

    /// <summary>A timer with an async callback that waits to be started.</summary>
    /// <param name="callback">What it calls; its task is awaited.</param>
    /// <param name="interval">The time from the start to the (first) callback: from zero to 49 days.</param>
    /// <param name="period">The time from one beat to the next: from a millisecond to 49 days; null for a timer that fires once.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
    public RestartableTimer(Func<Task> callback, TimeSpan interval, TimeSpan? period = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        CheckTimes(interval, period);
        _callback = callback;
        _interval = interval;
        _period = period;
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Told of what a callback throws, on the thread that ran it; the sender is the timer. Without a handler it is printed on standard error. What a handler throws is printed there too, and goes no further.</summary>
    public event EventHandler<TimerFailedEventArgs>? CallbackFailed;

    /// <summary>The time from the start to the (first) callback.</summary>
    public TimeSpan Interval => Read(static timer => timer._interval);

    /// <summary>The time from one beat to the next; null for a timer that fires once.</summary>
    public TimeSpan? Period => Read(static timer => timer._period);

    /// <summary>Whether it counts down to its next callback, or will when the one under way has ended. False for a timer that has fired for the last time.</summary>
    public bool IsRunning => Read(static timer => timer._isRunning);

    /// <summary>How often the callback has begun.</summary>
    public long Fired => Read(static timer => timer._fired);

    /// <summary>Starts the countdown.</summary>
    /// <exception cref="InvalidOperationException">It runs already: <see cref="Restart"/> begins again.</exception>
    /// <exception cref="ObjectDisposedException">The timer was disposed.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isRunning)
            {
                throw new InvalidOperationException($"The timer was started before and its {_interval} are not over. Restart() begins again, Cancel() ends it.");
            }

            Begin_UnderLock();
        }
    }

    /// <summary>Starts the countdown from its beginning, whether or not it runs. A callback under way ends first, if it takes longer.</summary>
    /// <exception cref="ObjectDisposedException">The timer was disposed.</exception>
    public void Restart()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Begin_UnderLock();
        }
    }

    /// <summary>Gives it other times. If it runs, it begins again with them; if not, they hold from the next start.</summary>
    /// <param name="interval">The time from the start to the (first) callback: from zero to 49 days.</param>
    /// <param name="period">The time from one beat to the next: from a millisecond to 49 days; null for a timer that fires once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The timer was disposed.</exception>
    public void Change(TimeSpan interval, TimeSpan? period = null)
    {
        CheckTimes(interval, period);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _interval = interval;
            _period = period;
            if (_isRunning)
            {
                Begin_UnderLock();
            }
        }
    }

    /// <summary>Ends the countdown: no callback begins any more, until the next start.</summary>
    /// <returns>
    /// True when it ran and no callback is under way: after this nothing happens. False when there was nothing to cancel, or when a callback has begun
    /// already and is not over: <see cref="CancelAsync"/> waits for it.
    /// </returns>
    public bool Cancel()
    {
        lock (_gate)
        {
            bool isCancelled = _isRunning && _execution is null;
            Stop_UnderLock();
            _cancelled += isCancelled ? 1 : 0;
            return isCancelled;
        }
    }

    /// <summary>As <see cref="Cancel"/>, and completes when the callback under way, if there is one, has ended. Called from that callback itself, or from what it has started, it does not wait.</summary>
    /// <returns>Completes when nothing happens any more. Never fails.</returns>
    public ValueTask CancelAsync()
    {
        _ = Cancel();
        return EndOfExecutionAsync();
    }

    /// <summary>What the timer has done.</summary>
    /// <returns>A copy.</returns>
    public RestartableTimerStatistics GetStatistics() =>
        Read(static timer => new RestartableTimerStatistics(timer._isRunning, timer._execution is not null, timer._fired, timer._failed, timer._skipped, timer._cancelled));

    /// <summary>Ends the countdown for good. Does not wait for a callback under way: <see cref="DisposeAsync"/> does.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Stop_UnderLock();
        }
    }

    /// <summary>Ends the countdown for good, and completes when the callback under way, if there is one, has ended. Called from that callback itself, or from what it has started, it does not wait.</summary>
    /// <returns>Completes when nothing happens any more. Never fails.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return EndOfExecutionAsync();
    }

    private static Func<Task> Wrap(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return () =>
        {
            callback();
            return Task.CompletedTask;
        };
    }

    private static void CheckTimes(TimeSpan interval, TimeSpan? period)
    {
        if (interval < TimeSpan.Zero || interval > s_longest)
        {
            throw new ArgumentOutOfRangeException(nameof(interval), interval, $"The time to the callback lies between zero and {s_longest}.");
        }

        if (period < s_shortestPeriod || period > s_longest)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period, $"A period lies between a millisecond and {s_longest}; null means: once.");
        }
    }

    private TValue Read<TValue>(Func<RestartableTimer, TValue> read)
    {
        lock (_gate)
        {
            return read(this);
        }
    }

    private ValueTask EndOfExecutionAsync()
    {
        Task? execution = s_executing.Value == this ? null : Read(static timer => timer._execution?.Task);
        return execution is null ? ValueTask.CompletedTask : new ValueTask(execution);
    }
}
