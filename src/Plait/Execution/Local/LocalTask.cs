using Plait.Codecs;
using Plait.Synchronization.Engine;
using Plait.Telemetry;

namespace Plait.Execution.Local;

/// <summary>A task of this process, which is its own future: one object a submission.</summary>
/// <typeparam name="TResult">What the function returns, after awaiting.</typeparam>
internal sealed class LocalTask<TResult> : Future<TResult>, ILocalTask
{
    // Waiting: in a queue, or delayed before another attempt. Only who changes Waiting into something else goes on: the worker to Running,
    // who cancels to Ended. Running goes to Ended, or back to Waiting, by the thread that runs it.
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Ended = 2;

    private readonly LocalHost _host;
    private readonly Delegate _function;

    // Most tasks have none. Set once, by whoever needs them first.
    private LocalExtras? _extras;

    private readonly bool _hasResult;
    private int _stage;

    /// <summary>A function without arguments or options.</summary>
    /// <param name="host">Its executor.</param>
    /// <param name="function">An <see cref="Action"/> or a <see cref="Func{TResult}"/>, async or not.</param>
    /// <param name="hasResult">Whether its result is the future's.</param>
    public LocalTask(LocalHost host, Delegate function, bool hasResult)
    {
        _host = host;
        _function = function;
        _hasResult = hasResult;
    }

    /// <exception cref="ArgumentException">The function returns something else.</exception>
    public LocalTask(LocalHost host, WorkRequest work, bool hasResult)
        : this(host, work.Function, hasResult)
    {
        TaskOptions options = work.Options;
        object?[] arguments = work.ArgumentArray;
        if (hasResult && _function is not (Func<TResult> or Func<Task<TResult>>))
        {
            LocalFunction.ThrowIfNot<TResult>(_function, nameof(work));
        }

        if (!ReferenceEquals(options, TaskOptions.Default) || arguments.Length != 0)
        {
            _extras = new LocalExtras(options, arguments);
            bool takesToken = LocalFunction.TakesToken(arguments);
            if (takesToken || LocalStops.AreWanted(options))
            {
                _extras.Stops = new LocalStops(this, host, takesToken);
            }
        }
    }

    public TaskOptions Options => _extras?.Options ?? TaskOptions.Default;

    private protected override string? GivenName => _extras?.Options.Name;

    private protected override string DefaultName => FunctionName.Of(_function.Method);

    private protected override ITaskPlace? Place => LocalStops.MayEndWithoutAThread(Options) ? null : _host as ITaskPlace;

    private protected override bool IsRunning => Volatile.Read(ref _stage) == Running;

    private protected override Glances? Glances => _host.Glances;

    private LocalStops? StopsIfAny => _extras?.Stops;

    private LocalStops Stops
    {
        get
        {
            LocalExtras extras = _extras ?? Interlocked.CompareExchange(ref _extras, new LocalExtras(TaskOptions.Default, []), null) ?? _extras;
            return extras.Stops ?? Interlocked.CompareExchange(ref extras.Stops, new LocalStops(this, _host, takesToken: false), null) ?? extras.Stops;
        }
    }

    /// <summary>Looks out for its token, and for its time where that counts from now. Once it can be run.</summary>
    public void Watch() => StopsIfAny?.Watch();

    public void StartTrace()
    {
        if (TaskTrace.Start(_host.Identity, isRemote: false, this, static task => task.Name) is { } trace)
        {
            Stops.Trace = trace;
            trace.Accept();
        }
    }

    public bool TryRun()
    {
        if (Interlocked.CompareExchange(ref _stage, Running, Waiting) != Waiting)
        {
            return false;
        }

        _host.OnBegun();
        LocalStops? stops = StopsIfAny;
        TaskTrace? trace = stops?.Trace;
        TResult value;
        try
        {
            trace?.Enter();
            stops?.Begin();
            value = Call(stops?.Token ?? CancellationToken.None);
        }
        catch (Exception error)
        {
            // Whatever a user's function throws is its future's.
            OnRan(trace, error);
            OnThrew(error);
            return true;
        }

        OnReturned(trace, value);
        return true;
    }

    public async Task<bool> TryRunAsync()
    {
        if (Interlocked.CompareExchange(ref _stage, Running, Waiting) != Waiting)
        {
            return false;
        }

        _host.OnBegun();
        LocalStops? stops = StopsIfAny;
        TaskTrace? trace = stops?.Trace;
        TResult value;
        try
        {
            trace?.Enter();
            stops?.Begin();
            value = await LocalFunction.CallAsync(_function, _extras?.Arguments ?? [], stops?.Token ?? CancellationToken.None) is TResult result && _hasResult ? result : default!;
        }
        catch (Exception error)
        {
            // Whatever a user's function throws is its future's.
            OnRan(trace, error);
            OnThrew(error);
            return true;
        }

        OnReturned(trace, value);
        return true;
    }

    public bool TryEnterKey() => Stops.TryEnterKey();

    public void WaitAgain() => Volatile.Write(ref _stage, Waiting);

    public bool TryLeave(StopReason reason) => !IsDone && EndBy(reason);

    public bool TryEndWaiting(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _stage, Ended, Waiting) != Waiting)
        {
            return false;
        }

        Release();
        EndBy(reason);
        return true;
    }

    public bool TryFailWaiting(Exception error)
    {
        if (Interlocked.CompareExchange(ref _stage, Ended, Waiting) != Waiting)
        {
            return false;
        }

        Fail(error);
        return true;
    }

    public void Stop(StopReason reason) => _ = Stops.Stop(reason);

    internal override bool Cancel(CancellationToken token)
    {
        if (IsDone)
        {
            return false;
        }

        var reason = StopReason.Cancelled(token);
        if (StopsIfAny is null && TryEndWaiting(reason))
        {
            _host.OnEndedWaiting(this);
            return true;
        }

        return Stops.Stop(reason);
    }

    // Nothing of the call is kept but its end.
    private void Release()
    {
        if (_extras is { } extras)
        {
            extras.Arguments = [];
            extras.Stops?.Release();
        }
    }

    private void OnRan(TaskTrace? trace, Exception? error)
    {
        trace?.Leave(error);
        if (_host.IsMeasured)
        {
            _host.OnRan(this);
        }
    }

    private void OnReturned(TaskTrace? trace, TResult value)
    {
        Release();
        OnRan(trace, null);
        trace?.End(TaskOutcome.Succeeded, null);

        // Counted first: who has seen the end finds it counted.
        _host.Count(LocalCount.Succeeded, 1);
        if (!TrySucceed(value))
        {
            _host.Count(LocalCount.Succeeded, -1);
        }

        Volatile.Write(ref _stage, Ended);
    }

    private TResult Call(CancellationToken token)
    {
        // The types that are used most, without a detour.
        if (_function.GetType() == typeof(Func<TResult>) && _hasResult)
        {
            return ((Func<TResult>)_function)();
        }

        if (_function.GetType() == typeof(Action))
        {
            ((Action)_function)();
            return default!;
        }

        return LocalFunction.Call(_function, _extras?.Arguments ?? [], token) is TResult value && _hasResult ? value : default!;
    }

    private void OnThrew(Exception error)
    {
        if (StopsIfAny is not { } stops || IsDone)
        {
            Fail(error);
            return;
        }

        bool isTimeout = false;
        if (error is OperationCanceledException && stops.Reason is { } asked)
        {
            // A time that counts from the start is each attempt's own, and the policy may ask for another.
            if (asked.ToTimeout(Name, Options) is not { } timeout || Options.TimeoutStart == TimeoutStart.Submission)
            {
                Finish(asked);
                return;
            }

            _host.Count(LocalCount.TimedOut, 1);
            (error, isTimeout) = (timeout, true);
        }

        bool isWorth;
        try
        {
            isWorth = stops.IsWorthRetrying(error);
        }
        catch (Exception spoilt)
        {
            // The caller's own predicate: both errors are told.
            Fail(new AggregateException($"Task '{Name}' failed, and its ShouldRetry threw.", error, spoilt));
            return;
        }

        StopReason? stop = null;
        if (isWorth)
        {
            stops.Trace?.Retry(error);
        }

        if (isWorth && stops.TryRetry(isTimeout, out stop))
        {
            return;
        }

        if (stop is null)
        {
            Fail(error);
        }
        else
        {
            Finish(stop);
        }
    }

    private void Fail(Exception error)
    {
        Release();
        StopsIfAny?.Trace?.End(TaskOutcome.Failed, error);
        _host.Count(LocalCount.Failed, 1);
        if (!TryFail(error))
        {
            _host.Count(LocalCount.Failed, -1);
        }

        Volatile.Write(ref _stage, Ended);
    }

    private void Finish(StopReason reason)
    {
        Release();
        _ = EndBy(reason);
        Volatile.Write(ref _stage, Ended);
    }

    private bool EndBy(StopReason reason)
    {
        TimeoutException? timeout = reason.ToTimeout(Name, Options);
        StopsIfAny?.Trace?.End(timeout is null ? TaskOutcome.Cancelled : TaskOutcome.Failed, timeout);
        Count(1);
        if (timeout is null ? TryCancel(reason.Token) : TryFail(timeout))
        {
            return true;
        }

        Count(-1);
        return false;

        void Count(int by)
        {
            if (timeout is null)
            {
                _host.Count(LocalCount.Cancelled, by);
                return;
            }

            _host.Count(LocalCount.TimedOut, by);
            _host.Count(LocalCount.Failed, by);
        }
    }
}
