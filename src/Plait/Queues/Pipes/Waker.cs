using System.Collections.Concurrent;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>A wait that somebody else can end: with a cancellation, or because what it waits for is disposed.</summary>
internal interface IWakeable
{
    void Wake();
}

/// <summary>Wakes one thread that sleeps on descriptors. A few are kept, so that a sleep does not make and close one.</summary>
internal sealed class Waker : IWakeable
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 4;

    private static readonly ConcurrentBag<Waker> Free = [];

    private readonly WakeDescriptor _wake = new();

    private Waker()
    {
    }

    public int Number => _wake.Number;

    public static Waker Rent() => Free.TryTake(out Waker? waker) ? waker : new Waker();

    /// <summary>Nobody may call <see cref="Wake"/> on it any more.</summary>
    public void Return()
    {
        if (Free.Count >= Kept)
        {
            _wake.Dispose();
            return;
        }

        _wake.Reset();
        Free.Add(this);
    }

    public void Wake() => _wake.Set();
}
