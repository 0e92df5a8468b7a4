using System.Diagnostics.CodeAnalysis;

namespace Plait.Execution;

/// <summary>
/// Several futures that somebody waits for. Each tells of its end once, which costs the same however many there are. One thread at a time
/// waits and takes.
/// </summary>
internal sealed class FutureGathering<TFuture> : IDisposable
    where TFuture : Future
{
    // A condition variable of the runtime: Monitor.Wait and Pulse need an object of their own kind.
    private readonly object _gate = new();
    private readonly List<TFuture> _all = [];
    private readonly WaitFor _until;

    // Guarded by _gate.
    private readonly Queue<TFuture> _ended = new();
    private TaskCompletionSource? _enough;
    private int _done;
    private int _failed;
    private int _taken;
    private bool _isOver;

    public FutureGathering(IEnumerable<TFuture> futures, WaitFor until)
    {
        ArgumentNullException.ThrowIfNull(futures);
        if (!Enum.IsDefined(until))
        {
            throw new ArgumentOutOfRangeException(nameof(until), until, "There is no such thing to wait for.");
        }

        _until = until;
        var seen = new HashSet<TFuture>(ReferenceEqualityComparer.Instance);
        foreach (TFuture future in futures)
        {
            if (seen.Add(future ?? throw new ArgumentNullException(nameof(futures), "One of the futures is null.")))
            {
                _all.Add(future);
            }
        }

        // Those that have ended come in their own order, before any that ends meanwhile.
        var running = new List<TFuture>();
        foreach (TFuture future in _all)
        {
            if (future.IsDone)
            {
                OnDone(future);
            }
            else
            {
                running.Add(future);
            }
        }

        foreach (TFuture future in running)
        {
            if (!future.TryAttach(new Observer(this, future)))
            {
                OnDone(future);
            }
        }
    }

    public int Total => _all.Count;

    /// <summary>How many have not been taken.</summary>
    public int Left => _all.Count - _taken;

    /// <summary>False when the time was over first.</summary>
    public bool WaitUntilEnough(TimeSpan timeout, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        long start = TimeProvider.System.GetTimestamp();
        using CancellationTokenRegistration registration = token.UnsafeRegister(static gathering => ((FutureGathering<TFuture>)gathering!).Pulse(), this);
        lock (_gate)
        {
            while (!IsEnough_UnderGate())
            {
                token.ThrowIfCancellationRequested();
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - TimeProvider.System.GetElapsedTime(start);
                if (left <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
                {
                    return false;
                }

                Monitor.Wait(_gate, timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }

            return true;
        }
    }

    /// <summary>As <see cref="WaitUntilEnough"/>, without blocking.</summary>
    public async ValueTask<bool> WaitUntilEnoughAsync(TimeSpan timeout, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        Task enough;
        lock (_gate)
        {
            if (IsEnough_UnderGate())
            {
                return true;
            }

            enough = (_enough ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        try
        {
            await enough.WaitAsync(timeout, token).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The next that has ended and was not taken.</summary>
    public bool TryTake([NotNullWhen(true)] out TFuture? future)
    {
        lock (_gate)
        {
            if (!_ended.TryDequeue(out future))
            {
                return false;
            }

            _taken++;
            return true;
        }
    }

    public FutureSplit<TFuture> Split()
    {
        var done = new List<TFuture>();
        var notDone = new List<TFuture>();
        foreach (TFuture future in _all)
        {
            (future.IsDone ? done : notDone).Add(future);
        }

        return new FutureSplit<TFuture>(done, notDone);
    }

    /// <summary>Nobody waits any more: futures that go on need not tell.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }
    }

    private bool IsEnough_UnderGate() => _done == _all.Count || _until switch
    {
        WaitFor.FirstCompleted => _ended.Count > 0,
        WaitFor.FirstException => _failed > 0,
        _ => false,
    };

    private void OnDone(TFuture future)
    {
        lock (_gate)
        {
            _done++;
            _failed += future.State == FutureState.Faulted ? 1 : 0;
            _ended.Enqueue(future);
            if (IsEnough_UnderGate())
            {
                _enough?.TrySetResult();
                _enough = null;
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Pulse()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    private sealed class Observer(FutureGathering<TFuture> gathering, TFuture future) : FutureObserver
    {
        public override bool IsOver => gathering._isOver;

        public override void OnDone(Future done) => gathering.OnDone(future);
    }
}
