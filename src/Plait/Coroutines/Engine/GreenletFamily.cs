using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Plait.Coroutines.Engine;

/// <summary>
/// All greenlets of one thread, and the transfers between them. Its fields belong to the one thread of it that has the turn. Specification: docs/design/greenlets.md.
/// </summary>
internal sealed partial class GreenletFamily
{
    [ThreadStatic]
    private static GreenletFamily? t_current;

    // Where async functions run, and the thread's own code.
    private readonly GreenletThread _home = new();
    private readonly Thread _thread = Thread.CurrentThread;
    private int _ids;

    // The transfer under way: a target, and a value or an error.
    private Greenlet? _target;
    private object? _value;
    private Exception? _error;

    // A switch was asked for in an async function and not awaited yet.
    private bool _isOffered;

    private Action<GreenletTransfer>? _trace;
    private bool _isTracing;

    // How a transfer has gone: a step was done and left the next, who blocks here is back, or the target's place is another thread.
    private enum Way
    {
        On,
        Back,
        Elsewhere,
    }

    private GreenletFamily()
    {
        Main = new Greenlet(this, _home);
        Current = Main;
    }

    /// <summary>That of this thread; made when first asked for.</summary>
    public static GreenletFamily OfThread => t_current ?? Make();

    /// <summary>The thread's own code.</summary>
    public Greenlet Main { get; }

    /// <summary>Who runs.</summary>
    public Greenlet Current { get; private set; }

    public Action<GreenletTransfer>? Trace
    {
        get => _trace;
        set => _trace = value;
    }

    public int NextId() => _ids++;

    /// <summary>Throws unless this thread is one of the family's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ThrowUnlessHere(Greenlet target)
    {
        if (t_current != this)
        {
            ThrowElsewhere(target);
        }
    }

    /// <summary>Whether an async function has asked for the switch it is about to await.</summary>
    public bool IsOfferedBy(Greenlet self) => Current == self && _isOffered;

    /// <summary>Keeps the transfer that an async function is about to await. On a thread of the family.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(Greenlet target, object? value, Exception? error)
    {
        if (_target is not null)
        {
            ThrowOffered();
        }

        _target = target;
        _value = value;
        if (error is not null)
        {
            _error = error;
        }

        _isOffered = true;
    }

    /// <summary>The async function that asked for a switch awaits it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Accept() => _isOffered = false;

    /// <summary>What an async function finds when it goes on.</summary>
    public object? TakeFor(Greenlet self)
    {
        if (Current != self || _target is not null)
        {
            ThrowLeft(self);
        }

        return Take();
    }

    /// <summary>Switches, and blocks until somebody switches back. For who blocks: the thread's own code, and greenlets with a thread.</summary>
    public object? SwitchNow(Greenlet target, object? value, Exception? error)
    {
        GreenletThread here = Current.Thread!;
        if (_target is not null)
        {
            ThrowOffered();
        }

        if (_hasLost)
        {
            EndLost();
        }

        (_target, _value, _error) = (target, value, error);
        if (here == _home)
        {
            RunHome();
        }
        else
        {
            RunUntilBack(here);
        }

        return Take();
    }

    /// <summary>What was sent to who runs; thrown if it is an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public object? Take()
    {
        if (_error is not null)
        {
            ThrowError();
        }

        object? value = _value;
        _value = null;
        return value;
    }

    /// <summary>The one that runs has ended: what it returned or threw goes to its parent.</summary>
    public void End(object? value, Exception? error)
    {
        Greenlet ended = Current;
        _isOffered = false;
        (_value, _error) = error is GreenletExitException ? (error, null) : (value, error);
        _target = ended.Die();
    }

    // Nothing of the caller's context: what an async function of a greenlet awaits must not come back through it.
    private void RunHome()
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        if (outer is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        bool isBack = false;
        try
        {
            RunUntilBack(_home);
            isBack = true;
        }
        finally
        {
            if (!isBack)
            {
                // Only what calls the awaiter by hand can throw through here.
                (Current, _target, _isOffered) = (Main, null, false);
            }

            if (outer is not null)
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }
    }

    // Holds no greenlet while it waits: those that nobody else holds are lost, and their threads end.
    private void RunUntilBack(GreenletThread here)
    {
        while (true)
        {
            switch (Transfer(here))
            {
                case Way.Back:
                    return;
                case Way.Elsewhere when PassOn():
                    here.Wait();
                    ThrowIfDoomed(here);
                    break;
                default:
                    break;
            }
        }
    }

    // The target goes on, if its place is here: one that blocks here is back; an async function does its step, and leaves the next transfer. A call for each, and not a loop: so the compiler comes to optimise it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Way Transfer(GreenletThread here)
    {
        Greenlet target = Resolve();
        GreenletThread? place = target.Thread;
        if (place is null ? here != _home : place != here)
        {
            return Way.Elsewhere;
        }

        if (!Arrive())
        {
            return Way.On;
        }

        if (place is not null)
        {
            return Way.Back;
        }

        target.Step();
        if (_target is null || _isOffered)
        {
            EndStep(target);
        }

        return Way.On;
    }

    // The next that can go on. Each of the dead passes it on to its parent; the main one does not die while there is a transfer.
    private Greenlet Resolve()
    {
        Greenlet target = _target!;
        while (target.CannotGoOn(_error))
        {
            if (target.IsDead)
            {
                if (_error is GreenletExitException)
                {
                    (_value, _error) = (_error, null);
                }

                target = target.Parent!;
                _target = target;
            }
            else
            {
                // Thrown into before it has begun. What the trace throws takes the place of the error.
                if (Arrive())
                {
                    End(null, _error);
                }

                target = _target!;
            }
        }

        return target;
    }

    // The target runs from here on. False when that has ended it.
    private bool Arrive()
    {
        Greenlet origin = Current;
        Current = _target!;
        _target = null;
        return _trace is null || Tell(origin);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What the trace throws is thrown in the greenlet that goes on.")]
    private bool Tell(Greenlet origin)
    {
        // For as long, nobody else may be switched to.
        (_isTracing, _target) = (true, Current);
        try
        {
            _trace!(new GreenletTransfer(origin, Current, _error is not null));
            (_isTracing, _target) = (false, null);
        }
        catch (Exception error)
        {
            (_isTracing, _target) = (false, null);
            (_trace, _value, _error) = (null, null, error);
            if (!Current.HasBegun)
            {
                End(null, error);
                return false;
            }
        }

        return true;
    }

    // The async function that runs has come back without a transfer that it awaits.
    private void EndStep(Greenlet target)
    {
        bool isForgotten = _isOffered;
        (_target, _isOffered, _value, _error) = (null, false, null, null);
        (bool isOver, object? value, Exception? error) = target.Outcome();
        if (!isOver)
        {
            error = new GreenletException(
                $"{target} awaits something else than a switch, and has ended here: nobody would call it when that has happened. Block in a greenlet with a thread of its own (Greenlet.OnThread), or make it a coroutine.");
        }
        else if (isForgotten && error is null)
        {
            error = new GreenletException($"{target} has asked for a switch and has ended without awaiting it: await each switch.");
        }

        End(value, error);
    }

    private static GreenletFamily Make()
    {
        var family = new GreenletFamily();
        t_current = family;
        t_owner = new Owner(family);
        return family;
    }

    [DoesNotReturn]
    private void ThrowError()
    {
        Exception error = _error!;
        (_value, _error) = (null, null);
        ExceptionDispatchInfo.Throw(error);
    }

    [DoesNotReturn]
    private void ThrowElsewhere(Greenlet target) => throw new GreenletException(
        $"{target} belongs to thread {_thread.ManagedThreadId}{(_thread.Name is { } name ? $" '{name}'" : string.Empty)}{(_isOver ? ", which has ended" : string.Empty)}, and this is another one: greenlets of one thread switch to each other.");

    [DoesNotReturn]
    private void ThrowOffered()
    {
        Greenlet self = Current;
        throw new GreenletException(
            _isTracing
                ? "Greenlet.Trace looks at a transfer, and cannot switch itself."
                : _isOffered
                ? $"{self} has asked for a switch to {_target} and not awaited it: await each switch before the next."
                : $"{self} is switching to {_target}, and asks for another switch beside it: an async function does one after the other.");
    }

    [DoesNotReturn]
    private void ThrowLeft(Greenlet self) => throw new GreenletException(
        Current == self
            ? $"{self} is switching to {_target}, and awaits another switch beside it: an async function does one after the other."
            : $"{self} does not run: its switch is to be awaited where it was asked for, once.");
}
