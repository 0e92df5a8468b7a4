using System.Diagnostics.CodeAnalysis;

namespace Plait.Execution;

/// <summary>
/// Several futures that somebody waits for. Each tells of its end once, which costs the same however many there are. One thread at a time
/// waits and takes.
/// </summary>
/// <remarks>
/// Who ends a future puts it into an inbox, counts, and looks whether somebody waits; who waits says so, fences, and looks into the inbox once more. One of
/// the two sees the other. Only who waits takes from the inbox.
/// </remarks>
internal sealed class FutureGathering<TFuture> : IDisposable
    where TFuture : Future
{
    // A condition variable of the runtime: Monitor.Wait and Pulse need an object of their own kind.
    private readonly object _gate = new();
    private readonly List<TFuture> _all;
    private readonly WaitFor _until;

    // By who waits and takes.
    private readonly Queue<TFuture> _ready;
    private int _done;
    private int _failed;
    private int _taken;

    // By all.
    private Inbox<Observer> _ended;
    private int _running;
    private volatile bool _isWaiting;
    private volatile bool _isOver;

    // Guarded by _gate.
    private TaskCompletionSource? _signal;

    public FutureGathering(IEnumerable<TFuture> futures, WaitFor until)
    {
        ArgumentNullException.ThrowIfNull(futures);
        if (!Enum.IsDefined(until))
        {
            throw new ArgumentOutOfRangeException(nameof(until), until, "There is no such thing to wait for.");
        }

        _until = until;
        _all = Distinct(futures);
        _ready = new Queue<TFuture>(_all.Count);

        // Those that have ended come in their own order, before any that ends meanwhile.
        var running = new List<TFuture>(_all.Count);
        foreach (TFuture future in _all)
        {
            if (future.IsDone)
            {
                Note(future);
            }
            else
            {
                running.Add(future);
            }
        }

        _running = running.Count;
        foreach (TFuture future in running)
        {
            var observer = new Observer(this, future);
            if (!future.TryAttach(observer))
            {
                observer.OnDone(future);
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
        if (IsEnough())
        {
            return true;
        }

        long start = TimeProvider.System.GetTimestamp();
        using CancellationTokenRegistration registration = token.UnsafeRegister(static gathering => ((FutureGathering<TFuture>)gathering!).Signal(), this);
        lock (_gate)
        {
            while (!IsEnoughFromNowOn())
            {
                token.ThrowIfCancellationRequested();
                TimeSpan left = Rest(timeout, start);
                if (left == TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_gate, left == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }

            return true;
        }
    }

    /// <summary>As <see cref="WaitUntilEnough"/>, without blocking.</summary>
    public async ValueTask<bool> WaitUntilEnoughAsync(TimeSpan timeout, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Task signal;
            lock (_gate)
            {
                if (IsEnoughFromNowOn())
                {
                    return true;
                }

                signal = (_signal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            try
            {
                await signal.WaitAsync(Rest(timeout, start), token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>The next that has ended and was not taken.</summary>
    public bool TryTake([NotNullWhen(true)] out TFuture? future)
    {
        if (_ready.Count == 0)
        {
            EmptyInbox();
        }

        if (!_ready.TryDequeue(out future))
        {
            return false;
        }

        _taken++;
        return true;
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
    public void Dispose() => _isOver = true;

    private static List<TFuture> Distinct(IEnumerable<TFuture> futures)
    {
        _ = futures.TryGetNonEnumeratedCount(out int count);
        var all = new List<TFuture>(count);
        var seen = new HashSet<TFuture>(count, ReferenceEqualityComparer.Instance);
        foreach (TFuture future in futures)
        {
            if (seen.Add(future ?? throw new ArgumentNullException(nameof(futures), "One of the futures is null.")))
            {
                all.Add(future);
            }
        }

        return all;
    }

    private static TimeSpan Rest(TimeSpan timeout, long start)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return timeout;
        }

        TimeSpan left = timeout - TimeProvider.System.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // The fence pairs with the one of the inbox: who ends a future from here on sees that somebody waits.
    private bool IsEnoughFromNowOn()
    {
        _isWaiting = true;
        Interlocked.MemoryBarrier();
        if (!IsEnough())
        {
            return false;
        }

        _isWaiting = false;
        return true;
    }

    private bool IsEnough()
    {
        EmptyInbox();
        return _done == _all.Count || _until switch
        {
            WaitFor.FirstCompleted => _ready.Count > 0,
            WaitFor.FirstException => _failed > 0,
            _ => false,
        };
    }

    private void EmptyInbox()
    {
        if (_ended.IsEmpty)
        {
            return;
        }

        for (Observer? observer = _ended.TakeAll(); observer is not null; observer = observer.After)
        {
            Note(observer.Future);
        }
    }

    private void Note(TFuture future)
    {
        _done++;
        _failed += future.State == FutureState.Faulted ? 1 : 0;
        _ready.Enqueue(future);
    }

    // Wakes who waits only for what it waits for: all of a hundred thousand are one wake-up.
    private void OnDone(Observer observer)
    {
        _ended.Put(observer);
        bool isLast = Interlocked.Decrement(ref _running) == 0;
        if (_isWaiting && (isLast || _until == WaitFor.FirstCompleted || (_until == WaitFor.FirstException && observer.Future.State == FutureState.Faulted)))
        {
            Signal();
        }
    }

    private void Signal()
    {
        lock (_gate)
        {
            _signal?.TrySetResult();
            _signal = null;
            Monitor.Pulse(_gate);
        }
    }

    private sealed class Observer(FutureGathering<TFuture> gathering, TFuture future) : FutureObserver, IInboxItem<Observer>
    {
        public TFuture Future => future;

        public Observer? After { get; private set; }

        Observer? IInboxItem<Observer>.Next
        {
            get => After;
            set => After = value;
        }

        public override bool IsOver => gathering._isOver;

        public override void OnDone(Future done) => gathering.OnDone(this);
    }
}
