using System.Threading.Tasks.Sources;
using Plait.Interop;
using Plait.Synchronization.Engine;

namespace Plait.Coroutines.Engine;

/// <summary>
/// A coroutine waits for what a lock, a queue or another primitive of a scope grants. Whoever grants it posts it to the loop, where the coroutine goes on in that very step. A
/// cancellation withdraws it; what was granted by then is the coroutine's.
/// </summary>
internal sealed class GrantWait : CoroutineWait, IValueTaskSource<WaitOutcome>, ITurnWait
{
    private static readonly Action<object?> GoOnStep = static state => ((GrantWait)state!).GoOn();

    private readonly AsyncWait _wait;
    private readonly bool _mayEnd;
    private Action<object?>? _continuation;
    private object? _state;
    private CoroutineContext.Cancellation? _cancellation;

    // By whoever ends it, before it is posted.
    private WaitOutcome _outcome;

    private bool _isOver;

    public GrantWait(CoroutineContext context, AsyncWait wait, bool mayEnd)
    {
        Context = context;
        _wait = wait;
        _mayEnd = mayEnd;
    }

    public override object? Work => _state ?? _continuation;

    public ValueTask<WaitOutcome> Begin()
    {
        Join(Context);
        if (_mayEnd && Context.FindCancellation() is not null)
        {
            Cancel();
        }
        else if (_wait.Deadline != MonotonicClock.Never)
        {
            long left = Math.Max(0, _wait.Deadline - MonotonicClock.Now);
            Context.Loop.SetTimer(this, Context.Loop.DeadlineAfter(TimeSpan.FromTicks((left / 100) + 1)));
        }

        return new ValueTask<WaitOutcome>(this, 0);
    }

    public void OnOver(WaitOutcome outcome)
    {
        _outcome = outcome;

        // Where the loop has ended nobody is left to go on: what was granted is given back when the coroutine that was given up is collected.
        _ = Context.Loop.TryPost(new Step(GoOnStep, this, Context));
    }

    public override void Cancel()
    {
        if (_mayEnd)
        {
            _cancellation = Context.FindCancellation();
            _wait.Withdraw(WaitOutcome.Cancelled);
        }
    }

    public override string ToString() => _wait.Describe();

    ValueTaskSourceStatus IValueTaskSource<WaitOutcome>.GetStatus(short token) => _isOver ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    WaitOutcome IValueTaskSource<WaitOutcome>.GetResult(short token)
    {
        if (_outcome == WaitOutcome.Cancelled && _cancellation is not null)
        {
            // Thrown by who knows what else there is to do, such as to take a condition's lock again.
            _wait.Interrupt(_cancellation.ToException());
        }

        return _outcome;
    }

    void IValueTaskSource<WaitOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_isOver)
        {
            Context.Loop.Post(new Step(continuation, state, Context));
            return;
        }

        _continuation = continuation;
        _state = state;
    }

    internal override void OnExpired() => _wait.Withdraw(WaitOutcome.TimedOut);

    private void GoOn()
    {
        Leave();
        Context.Loop.CancelTimer(this);
        _isOver = true;
        _continuation?.Invoke(_state);
    }
}
