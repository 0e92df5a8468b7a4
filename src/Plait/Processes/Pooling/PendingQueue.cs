namespace Plait.Processes.Pooling;

/// <summary>
/// Calls that wait for a worker: first in, first out, but for those a worker was sent and did not begin, which come before
/// all others again. Cancelled ones are taken out when they come to the front. Guarded by the pool's gate.
/// </summary>
internal sealed class PendingQueue
{
    private readonly Stack<PooledCall> _returned = new();
    private readonly Queue<PooledCall> _waiting = new();

    /// <summary>Calls that are still to be run.</summary>
    public int Count { get; private set; }

    public void Add(PooledCall call)
    {
        _waiting.Enqueue(call);
        Count++;
    }

    public void Return(PooledCall call)
    {
        _returned.Push(call);
        Count++;
    }

    /// <summary>One of them has ended while it waited.</summary>
    public void Drop() => Count--;

    public bool TryPeek(out PooledCall call)
    {
        while (_returned.TryPeek(out call!) && call.Stage != CallStage.Queued)
        {
            _returned.Pop();
        }

        if (call is not null)
        {
            return true;
        }

        while (_waiting.TryPeek(out call!) && call.Stage != CallStage.Queued)
        {
            _waiting.Dequeue();
        }

        return call is not null;
    }

    /// <summary>Takes the call that <see cref="TryPeek"/> gave.</summary>
    public void Take()
    {
        if (!_returned.TryPop(out _))
        {
            _waiting.Dequeue();
        }

        Count--;
    }

    /// <summary>Takes all.</summary>
    public List<PooledCall> TakeAll()
    {
        var all = new List<PooledCall>(Count);
        while (TryPeek(out PooledCall call))
        {
            Take();
            all.Add(call);
        }

        return all;
    }
}
