using Plait.Memory;

namespace Plait.Processes;

/// <summary>
/// The cancellation of the calls that run in a worker: each has a token of its own, made when it is first asked for. Calls are known by their
/// claims. Safe for all threads.
/// </summary>
/// <param name="several">Whether several calls run at once: then the one that asks is known by its execution context, which goes with it over its awaits.</param>
internal sealed class CallTokens(bool several)
{
    private readonly Lock _gate = new();
    private readonly AsyncLocal<RunningCall?>? _mine = several ? new AsyncLocal<RunningCall?>() : null;

    // Guarded by _gate, all below. The call that began last; others that run beside it; and the cancellations that came before their calls.
    private RunningCall _latest = new(0);
    private Dictionary<long, RunningCall>? _others;
    private HashSet<long>? _ahead;
    private bool _isAllCancelled;

    /// <summary>The token of the call that asks.</summary>
    public CancellationToken Current
    {
        get
        {
            lock (_gate)
            {
                return (_mine?.Value ?? _latest).Token(_isAllCancelled);
            }
        }
    }

    /// <summary>
    /// A call begins, on this thread: cancelled already if the parent said so while the call waited. To be called in the order of the calls' numbers:
    /// what is cancelled and not known counts as over, unless its number is above all that have begun.
    /// </summary>
    public void Begin(long claim)
    {
        lock (_gate)
        {
            _latest = new RunningCall(claim);
            if (_ahead is { Count: > 0 })
            {
                // Some were taken back and never came: whatever is not after this one goes.
                _latest.IsCancelled = _ahead.Remove(claim);
                _ahead.RemoveWhere(other => !IsAhead(other));
            }

            if (_mine is not null)
            {
                _mine.Value = _latest;
                (_others ??= [])[claim] = _latest;
            }
        }
    }

    /// <summary>A call has ended, on this thread.</summary>
    public void End(long claim)
    {
        if (_mine is not null)
        {
            _mine.Value = null;
            lock (_gate)
            {
                _ = _others!.Remove(claim);
            }
        }
    }

    /// <summary>Cancels whatever runs, now and from now on.</summary>
    public void CancelAll()
    {
        lock (_gate)
        {
            _isAllCancelled = true;
            _latest.Cancel();
            foreach (RunningCall call in _others?.Values ?? Enumerable.Empty<RunningCall>())
            {
                call.Cancel();
            }
        }
    }

    /// <summary>Cancels one call: running, yet to come, or over already.</summary>
    public void Cancel(long claim)
    {
        lock (_gate)
        {
            if (claim == _latest.Claim)
            {
                _latest.Cancel();
            }
            else if (_others is not null && _others.TryGetValue(claim, out RunningCall? other))
            {
                other.Cancel();
            }
            else if (IsAhead(claim))
            {
                (_ahead ??= []).Add(claim);
            }
        }
    }

    // By number alone: a call that is ahead may have been sent before or after a withdrawal.
    private bool IsAhead(long claim) => ((ulong)claim & ChannelState.NumberMask) > ((ulong)_latest.Claim & ChannelState.NumberMask);

    private sealed class RunningCall(long claim)
    {
        private CancellationTokenSource? _source;

        public long Claim => claim;

        public bool IsCancelled { get; set; }

        public CancellationToken Token(bool isAllCancelled)
        {
            if (_source is null)
            {
                _source = new CancellationTokenSource();
                if (IsCancelled || isAllCancelled)
                {
                    _source.Cancel();
                }
            }

            return _source.Token;
        }

        // Callbacks are user code and may block: never on the lifeline thread.
        public void Cancel()
        {
            IsCancelled = true;
            if (_source is { } source)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
            }
        }
    }
}
