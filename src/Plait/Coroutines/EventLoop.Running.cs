using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Coroutines;

/// <content>The cycle: steps, timers, sleep.</content>
public sealed partial class EventLoop
{
    // Steps between two looks at the clock, the timers and what came from outside; and how often in a row a step may bring the next. As tokio has both.
    private const int Budget = 61;
    private const int MaxInARow = 3;

    // Reads and writes that a step may do without waiting: who always finds something must not keep the others from their turn. As tokio has it.
    private const int MostOperations = 128;

    // Of the loop's thread.
    private readonly StepRing _ring = new();
    private Step _slot;
    private int _inARow;
    private bool _isOver;
    private int _operations;

    /// <summary>The wait whose cancellation the step that runs goes on from; null for none. On the loop's thread.</summary>
    internal EndWait? CutShort { get; set; }

    // Null where steps run in the order in which they became ready.
    private readonly PolicySteps? _ordered;

    // Written by the loop's thread, read by all.
    private long _steps;
    private long _sleeps;

    /// <summary>Behind all that wait. On the loop's thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enqueue(object callback, object? state, CoroutineContext? context) => _ring.Add(callback, state, context);

    /// <inheritdoc cref="Enqueue(object, object?, CoroutineContext?)"/>
    internal void Enqueue(in Step step) => _ring.Add(step.Callback, step.State, step.Context);

    /// <summary>Next, if that is not unfair to the others. On the loop's thread, from a step that made another ready.</summary>
    internal void EnqueueNext(in Step step)
    {
        if (_slot.Callback is not null)
        {
            Enqueue(_slot);
        }

        _slot = step;
    }

    /// <summary>Whether the step that runs may do one more read or write without waiting.</summary>
    internal bool TryTakeOperation() => --_operations >= 0;

    private bool HasSteps => !_ring.IsEmpty || _slot.Callback is not null || _ordered is { Count: > 0 };

    // The step that ran wanted more: whoever has come meanwhile is looked for before it goes on, else it had its share as often as there are steps in a cycle.
    private bool HasUsedItsOperations => _operations < 0;

    // Runs cycles until it is told that it is over.
    private void RunCycles()
    {
        while (!_isOver)
        {
            TakeForeign();
            _wheel.Advance(_clock.Now);
            if (_stepTimes is { } times)
            {
                RunMeasuredSteps(times);
            }
            else
            {
                RunSteps(Budget);
            }

            if (_isOver)
            {
                break;
            }

            if (!HasSteps)
            {
                Sleep();
            }
            else if (_poller.Count != 0)
            {
                _poller.Wait(MonotonicClock.AtOnce);
            }
        }
    }

    private void RunSteps(int left)
    {
        if (_ordered is not null)
        {
            RunOrderedSteps(_ordered, left);
            return;
        }

        while (left-- > 0)
        {
            if (_slot.Callback is not null && (_inARow++ < MaxInARow || _ring.IsEmpty))
            {
                _ring.AddFirst(_slot);
                _slot = default;
            }
            else if (_ring.IsEmpty)
            {
                break;
            }
            else
            {
                _inARow = 0;
            }

            RunFirst();
            if (HasUsedItsOperations)
            {
                break;
            }
        }
    }

    private void RunOrderedSteps(PolicySteps ordered, int left)
    {
        HandIn(ordered, _clock.Now);
        for (; left > 0 && ordered.Count != 0; left--)
        {
            long began = _clock.Now;
            _ring.AddFirst(ordered.Take(began));
            RunFirst();
            long ended = _clock.Now;
            HandIn(ordered, ended);
            ordered.OnRan(ended - began, ended);
            if (HasUsedItsOperations)
            {
                break;
            }
        }
    }

    // What has become ready goes to the policy; what belongs to no coroutine runs at once.
    private void HandIn(PolicySteps ordered, long now)
    {
        if (_slot.Callback is not null)
        {
            // Before those that were made ready after it; where it belongs among those before is the policy's to say.
            _ring.AddFirst(_slot);
            _slot = default;
        }

        // No more than are there now, as in TakeForeign.
        for (int count = _ring.Count; count > 0; count--)
        {
            ref readonly Step step = ref _ring.First();
            if (step.Context is null)
            {
                RunFirst();
            }
            else
            {
                // One from outside is among the living from here on, whatever the policy: what comes behind it counts on that.
                ordered.Add(step.Callback == (object)AddForeign ? Enter((Coroutine)step.State!) : step, now);
                _ring.DropFirst();
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What an async void method or a posted callback throws is told, and the loop goes on.")]
    private void RunFirst()
    {
        ref readonly Step step = ref _ring.First();
        CoroutineContext? context = step.Context;
        SynchronizationContext.SetSynchronizationContext(context);
        _steps++;
        _operations = MostOperations;
        try
        {
            step.Invoke();
        }
        catch (Exception error)
        {
            Tell(context?.Root, error);
        }

        _ring.DropFirst();
    }

    private void Sleep()
    {
        _ring.Trim();
        ThrowIfStuck();
        long deadline = _clock.SleepUntil(_wheel.NextDeadline());

        // A full fence between saying so and the last look: pairs with the one in TryPost.
        Interlocked.Exchange(ref _sleeper, 1);
        if (_foreign.IsEmpty)
        {
            _sleeps++;
            _poller.Wait(deadline);
        }

        Interlocked.Exchange(ref _sleeper, 0);
    }
}
