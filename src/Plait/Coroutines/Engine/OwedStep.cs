namespace Plait.Coroutines.Engine;

/// <summary>A step from another thread that is owed an answer: it runs, or is refused because the loop has ended.</summary>
internal abstract class OwedStep
{
    private static readonly Action<object?> s_run = static self => ((OwedStep)self!).Run();

    /// <summary>Has it run in a context, or none. On the loop's thread it is only entered. False: the loop has ended, and it was refused.</summary>
    public bool TryPost(EventLoop loop, CoroutineContext? context)
    {
        if (loop.TryPost(new Step(s_run, this, context)))
        {
            return true;
        }

        Refuse();
        return false;
    }

    /// <summary>The loop has ended, and does not run it. More than once does no harm.</summary>
    public abstract void Refuse();

    protected abstract void Run();
}
