using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using Plait.Coroutines.Engine;
using Plait.Synchronization.Engine;

namespace Plait.Coroutines;

/// <summary>
/// What a step of a coroutine runs in: the <see cref="Coroutines.Coroutine"/> itself, or a scope inside it. As the <see cref="SynchronizationContext"/> of the step it
/// is what every await returns to, of our own waits and of foreign tasks alike.
/// </summary>
public abstract class CoroutineContext : SynchronizationContext, ITurn
{
    // By the loop's thread; read by any.
    private volatile Cancellation? _cancellation;

    private protected CoroutineContext(EventLoop loop) => Loop = loop;

    /// <summary>Where it runs.</summary>
    public EventLoop Loop { get; }

    /// <summary>The coroutine that this is, or that this is inside of.</summary>
    public abstract Coroutine Root { get; }

    /// <summary>The context around this one; null for a coroutine.</summary>
    internal virtual CoroutineContext? Outer => null;

    /// <summary>Whether what happens to contexts further out does not reach in here.</summary>
    private protected virtual bool IsShield => false;

    /// <summary>That of the step that runs on this thread; null outside of coroutines. Only the loop sets it, and only on its own thread.</summary>
    internal static new CoroutineContext? Current => SynchronizationContext.Current as CoroutineContext;

    ITurnTaker ITurn.Taker => Root;

    private protected bool IsCancelled => _cancellation is not null;

    /// <inheritdoc/>
    public sealed override SynchronizationContext CreateCopy() => this;

    /// <summary>
    /// Runs a callback as a step in this context, soon. From any thread. Once the loop has ended nothing happens: a foreign task may end later than a coroutine that was given up.
    /// </summary>
    /// <param name="d">The callback. What it throws is told by <see cref="EventLoop.UnhandledException"/>.</param>
    /// <param name="state">What it is given.</param>
    public sealed override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        _ = Loop.TryPost(new Step(d, state, this));
    }

    /// <summary>Runs a callback in this context and blocks until it is over: at once where this is the loop's thread.</summary>
    /// <param name="d">The callback. What it throws is thrown here.</param>
    /// <param name="state">What it is given.</param>
    /// <exception cref="EventLoopClosedException">The loop has ended.</exception>
    public sealed override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (Loop.IsOnLoop)
        {
            d(state);
            return;
        }

        var sent = new SentCallback(Loop, d, state);
        _ = sent.TryPost(Loop, this);
        sent.Wait();
    }

    ITurnWait ITurn.NewWait(AsyncWait wait, bool mayEnd) => new GrantWait(this, wait, mayEnd);

    /// <summary>That of the step that runs.</summary>
    /// <param name="what">What needs it, for the message.</param>
    /// <exception cref="InvalidOperationException">None runs.</exception>
    internal static CoroutineContext Require(string what)
    {
        CoroutineContext? context = Current;
        if (context is null)
        {
            ThrowOutside(what);
        }

        return context;
    }

    /// <summary>That of the step that runs, which is one of a loop. Code in between that wants no context, such as that of streams, counts as part of who used the object last.</summary>
    /// <exception cref="InvalidOperationException">None of that loop runs.</exception>
    internal static CoroutineContext RequireOf(EventLoop loop, CoroutineContext? last, string what)
    {
        // Mostly the same one again, which needs no look at its type.
        SynchronizationContext? current = SynchronizationContext.Current;
        if (current is not null && current == last)
        {
            return last;
        }

        var context = current as CoroutineContext;
        if (context?.Loop == loop)
        {
            return context;
        }

        context = context is null && loop.IsOnLoop ? last : null;
        if (context is null)
        {
            ThrowElsewhere(loop, what);
        }

        return context;
    }

    /// <summary>Throws when this context, or one around it, is cancelled: what the outermost of those was cancelled for.</summary>
    internal void ThrowIfCancelled()
    {
        if (FindCancellation() is { } cancellation)
        {
            throw cancellation.ToException();
        }
    }

    internal Cancellation? FindCancellation()
    {
        Cancellation? found = null;
        for (CoroutineContext? context = this; context is not null; context = context.IsShield ? null : context.Outer)
        {
            found = context._cancellation ?? found;
        }

        return found;
    }

    /// <summary>Cancels this context, if nothing has: waits in it end, and each further one throws. On the loop's thread.</summary>
    private protected void Cancel(Cancellation cancellation)
    {
        if (_cancellation is null)
        {
            _cancellation = cancellation;
            Loop.Cancellations++;
            Root.EndWaits(this);
        }
    }

    /// <summary>Whether a cancellation of another context reaches this one.</summary>
    internal bool IsReachedBy(CoroutineContext other)
    {
        for (CoroutineContext? context = this; context is not null; context = context.IsShield ? null : context.Outer)
        {
            if (context == other)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What it was cancelled for no longer matters. On the loop's thread.</summary>
    private protected void Forget()
    {
        if (_cancellation is not null)
        {
            _cancellation = null;
            Loop.Cancellations--;
        }
    }

    [DoesNotReturn]
    private static void ThrowElsewhere(EventLoop loop, string what) => throw new InvalidOperationException(
        $"{what} of event loop '{loop.Name}' is for coroutines of that loop, and none runs here. Code behind ConfigureAwait(false) or in Task.Run has left its coroutine.");

    [DoesNotReturn]
    private static void ThrowOutside(string what) => throw new InvalidOperationException(
        $"{what} needs a coroutine, and none runs on this thread. Start one with EventLoop.Run or loop.Spawn; code behind ConfigureAwait(false) or in Task.Run has left its coroutine.");

    /// <summary>Why a context is cancelled.</summary>
    internal abstract class Cancellation
    {
        /// <summary>How a task ends that throws it.</summary>
        public virtual ValueTaskSourceStatus Status => ValueTaskSourceStatus.Canceled;

        /// <summary>A new one each time: it is thrown by many waits.</summary>
        public abstract Exception ToException();
    }
}
