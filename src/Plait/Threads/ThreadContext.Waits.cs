using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Threads;

/// <content>
/// The sleep of the thread as a wait that the graph of waits knows, while the function itself awaits a task of an executor: the thread gives its place
/// to nobody before that task has ended. What an async method awaits that the function calls is not seen, and neither is what is awaited beside the
/// function: nothing is said then. Specification: docs/design/executor-waits.md.
/// </content>
internal sealed partial class ThreadContext
{
    // Of the own thread alone: the function's task, the last await of it that is known, and those of anybody here before the function had returned its task.
    private Task? _function;
    private bool _isFollowed;
    private IKnownAwait? _awaited;
    private List<IKnownAwait>? _early;

    // Guarded by _gate: what ends the sleep. Null while the thread is awake, or sleeps unknown.
    private TaskEnd? _sleep;
    private long _turn;

    /// <summary>The function of the context that the calling thread runs has returned its task, if it is one.</summary>
    public static void Follow(Task? function)
    {
        if (Current is ThreadContext context && context._thread == Thread.CurrentThread)
        {
            context._isFollowed = true;
            context._function = function;
            context._awaited = function is null ? null : context._early?.FindLast(known => known.Awaiter == function);
            context._early = null;
        }
    }

    /// <summary>Somebody here begins to await. Before that can end.</summary>
    public void OnAwait(IKnownAwait known)
    {
        if (Thread.CurrentThread != _thread || known.Awaiter is not { } awaiter)
        {
            return;
        }

        if (!_isFollowed)
        {
            (_early ??= []).Add(known);
        }
        else if (awaiter == _function)
        {
            // A method awaits one thing at a time: whatever it awaited before is over.
            _awaited = known;
        }
    }

    /// <summary>Whether the thread, which has nothing to do, would sleep in a way that the graph can know.</summary>
    private bool IsAwaitKnown => _awaited is { IsOver: false };

    /// <summary>Sleeps until there is something to do, or for no reason. What follows the await if that was given up.</summary>
    private (SendOrPostCallback Callback, object? State)? SleepKnown(IKnownAwait known)
    {
        TaskEnd? end = null;
        try
        {
            end = TaskEnd.OfThread();
            long turn = end.Begin(known.Awaited, known.Name, known.Place, isAwait: true);
            while (IsIdle(end, turn))
            {
                end.Wait();
            }
        }
        catch (DeadlockException deadlock)
        {
            _awaited = null;
            if (known.GiveUp(deadlock) is { } goOn)
            {
                return (static next => ((Action)next!)(), goOn);
            }
        }
        catch (Exception full) when (full is ScopeCapacityException or OutOfMemoryException)
        {
            // The graph has no room: the sleep is made without it.
            _awaited = null;
        }
        finally
        {
            lock (_gate)
            {
                _sleep = null;
            }

            end?.Over();
        }

        return null;
    }

    // Whoever brings something after this look finds the sleep, and ends it, even before it has begun.
    private bool IsIdle(TaskEnd end, long turn)
    {
        lock (_gate)
        {
            (_sleep, _turn) = (end, turn);
            return !_isTaskOver && _work.Count == 0;
        }
    }

    private (TaskEnd? Sleep, long Turn) Wake_UnderGate()
    {
        Monitor.Pulse(_gate);
        return (_sleep, _turn);
    }
}
