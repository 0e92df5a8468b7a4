namespace Plait.Synchronization;

/// <summary>
/// The life of a countdown. Each has an object of its own, the arming, and is only as long in force as that is the timer's: what the clock tells of an
/// older one is not listened to, however late it comes. No clock runs while a callback is under way; what it is to be set to is known when that ends.
/// </summary>
public sealed partial class RestartableTimer
{
    private void Begin_UnderLock()
    {
        Disarm_UnderLock();
        _isRunning = true;
        _isRestarted = _execution is not null;
        _dueAt = _time.GetTimestamp() + Ticks(_interval);
        if (_execution is null)
        {
            Arm_UnderLock(_interval);
        }
    }

    private void Stop_UnderLock()
    {
        _isRunning = false;
        Disarm_UnderLock();
    }

    private void Arm_UnderLock(TimeSpan due)
    {
        var arming = new Arming(this);
        _arming = arming;

        arming.Clock = _time.CreateTimer(static arming => ((Arming)arming!).Timer.OnDue((Arming)arming), arming, RoundUp(due), Timeout.InfiniteTimeSpan);
    }

    private void Disarm_UnderLock()
    {
        _arming?.Clock?.Dispose();
        _arming = null;
    }

    // On the clock's thread, which may be the test's own or one that must not be kept.
    private void OnDue(Arming arming)
    {
        lock (_gate)
        {
            if (_arming == arming)
            {
                // Unsafe: the callback must not run as a part of the flow that started the timer, which may hold things that are not the callback's.
                ThreadPool.UnsafeQueueUserWorkItem(static arming => _ = arming.Timer.ExecuteAsync(arming), arming, preferLocal: false);
            }
        }
    }

    private async Task ExecuteAsync(Arming arming)
    {
        lock (_gate)
        {
            if (_arming != arming)
            {
                // Cancelled between the clock and here.
                return;
            }

            Disarm_UnderLock();
            _fired++;
            _isRestarted = false;
            _execution = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _isRunning = _period is not null;
            _dueAt += _period is { } period ? Ticks(period) : 0;
        }

        s_executing.Value = this;
        Exception? error = null;
        try
        {
            Task task = _callback() ?? throw new InvalidOperationException("The async callback of a timer returned null instead of a task.");
            await task.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            error = thrown;
            Report(thrown);
        }

        EndExecution(error is not null);
    }

    private void EndExecution(bool hasFailed)
    {
        TaskCompletionSource? execution = null;
        try
        {
            lock (_gate)
            {
                execution = _execution;
                _execution = null;
                _failed += hasFailed ? 1 : 0;
                if (_isRunning)
                {
                    Arm_UnderLock(TimeToNextBeat_UnderLock());
                }
            }
        }
        finally
        {
            // Whoever waits is let go on, even where the clock would not be set.
            execution?.SetResult();
        }
    }

    // The beats that have passed are skipped; a first one that a restart has set is never.
    private TimeSpan TimeToNextBeat_UnderLock()
    {
        long now = _time.GetTimestamp();
        long late = now - _dueAt;
        if (late > 0 && _period is { } period && !_isRestarted)
        {
            long beat = Ticks(period);
            long passed = (late + beat - 1) / beat;
            _skipped += passed;
            _dueAt += passed * beat;
        }

        return _dueAt <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, _dueAt);
    }

    private void Report(Exception error)
    {
        if (CallbackFailed is not { } handlers)
        {
            Print($"A timer's callback threw {error}");
            return;
        }

        var args = new TimerFailedEventArgs(error);
        foreach (EventHandler<TimerFailedEventArgs> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, args);
            }
            catch (Exception thrown)
            {
                Print($"A handler of RestartableTimer.CallbackFailed threw {thrown}{Environment.NewLine}when it was told of: {error}");
            }
        }
    }

    private static void Print(string text)
    {
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (Exception)
        {
            // Standard error is closed, or was replaced by something broken: there is nobody left to tell.
        }
    }

    // The runtime's timers cut fractions of a millisecond off, and would go off early.
    private static TimeSpan RoundUp(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));

    // In the clock's own ticks.
    private long Ticks(TimeSpan time) => (long)((Int128)time.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>One countdown.</summary>
    private sealed class Arming(RestartableTimer timer)
    {
        public RestartableTimer Timer => timer;

        public ITimer? Clock { get; set; }
    }
}
