using System.Collections.Concurrent;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <content>What comes from other threads.</content>
public sealed partial class EventLoop
{
    private readonly ConcurrentQueue<Step> _foreign = new();

    // 1: the loop sleeps, or is about to. Who exchanges it for 0 wakes it. Interlocked.
    private int _sleeper;

    private bool _isClosed;

    /// <summary>Runs a step, soon. From any thread.</summary>
    /// <exception cref="EventLoopClosedException">The loop has ended.</exception>
    internal void Post(in Step step)
    {
        if (!TryPost(step))
        {
            throw new EventLoopClosedException(Name);
        }
    }

    /// <summary>Runs a step, soon. From any thread. False: the loop has ended.</summary>
    internal bool TryPost(in Step step)
    {
        if (IsOnLoop)
        {
            Enqueue(step);
            return true;
        }

        if (Volatile.Read(ref _isClosed))
        {
            return false;
        }

        _foreign.Enqueue(step);

        // A full fence between the step and the looks: for the sleeper, with the one in Sleep, and for the end, with the one in Close.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isClosed))
        {
            DiscardForeign();
            return false;
        }

        if (Volatile.Read(ref _sleeper) != 0 && Interlocked.Exchange(ref _sleeper, 0) != 0)
        {
            _poller.Wake();
        }

        return true;
    }

    private void TakeForeign()
    {
        // No more than are there now: who posts without end must not keep the others from their turn.
        for (int count = _foreign.Count; count > 0 && _foreign.TryDequeue(out Step step); count--)
        {
            Enqueue(step);
        }
    }
}
