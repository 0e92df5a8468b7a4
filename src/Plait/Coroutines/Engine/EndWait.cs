namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits for the end of another one of its loop.</summary>
internal sealed class EndWait : CoroutineWait
{
    private readonly Coroutine _awaited;
    private readonly Action _continuation;

    private EndWait(Coroutine awaited, Action continuation, CoroutineContext context)
    {
        _awaited = awaited;
        _continuation = continuation;
        Enter(context);
        awaited.AddJoiner(this);
    }

    public override bool IsInside => true;

    /// <summary>Neighbours in the list of those who wait for the same coroutine. Belong to that one.</summary>
    public EndWait? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public EndWait? Previous { get; set; }

    /// <summary>Calls back once the coroutine has ended, or the wait is cancelled.</summary>
    public static void Begin(Coroutine awaited, Action continuation)
    {
        if (CoroutineContext.Current is { } context && context.Loop == awaited.Loop && awaited.Loop.IsOnLoop)
        {
            // In a cancelled context there is nothing to wait for: whoever goes on throws.
            if (!awaited.IsAlive || context.FindCancellation() is not null)
            {
                awaited.Loop.Enqueue(new Step(continuation, null, context));
            }
            else
            {
                _ = new EndWait(awaited, continuation, context);
            }
        }
        else
        {
            awaited.Observe();
            awaited.GetTask().GetAwaiter().UnsafeOnCompleted(continuation);
        }
    }

    /// <summary>Throws when a cancellation has ended the wait, and not the end of the coroutine.</summary>
    public static void ThrowIfCutShort(Coroutine awaited)
    {
        if (awaited.IsAlive)
        {
            CoroutineContext.Require("Await of a coroutine").ThrowIfCancelled();
            throw new InvalidOperationException($"Coroutine '{awaited.Name}' has not ended: await it.");
        }
    }

    /// <summary>The coroutine has ended.</summary>
    public void End()
    {
        _awaited.RemoveJoiner(this);
        Leave();
        Context.Loop.EnqueueNext(new Step(_continuation, null, Context));
    }

    public override void Cancel()
    {
        _awaited.RemoveJoiner(this);
        Leave();
        Context.Loop.Enqueue(new Step(_continuation, null, Context));
    }

    public override string ToString() => $"the end of coroutine '{_awaited.Name}'";
}
