namespace Plait.Coroutines.Engine;

/// <summary>Something of ours that a coroutine waits for: in the coroutine's list while it does, so that a cancellation finds it. On the loop's thread.</summary>
internal abstract class CoroutineWait : LoopTimer
{
    // Belong to the coroutine.
    internal CoroutineWait? NextWait;
    internal CoroutineWait? PreviousWait;

    /// <summary>Where it goes on, and whose cancellation ends it.</summary>
    public CoroutineContext Context { get; protected set; } = null!;

    /// <summary>Whether only coroutines of the same loop can end it.</summary>
    public virtual bool IsInside => false;

    /// <summary>What goes on when it is over: the state or the callback of the step to come. Null while nobody awaits it.</summary>
    public abstract object? Work { get; }

    /// <summary>A cancellation has reached it: it ends without what it waited for, and whoever awaits it throws.</summary>
    public abstract void Cancel();

    /// <summary>It begins.</summary>
    /// <exception cref="CoroutineKilledException">The context is cancelled.</exception>
    protected void Enter(CoroutineContext context)
    {
        if (context.Loop.Cancellations != 0)
        {
            context.ThrowIfCancelled();
        }

        Join(context);
    }

    /// <summary>It begins, also in a context that is cancelled.</summary>
    protected void Join(CoroutineContext context)
    {
        Context = context;
        context.Root.Add(this);
        if (IsInside)
        {
            context.Loop.InsideWaits++;
        }
    }

    /// <summary>It is over.</summary>
    protected void Leave()
    {
        Context.Root.Remove(this);
        if (IsInside)
        {
            Context.Loop.InsideWaits--;
        }
    }

    internal override void OnExpired() => throw new InvalidOperationException($"{GetType().Name} has no deadline.");
}
