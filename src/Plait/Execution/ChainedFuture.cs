namespace Plait.Execution;

/// <summary>The end of a task that is submitted when another has succeeded.</summary>
/// <typeparam name="TNext">What its function returns.</typeparam>
internal sealed class ChainedFuture<TNext> : Future<TNext>
{
    private readonly Func<Future, Future<TNext>> _submit;
    private readonly string? _name;
    private readonly Lock _gate = new();

    // Guarded by _gate: the task, once it is submitted.
    private Future<TNext>? _next;

    /// <param name="first">What it waits for.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="submit">Submits the task, with the end of <paramref name="first"/>, which has succeeded.</param>
    public ChainedFuture(Future first, string? name, Func<Future, Future<TNext>> submit)
    {
        _name = name;
        _submit = submit;
        var observer = new OfFirst(this);
        if (!first.TryAttach(observer))
        {
            observer.OnDone(first);
        }
    }

    private protected override string? GivenName => _name;

    private protected override string DefaultName
    {
        get
        {
            lock (_gate)
            {
                return _next?.Name ?? "a task that waits for another";
            }
        }
    }

    private protected override bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _next?.State == FutureState.Running;
            }
        }
    }

    internal override bool Cancel(CancellationToken token)
    {
        Future<TNext>? next;
        lock (_gate)
        {
            next = _next;
            if (next is null)
            {
                return TryCancel(token);
            }
        }

        return next.Cancel(token);
    }

    // On the thread pool: a submission may encode, and block while the executor is full.
    private void Submit(Future first)
    {
        if (IsDone || TryPassOn(first))
        {
            return;
        }

        Future<TNext> next;
        try
        {
            next = _submit(first);
        }
        catch (Exception refused)
        {
            // The executor is closed or full, or a value cannot travel: what the caller of Submit would have got.
            _ = TryFail(refused);
            return;
        }

        bool isCancelled;
        lock (_gate)
        {
            _next = next;
            isCancelled = IsDone;
        }

        if (isCancelled)
        {
            _ = next.Cancel();
            return;
        }

        var observer = new OfNext(this);
        if (!next.TryAttach(observer))
        {
            observer.OnDone(next);
        }
    }

    /// <summary>Ends as the other one has ended, unless that has succeeded.</summary>
    private bool TryPassOn(Future other)
    {
        switch (other.End)
        {
            case FutureState.Succeeded:
                return false;
            case FutureState.Cancelled:
                _ = TryCancel(other.Error?.SourceException is OperationCanceledException cancelled ? cancelled.CancellationToken : new CancellationToken(canceled: true));
                return true;
            default:
                _ = TryFail(other.Error!.SourceException);
                return true;
        }
    }

    private sealed class OfFirst(ChainedFuture<TNext> chain) : FutureObserver
    {
        public override bool IsOver => chain.IsDone;

        public override void OnDone(Future future) =>
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.chain.Submit(state.future), (chain, future), preferLocal: false);
    }

    private sealed class OfNext(ChainedFuture<TNext> chain) : FutureObserver
    {
        public override void OnDone(Future future)
        {
            if (!chain.TryPassOn(future))
            {
                _ = chain.TrySucceed(((Future<TNext>)future).TakeDone());
            }
        }
    }
}
