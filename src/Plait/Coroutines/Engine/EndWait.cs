namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits for the end of another one of its loop.</summary>
internal sealed class EndWait : CoroutineWait
{
    // Goes on with the wait as what cut it short, so that the awaiter, which is a value of its own, finds it.
    private static readonly Action<object?> GoOnCutShort = static state => ((EndWait)state!).GoOn();

    private readonly Coroutine _awaited;
    private readonly Action _continuation;
    private CoroutineContext.Cancellation? _cancellation;

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

    public override object? Work => _continuation;

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
            CoroutineContext context = CoroutineContext.Require("Await of a coroutine");
            if (context.Loop.CutShort is { } wait && wait._awaited == awaited)
            {
                throw wait._cancellation!.ToException();
            }

            context.ThrowIfCancelled();
            throw new InvalidOperationException($"Coroutine '{awaited.Name}' has not ended: await it.");
        }
    }

    /// <summary>The coroutine has ended.</summary>
    /// <param name="next">Whether it goes on before all others that could.</param>
    public void End(bool next)
    {
        _awaited.RemoveJoiner(this);
        Leave();
        var step = new Step(_continuation, null, Context);
        if (next)
        {
            Context.Loop.EnqueueNext(step);
        }
        else
        {
            Context.Loop.Enqueue(step);
        }
    }

    public override void Cancel()
    {
        _cancellation = Context.FindCancellation();
        _awaited.RemoveJoiner(this);
        Leave();
        Context.Loop.Enqueue(new Step(GoOnCutShort, this, Context));
    }

    private void GoOn()
    {
        EventLoop loop = Context.Loop;
        loop.CutShort = this;
        try
        {
            _continuation();
        }
        finally
        {
            loop.CutShort = null;
        }
    }

    public override string ToString() => $"the end of coroutine '{_awaited.Name}'";
}
