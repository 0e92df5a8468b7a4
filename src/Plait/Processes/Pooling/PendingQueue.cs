namespace Plait.Processes.Pooling;

/// <summary>The calls that wait for a worker, and which of them is next. Guarded by the pool's gate.</summary>
internal abstract class PendingQueue
{
    /// <summary>Calls that are still to be run.</summary>
    public int Count { get; protected set; }

    /// <summary>A call comes, for its first attempt or for another.</summary>
    public abstract void Add(PooledCall call);

    /// <summary>A call that was taken was not begun after all: it waits again, where it was.</summary>
    public abstract void Return(PooledCall call);

    /// <summary>A call has ended while it waited. Its stage is still <see cref="CallStage.Queued"/>, and is about to change.</summary>
    public abstract void Drop(PooledCall call);

    /// <summary>Takes the call that is next.</summary>
    public abstract bool TryTake(out PooledCall call);

    /// <summary>A call that was taken has ended without having begun.</summary>
    public virtual void Forget(PooledCall call)
    {
    }

    /// <summary>What was taken has run.</summary>
    /// <param name="entry">The call's entry of that attempt; the call itself may wait for the next one already.</param>
    /// <param name="ran">For how many nanoseconds.</param>
    public virtual void Finish(PooledEntry entry, long ran)
    {
    }

    /// <summary>Takes all; none of them begins.</summary>
    public List<PooledCall> TakeAll()
    {
        var all = new List<PooledCall>(Count);
        while (TryTake(out PooledCall call))
        {
            Forget(call);
            all.Add(call);
        }

        return all;
    }
}

/// <summary>
/// First in, first out, but for those a worker was sent and did not begin, which come before all others again. Ended ones
/// are taken out when they come to the front.
/// </summary>
internal sealed class ArrivalQueue : PendingQueue
{
    private readonly Stack<PooledCall> _returned = new();
    private readonly Queue<PooledCall> _waiting = new();

    public override void Add(PooledCall call)
    {
        _waiting.Enqueue(call);
        Count++;
    }

    public override void Return(PooledCall call)
    {
        _returned.Push(call);
        Count++;
    }

    public override void Drop(PooledCall call) => Count--;

    public override bool TryTake(out PooledCall call)
    {
        while (_returned.TryPop(out call!) || _waiting.TryDequeue(out call!))
        {
            if (call.Stage == CallStage.Queued)
            {
                Count--;
                return true;
            }
        }

        return false;
    }
}
