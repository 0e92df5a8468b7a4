using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>
/// A function that hands the thread to another one by name, and goes on when somebody switches back to it: symmetric coroutines, switched by hand, after Python's greenlets. It needs no loop: a greenlet
/// belongs to the thread that made it, and only greenlets of one thread switch to each other. One of them runs at any time.
/// </summary>
/// <remarks>
/// <para>There are two kinds, with the same semantics, which may be mixed. An async function awaits its switches: <c>object? answer = await other.Switch(value)</c>; all of those of a thread run on that thread. Code that
/// cannot be async has a thread of its own, made by <see cref="OnThread(Func{object?, object?}, Greenlet?, string?)"/>, and its switches block: <c>object? answer = other.Switch(value).Value</c>. So do those of a thread's own
/// code, which is the thread's main greenlet.</para>
/// <para>An async function awaits switches, and other async methods that do; on an await of anything else it ends with a <see cref="GreenletException"/>, because nobody would call it when that has happened.</para>
/// <para>Members are for the greenlet's own thread unless they say otherwise.</para>
/// </remarks>
public sealed partial class Greenlet : IDisposable, IAsyncDisposable
{
    private readonly string? _name;
    private readonly int _id;

    private Greenlet? _parent;

    /// <summary>Makes a greenlet out of an async function. The function begins with the first switch.</summary>
    /// <param name="function">It is given what the first switch sends, and returns what its parent is sent.</param>
    /// <param name="parent">Where the thread goes when the function ends: a greenlet of this thread. Default: null, the one that runs.</param>
    /// <param name="name">What it is called in messages. Default: null, greenlet-ID.</param>
    /// <exception cref="ArgumentException">The parent belongs to another thread.</exception>
    public Greenlet(Func<object?, Task<object?>> function, Greenlet? parent = null, string? name = null)
        : this(Checked(function), parent, name, isOnThread: false)
    {
    }

    /// <summary>Makes a greenlet out of an async function that returns nothing: its parent is sent null.</summary>
    /// <inheritdoc cref="Greenlet(Func{object?, Task{object?}}, Greenlet?, string?)"/>
    public Greenlet(Func<object?, Task> function, Greenlet? parent = null, string? name = null)
        : this(Checked(function), parent, name, isOnThread: false)
    {
    }

    private Greenlet(Delegate function, Greenlet? parent, string? name, bool isOnThread)
    {
        Family = GreenletFamily.OfThread;
        if (Family.HasLost)
        {
            Family.EndLost();
        }

        _parent = parent is null ? Family.Current : CheckedParent(parent);
        _name = name;
        _id = Family.NextId();
        _work = function;
        _flow = ExecutionContext.Capture();
        if (isOnThread)
        {
            Thread = new GreenletThread();
            _loss = new Loss(this);
        }
    }

    /// <summary>The thread's own code.</summary>
    internal Greenlet(GreenletFamily family, GreenletThread home)
    {
        Family = family;
        Thread = home;
        _id = family.NextId();
        _name = "main";
        _phase = Phase.Begun;
    }

    /// <summary>
    /// A greenlet with a thread was lost: its object was collected while it was suspended, or the thread that made it has ended. Its own thread is ended too: by <see cref="GreenletExitException"/>, so that <c>finally</c>
    /// blocks run, at the next switch or the next greenlet made there. Raised on the finalizer's thread, and once more on that of the greenlets if its end throws. Without a handler it is told on standard error.
    /// </summary>
    /// <remarks>
    /// C# counts no references, so the end of the last one does not end a greenlet at once, as it does in Python: dispose it, throw into it, or let its function return. An async function that is lost is only memory,
    /// and collected without a word: its <c>finally</c> blocks do not run.
    /// </remarks>
    public static event EventHandler<GreenletLeakedEventArgs>? Leaked;

    /// <summary>The one that runs on this thread: outside of all others, the thread's main one.</summary>
    public static Greenlet Current => GreenletFamily.OfThread.Current;

    /// <summary>
    /// Called on each transfer between greenlets of this thread, in the one that goes on, before it does. Default: null, nothing. What it throws is thrown in that one, and ends the tracing. It must not switch.
    /// </summary>
    public static Action<GreenletTransfer>? Trace
    {
        get => GreenletFamily.OfThread.Trace;
        set => GreenletFamily.OfThread.Trace = value;
    }

    /// <summary>Its number among the greenlets of its thread; 0 is the main one.</summary>
    public int Id => _id;

    /// <summary>What it is called: the name it was given, or greenlet-ID; "main" for a thread's own code.</summary>
    public string Name => _name ?? $"greenlet-{_id}";

    /// <summary>Whether it is a thread's own code. That has no parent, and ends with the thread.</summary>
    public bool IsMain => this == Family.Main;

    /// <summary>Whether it has a thread of its own, so that its switches block.</summary>
    public bool IsOnThread => Thread is not null && !IsMain;

    /// <summary>Where it is in its life. For all threads; of another thread's it is a snapshot.</summary>
    public GreenletState State => _phase switch
    {
        Phase.Dead => GreenletState.Dead,
        _ when Family.IsOver && (HasBegun || IsMain) => GreenletState.Dead,
        Phase.Pending => GreenletState.Pending,
        _ => Family.Current == this ? GreenletState.Running : GreenletState.Suspended,
    };

    /// <summary>Whether it has not ended. For all threads.</summary>
    public bool IsAlive => State != GreenletState.Dead;

    /// <summary>Where the thread goes when its function ends, with what that returned or threw; null only for a main one, which has none.</summary>
    /// <exception cref="ArgumentNullException">It was set to null.</exception>
    /// <exception cref="ArgumentException">It was set to a greenlet of another thread, or to one whose parents lead here.</exception>
    /// <exception cref="InvalidOperationException">It was set for a main one.</exception>
    /// <exception cref="GreenletException">It was set on another thread than its own.</exception>
    public Greenlet? Parent
    {
        get => _returnTo ?? _parent;

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Family.ThrowUnlessHere(this);
            if (IsMain)
            {
                throw new InvalidOperationException("The main greenlet of a thread has no parent: it ends with the thread.");
            }

            _ = CheckedParent(value);
            for (Greenlet? next = value; next is not null; next = next._parent)
            {
                if (next == this)
                {
                    throw new ArgumentException($"{value} cannot be the parent of {this}: its own parents lead back there.", nameof(value));
                }
            }

            _parent = value;
        }
    }

    /// <summary>Makes a greenlet with a thread of its own, for code that cannot be async. The thread begins with the first switch, is a background thread, and ends with the function.</summary>
    /// <param name="function">It is given what the first switch sends, and returns what its parent is sent. Its switches block: <see cref="GreenletSwitch.Value"/>.</param>
    /// <param name="parent">Where the thread goes when the function ends: a greenlet of this thread. Default: null, the one that runs.</param>
    /// <param name="name">What it is called in messages, and its thread. Default: null, greenlet-ID.</param>
    /// <returns>The greenlet. Dispose it: a suspended one keeps its thread.</returns>
    /// <exception cref="ArgumentException">The parent belongs to another thread.</exception>
    /// <remarks>Where the system refuses the thread, the greenlet is dead, and <see cref="Threads.ThreadStartRefusedException"/> is thrown in its parent.</remarks>
    public static Greenlet OnThread(Func<object?, object?> function, Greenlet? parent = null, string? name = null) =>
        new(Checked(function), parent, name, isOnThread: true);

    /// <summary>Makes a greenlet with a thread of its own out of a function that returns nothing: its parent is sent null.</summary>
    /// <inheritdoc cref="OnThread(Func{object?, object?}, Greenlet?, string?)"/>
    public static Greenlet OnThread(Action<object?> function, Greenlet? parent = null, string? name = null)
    {
        _ = Checked(function);
        return OnThread(
            value =>
            {
                function(value);
                return null;
            },
            parent,
            name);
    }

    /// <summary>Its name and state. For all threads.</summary>
    /// <returns>As in "greenlet-3 (suspended)".</returns>
#pragma warning disable CA1308 // The state as a word of a sentence.
    public override string ToString() => $"Greenlet '{Name}' ({State.ToString().ToLowerInvariant()})";
#pragma warning restore CA1308

    private static Delegate Checked(Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }

    private Greenlet CheckedParent(Greenlet parent) => parent.Family == Family
        ? parent
        : throw new ArgumentException($"{parent} cannot be the parent of a greenlet of this thread: it belongs to another one.", nameof(parent));
}
