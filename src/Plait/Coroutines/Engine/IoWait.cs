namespace Plait.Coroutines.Engine;

/// <summary>
/// A call on a descriptor that would have blocked, and is tried again when the descriptor is ready, in a step in which whoever awaits it goes on: so what it brings is used
/// while it is in the cache, and a cancellation finds it either not done or over. Used again for each wait of the same kind.
/// </summary>
internal abstract class IoWait(EventLoop loop, LoopDescriptor descriptor) : SourceWait
{
    private static readonly Action<object?> s_goOn = static state => ((IoWait)state!).GoOn();

    private bool _isWaiting;
    private bool _isQueued;

    protected LoopDescriptor Descriptor => descriptor;

    protected EventLoop Loop => loop;

    /// <summary>What the call failed with, or that its time was over.</summary>
    protected Exception? Failure { get; set; }

    protected sealed override bool HasFailed => Failure is not null;

    public bool IsWaiting => _isWaiting;

    /// <summary>Whether it waits, or its result has not been asked for.</summary>
    protected bool IsBusy => _isWaiting || IsOver;

    /// <summary>The descriptor is ready, for all that is known.</summary>
    public void OnReady()
    {
        if (!_isQueued)
        {
            _isQueued = true;
            loop.Enqueue(s_goOn, this, Context);
        }
    }

    /// <summary>The descriptor is about to be closed: whoever waits throws.</summary>
    public void Fail(Exception error)
    {
        if (_isWaiting)
        {
            Stop();
            Failure = error;
            Complete(next: false);
        }
    }

    /// <summary>Makes the call. False: it would have blocked.</summary>
    protected abstract bool TryCall();

    /// <summary>Enters it in the descriptor, or leaves it.</summary>
    protected abstract void SetPlace(IoWait? wait);

    /// <summary>What it throws when its time is over.</summary>
    protected abstract Exception NewTimeout();

    /// <summary>Waits, in a context, until a deadline.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits already.</exception>
    protected void Begin(CoroutineContext context, long deadline)
    {
        Enter(context);
        _isWaiting = true;
        SetPlace(this);
        loop.SetTimer(this, deadline);
        loop.Poller.OnWaiting(descriptor);
    }

    /// <inheritdoc/>
    public sealed override void GetResult(short token)
    {
        Exception? failure = Failure;
        Failure = null;
        Finish(token);
        if (failure is not null)
        {
            throw failure;
        }
    }

    internal sealed override void OnExpired() => Fail(NewTimeout());

    protected sealed override void Stop()
    {
        loop.CancelTimer(this);
        _isWaiting = false;
        SetPlace(null);
    }

    protected sealed override void Recycle()
    {
        // It belongs to its descriptor.
    }

    private void GoOn()
    {
        _isQueued = false;
        if (!_isWaiting)
        {
            return;
        }

        if (SynchronizationContext.Current != Context)
        {
            // Another wait than the one this step was for.
            OnReady();
        }
        else if (IsThrough())
        {
            Stop();
            CompleteHere();
        }
        else
        {
            loop.Poller.OnWaiting(descriptor);
        }
    }

    private bool IsThrough()
    {
        try
        {
            return TryCall();
        }
        catch (Exception error)
        {
            // For whoever awaits it.
            Failure = error;
            return true;
        }
    }
}
