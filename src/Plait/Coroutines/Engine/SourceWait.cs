using System.Threading.Tasks.Sources;

namespace Plait.Coroutines.Engine;

/// <summary>A wait that is handed out as a <see cref="ValueTask"/>, and used again for the next: none is made for a wait once its loop has some.</summary>
internal abstract class SourceWait : CoroutineWait, IValueTaskSource
{
    private Action<object?>? _continuation;
    private object? _state;
    private CoroutineContext.Cancellation? _cancellation;
    private short _version;
    private bool _isOver;
    private bool _usesContext;

    public sealed override object? Work => _state ?? _continuation;

    /// <summary>To be awaited once.</summary>
    public ValueTask Task => new(this, _version);

    /// <summary>Which use of it this is.</summary>
    protected short Version => _version;

    /// <summary>Whether it is over, and nobody has asked for the result.</summary>
    protected bool IsOver => _isOver;

    /// <summary>Whether it has ended with an error, and not by a cancellation.</summary>
    protected virtual bool HasFailed => false;

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return !_isOver ? ValueTaskSourceStatus.Pending : _cancellation?.Status ?? (HasFailed ? ValueTaskSourceStatus.Faulted : ValueTaskSourceStatus.Succeeded);
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        CoroutineContext context = SynchronizationContext.Current == Context ? Context : CoroutineContext.Current ?? Context;
        if (_isOver)
        {
            context.Loop.Post(new Step(continuation, state, context));
            return;
        }

        // Where it is awaited it goes on, which may be in another scope than where it began.
        _continuation = continuation;
        _state = state;
        _usesContext = flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
        if (context != Context && context.Root == Context.Root)
        {
            Context = context;
            if (context.FindCancellation() is not null)
            {
                Cancel();
            }
        }
    }

    public virtual void GetResult(short token) => Finish(token);

    public sealed override void Cancel()
    {
        Stop();
        _cancellation = Context.FindCancellation();
        End(next: false);
    }

    /// <summary>What is over is asked for its result: throws when it was cancelled. It may be used again from here on.</summary>
    protected void Finish(short token)
    {
        Check(token);
        if (!_isOver)
        {
            throw new InvalidOperationException("It is not over: await it instead of asking for its result.");
        }

        CoroutineContext.Cancellation? cancellation = _cancellation;
        _version++;
        (_isOver, _cancellation, _continuation, _state) = (false, null, null, null);
        Recycle();
        if (cancellation is not null)
        {
            throw cancellation.ToException();
        }
    }

    /// <summary>What it waited for has happened.</summary>
    protected void Complete(bool next) => End(next);

    /// <summary>It is cancelled: nothing is to happen any more.</summary>
    protected abstract void Stop();

    /// <summary>It may be used for another wait.</summary>
    protected abstract void Recycle();

    /// <summary>What it waited for has happened in a step of its own, in which whoever awaits it goes on.</summary>
    protected void CompleteHere()
    {
        Leave();
        _isOver = true;
        if (_continuation is not { } continuation)
        {
            return;
        }

        if (!_usesContext)
        {
            // Code that wants no context would see it as a reason to continue on the thread pool.
            SynchronizationContext.SetSynchronizationContext(null);
        }

        continuation(_state);
    }

    private void End(bool next)
    {
        Leave();
        _isOver = true;
        if (_continuation is { } continuation)
        {
            var step = new Step(continuation, _state, Context);
            if (next)
            {
                Context.Loop.EnqueueNext(step);
            }
            else
            {
                Context.Loop.Enqueue(step);
            }
        }
    }

    private void Check(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("A ValueTask is to be awaited once. Use AsTask() to await it several times.");
        }
    }
}
