using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <content>From its beginning to its end. By the thread of its family that has the turn.</content>
public sealed partial class Greenlet
{
    private static readonly ContextCallback s_begin = static self => ((Greenlet)self!).BeginHere();

    // The function, before it begins; then, of an async one, its task.
    private object? _work;

    // The values of AsyncLocal that flow into it; null where the flow is suppressed, and once it has begun.
    private ExecutionContext? _flow;

    // Where an async function is suspended.
    private Action? _continuation;

    // Who waits for its end, instead of its parent.
    private Greenlet? _returnTo;

    private Phase _phase;

    // Of one with a thread: finalized together with it.
    private readonly Loss? _loss;

    private enum Phase : byte
    {
        Pending,
        Begun,
        Dead,
    }

    internal GreenletFamily Family { get; }

    /// <summary>Where it blocks: a thread of its own, or, for the main one, that of the family; null for an async function.</summary>
    internal GreenletThread? Thread { get; }

    internal bool IsDead => _phase == Phase.Dead;

    internal bool HasBegun => _phase != Phase.Pending;

    /// <summary>Tells of a greenlet that was lost.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The finalizer's thread must survive what a handler throws.")]
    internal static void TellLeaked(string name, Exception? error)
    {
        try
        {
            if (Leaked is { } handlers)
            {
                handlers(null, new GreenletLeakedEventArgs(name, error));
                return;
            }

            Console.Error.WriteLine(
                $"Greenlet '{name}' was lost while it was suspended, and its thread is ended{(error is null ? string.Empty : $", which threw {error}")}. Dispose it, throw into it, or let its function return.");
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }

    /// <summary>Whether a transfer does not end here: it is dead, or is thrown into before it has begun.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool CannotGoOn(Exception? error) => _phase != Phase.Begun && (_phase == Phase.Dead || error is not null);

    /// <summary>Its async function awaits a switch. On its thread.</summary>
    internal void Stop(Action continuation)
    {
        // Nearly always the same: one method, one box.
        if (!ReferenceEquals(_continuation, continuation))
        {
            _continuation = continuation;
        }

        Family.Accept();
    }

    /// <summary>Runs its async function up to its next await.</summary>
    internal void Step()
    {
        if (_continuation is { } goOn)
        {
            goOn();
            return;
        }

        _phase = Phase.Begun;
        if (_flow is { } flow)
        {
            _flow = null;
            ExecutionContext.Run(flow, s_begin, this);
        }
        else
        {
            BeginHere();
        }
    }

    /// <summary>How its async function has ended, if it has.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the function throws is thrown in its parent.")]
    internal (bool IsOver, object? Value, Exception? Error) Outcome()
    {
        var task = (Task)_work!;
        if (!task.IsCompleted)
        {
            return default;
        }

        try
        {
            task.GetAwaiter().GetResult();
            return (true, task is Task<object?> typed ? typed.Result : null, null);
        }
        catch (Exception error)
        {
            return (true, null, error);
        }
    }

    /// <summary>The function of one with a thread, which it is about to run.</summary>
    internal Func<object?, object?> Begin()
    {
        var function = (Func<object?, object?>)_work!;
        ExecutionContext? flow = _flow;
        (_work, _flow, _phase) = (null, null, Phase.Begun);
        if (flow is not null)
        {
            ExecutionContext.Restore(flow);
        }

        return function;
    }

    /// <summary>It has ended, or never begins.</summary>
    /// <returns>Who is told.</returns>
    [SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "The finalizer of one that has ended has nothing to report.")]
    internal Greenlet Die()
    {
        if (_loss is not null)
        {
            GC.SuppressFinalize(_loss);
        }

        (_work, _flow, _continuation, _phase) = (null, null, null, Phase.Dead);
        return Parent!;
    }

    /// <summary>It was lost, and has not ended when it was told to.</summary>
    internal void WatchAgain()
    {
        if (!IsDead)
        {
            GC.ReRegisterForFinalize(_loss!);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the function throws is thrown in its parent.")]
    private void BeginHere()
    {
        try
        {
            // A function with a result is one without, by variance.
            _work = ((Func<object?, Task>)_work!)(Family.Take()) ?? throw new InvalidOperationException("The function of a greenlet returned null instead of a task.");
        }
        catch (Exception error)
        {
            _work = Task.FromException(error);
        }
    }

    private sealed class Loss(Greenlet greenlet)
    {
        // It is suspended, and nobody can switch to it any more. Where the thread of the family has ended, all its threads end by themselves.
        ~Loss()
        {
            if (greenlet._phase == Phase.Begun && !greenlet.Family.IsOver)
            {
                TellLeaked(greenlet.Name, null);
                greenlet.Family.AddLost(greenlet);
            }
        }
    }
}
