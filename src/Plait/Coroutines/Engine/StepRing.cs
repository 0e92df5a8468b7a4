using System.Runtime.CompilerServices;

namespace Plait.Coroutines.Engine;

/// <summary>The steps that wait, first in, first out. Grows as needed, and gives back what a burst needed once it is empty. For one thread.</summary>
internal sealed class StepRing
{
    // Of 24 bytes each: what a loop keeps in any case.
    private const int Least = 256;
    private const int Large = 16 * 1024;

    private Step[] _steps = new Step[Least];
    private uint _head;
    private uint _tail;

    public int Count => (int)(_tail - _head);

    public bool IsEmpty => _tail == _head;

    /// <summary>The one that runs, or ran last. For others than its thread: a guess.</summary>
    public Step Running
    {
        get
        {
            Step[] steps = _steps;
            return steps[Volatile.Read(ref _head) & (uint)(steps.Length - 1)];
        }
    }

    public void Add(object callback, object? state, CoroutineContext? context)
    {
        if (_tail - _head == (uint)_steps.Length)
        {
            Resize(_steps.Length * 2);
        }

        ref Step place = ref _steps[_tail++ & (uint)(_steps.Length - 1)];
        place.Callback = callback;
        place.Context = context;
        if (state is not null)
        {
            place.State = state;
        }
    }

    /// <summary>Before all others.</summary>
    public void AddFirst(in Step step)
    {
        if (_tail - _head == (uint)_steps.Length)
        {
            Resize(_steps.Length * 2);
        }

        _steps[--_head & (uint)(_steps.Length - 1)] = step;
    }

    /// <summary>The first, which stays there while it runs: so that others see it, and nothing is copied.</summary>
    public ref readonly Step First() => ref _steps[_head & (uint)(_steps.Length - 1)];

    /// <summary>The first has run.</summary>
    public void DropFirst() => _steps[_head++ & (uint)(_steps.Length - 1)] = default;

    /// <summary>Where it is empty and was large: small again.</summary>
    public void Trim()
    {
        if (_steps.Length > Large)
        {
            Shrink();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shrink()
    {
        _steps = new Step[Least];
        (_head, _tail) = (0, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Resize(int length)
    {
        var steps = new Step[length];
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            steps[i] = _steps[_head++ & (uint)(_steps.Length - 1)];
        }

        (_steps, _head, _tail) = (steps, 0, (uint)count);
    }
}
