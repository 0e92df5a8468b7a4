using System.Threading.Tasks.Sources;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The wait of an async flow: no thread stands for it. Whoever grants it tells its process's <see cref="Dispatcher"/>, which completes it on the thread pool; that of a coroutine goes on
/// in its loop, and ends when the coroutine is killed.
/// </summary>
internal sealed unsafe class AsyncWait : IValueTaskSource<WaitOutcome>
{
    private readonly WaitRequest _request;
    private readonly Agent _agent;
    private readonly ITurnWait? _turn;
    private ManualResetValueTaskSourceCore<WaitOutcome> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private Timer? _timer;
    private int _checks;
    private int _isOver;

    private AsyncWait(in WaitRequest request, Agent agent, bool mayEnd)
    {
        _request = request;
        _agent = agent;
        _turn = Agents.Turn?.NewWait(this, mayEnd);
        long now = Shared.Now;
        NextCheck = Math.Min(now + request.Interval(0), DeadlockSearch.LooksAt(now));
    }

    /// <summary>When it is to be looked after, by the monotonic clock.</summary>
    public long NextCheck { get; private set; }

    /// <summary>By the monotonic clock.</summary>
    public long Deadline => _request.Deadline;

    /// <summary>Waits; <see cref="BlockingWait.Acknowledge"/> must follow, whatever the outcome. A lock to release is released once this is in the queue. The agent must be a flow's; it may become another: a fork's, when the flow's own waits already.</summary>
    public static ValueTask<WaitOutcome> Run(in WaitRequest request, ref Agent agent, OwnedLock? toRelease = null, Agent? owner = null, bool mayEnd = true)
    {
        if (!agent.TryBeginWait())
        {
            agent = Agents.Fork(request.Memory);
            agent.TryBeginWait();
        }

        var wait = new AsyncWait(request, agent, mayEnd);
        agent.Wait = wait;
        request.Memory.Dispatcher.Enter(agent.Index, wait);
        WaitOutcome outcome = request.TakeOrQueue(agent, isAsync: true);
        if (outcome != WaitOutcome.None)
        {
            wait.Leave();
            return new ValueTask<WaitOutcome>(outcome);
        }

        if (toRelease is not null)
        {
            agent.SavedRecursion = toRelease.ReleaseWhole(owner!);
        }

        wait.Watch();
        return wait._turn?.Begin() ?? new ValueTask<WaitOutcome>(wait, wait._core.Version);
    }

    /// <summary>Its word may have changed.</summary>
    public void Look()
    {
        WaitOutcome outcome = WaitRequest.Ended(_agent.Record);
        if (outcome != WaitOutcome.None)
        {
            Complete(outcome);
        }
    }

    /// <summary>What a sleeper does for itself from time to time.</summary>
    public void CheckUp(long now)
    {
        Look();
        if (Volatile.Read(ref _isOver) != 0)
        {
            return;
        }

        _request.CheckUp(++_checks);
        NextCheck = _request.NextCheck(_agent.Record->WaitSince, _checks);
        if (DeadlockSearch.IsVictim(_request, _agent, now))
        {
            Withdraw(WaitOutcome.Deadlocked);
        }
    }

    /// <summary>It is not to be waited for any longer. What has been granted by now stays granted.</summary>
    public void Withdraw(WaitOutcome why)
    {
        // Claimed before the queue is touched: once somebody else has completed it, the record may be in another wait.
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            Finish(_request.Withdraw(_agent, why));
        }
    }

    /// <summary>The same, for a reason that is to be thrown in the end.</summary>
    public void Interrupt(Exception reason) => _agent.Interruption = reason;

    /// <summary>What it is in, in words.</summary>
    public string Describe() => WaitGraph.TryRead(_request.Memory, _agent.Index, out Wait wait) ? WaitText.Describe(wait) : "something that it has got";

    WaitOutcome IValueTaskSource<WaitOutcome>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<WaitOutcome>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<WaitOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Watch()
    {
        _request.Memory.WatchParticipants();
        if (_request.Deadline != Interop.MonotonicClock.Never && _turn is null)
        {
            _timer = new Timer(static wait => ((AsyncWait)wait!).TimeOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Arm();
        }

        if (_request.Token.CanBeCanceled)
        {
            _registration = _request.Token.UnsafeRegister(static wait => ((AsyncWait)wait!).Withdraw(WaitOutcome.Cancelled), this);
        }

        if (Volatile.Read(ref _isOver) != 0)
        {
            _timer?.Dispose();
            _registration.Unregister();
        }
    }

    private void Arm()
    {
        try
        {
            _timer!.Change(TimeSpan.FromMilliseconds((Math.Max(0, _request.Deadline - Shared.Now) / 1_000_000) + 1), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The wait is over.
        }
    }

    private void TimeOut()
    {
        if (Shared.Now < _request.Deadline)
        {
            // The timer's clock is coarser, and may be early.
            Arm();
            return;
        }

        Withdraw(WaitOutcome.TimedOut);
    }

    private void Complete(WaitOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            Finish(outcome);
        }
    }

    private void Finish(WaitOutcome outcome)
    {
        Leave();
        _timer?.Dispose();
        _registration.Unregister();
        WaitMeasures.Waited(_request, _agent, outcome);
        if (_turn is not null)
        {
            _turn.OnOver(outcome);
        }
        else
        {
            _core.SetResult(outcome);
        }
    }

    private void Leave()
    {
        _request.Memory.Dispatcher.Leave(_agent.Index, this);
        _agent.Wait = null;
    }
}
