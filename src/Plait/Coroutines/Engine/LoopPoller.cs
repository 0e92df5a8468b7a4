using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>What a loop sleeps in, and learns from which of its descriptors are ready. For the loop's thread, but for <see cref="Wake"/>.</summary>
internal abstract class LoopPoller : IDisposable
{
    // By the descriptor's number.
    private LoopDescriptor?[] _watched = [];
    private uint _generation;

    /// <summary>How many descriptors it watches.</summary>
    public int Count { get; private set; }

    /// <summary>Watches a descriptor from now on.</summary>
    /// <exception cref="SystemCallException">The system refused.</exception>
    public void Watch(LoopDescriptor descriptor)
    {
        descriptor.Generation = ++_generation;
        Add(descriptor);
        Enter(descriptor);
    }

    /// <summary>Forgets a descriptor, before it is closed.</summary>
    public void Unwatch(LoopDescriptor descriptor)
    {
        if (Find(descriptor.Number, descriptor.Generation) is not null)
        {
            _watched[descriptor.Number] = null;
            Count--;
            Remove(descriptor);
        }
    }

    /// <summary>The loop ends: what it still watches is closed.</summary>
    public void CloseAll()
    {
        foreach (LoopDescriptor descriptor in All())
        {
            descriptor.Close(this);
        }
    }

    /// <summary>Blocks until something is ready, <see cref="Wake"/> is called, or the deadline has passed; tells the descriptors. 0 looks only.</summary>
    /// <param name="deadline">By the monotonic clock, or <see cref="long.MaxValue"/>.</param>
    public abstract void Wait(long deadline);

    /// <summary>Ends a wait that is under way, or the next one. From any thread.</summary>
    public abstract void Wake();

    /// <summary>Somebody waits for the descriptor from now on: its <see cref="LoopDescriptor.Reader"/>, or its <see cref="LoopDescriptor.Writer"/>.</summary>
    public virtual void OnWaiting(LoopDescriptor descriptor)
    {
    }

    public abstract void Dispose();

    /// <summary>Knows a descriptor from now on.</summary>
    protected void Enter(LoopDescriptor descriptor)
    {
        if (descriptor.Number >= _watched.Length)
        {
            Array.Resize(ref _watched, Math.Max(64, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)descriptor.Number + 1)));
        }

        _watched[descriptor.Number] = descriptor;
        Count++;
    }

    protected LoopDescriptor? Find(int number, uint generation) =>
        (uint)number < (uint)_watched.Length && _watched[number] is { } descriptor && descriptor.Generation == generation ? descriptor : null;

    /// <summary>That of a number, whichever use of the number it is.</summary>
    protected LoopDescriptor? Find(int number) => (uint)number < (uint)_watched.Length ? _watched[number] : null;

    protected LoopDescriptor[] All() => [.. _watched.OfType<LoopDescriptor>()];

    /// <exception cref="SystemCallException">The system refused.</exception>
    protected abstract void Add(LoopDescriptor descriptor);

    protected abstract void Remove(LoopDescriptor descriptor);
}
