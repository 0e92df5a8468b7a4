namespace Plait.Execution.Local;

/// <summary>
/// Tasks that one worker has submitted itself, first in, first out: the owner puts and takes, others take. Bounded; what does not fit
/// goes to the queue of all.
/// </summary>
/// <remarks>
/// The owner alone writes the tail, with a release store behind the slot's: pairs with the acquire load of who takes. Taking is one
/// compare-and-exchange of the head, after the slot was read; a slot that was read although somebody else took it is thrown away by the
/// exchange that fails, since neither position ever goes back. The same ring as Go's run queues (runtime/proc.go, runqput and runqget).
/// </remarks>
internal sealed class LocalRing
{
    private const int Size = 256;

    private readonly ILocalTask?[] _slots = new ILocalTask?[Size];
    private uint _head;
    private uint _tail;

    public bool IsEmpty => Volatile.Read(ref _head) == Volatile.Read(ref _tail);

    public int Count => (int)Math.Min(Volatile.Read(ref _tail) - Volatile.Read(ref _head), Size);

    /// <summary>By the owner. False when it is full.</summary>
    public bool TryAdd(ILocalTask task)
    {
        uint tail = _tail;
        if (tail - Volatile.Read(ref _head) >= Size)
        {
            return false;
        }

        Volatile.Write(ref _slots[tail % Size], task);
        Volatile.Write(ref _tail, tail + 1);
        return true;
    }

    /// <summary>By anybody.</summary>
    public ILocalTask? Take()
    {
        while (true)
        {
            uint head = Volatile.Read(ref _head);
            if (head == Volatile.Read(ref _tail))
            {
                return null;
            }

            ILocalTask? task = Volatile.Read(ref _slots[head % Size]);
            if (Interlocked.CompareExchange(ref _head, head + 1, head) == head)
            {
                // The slot keeps its task until it is used again, or until the owner has nothing to do: see Forget.
                return task;
            }
        }
    }

    /// <summary>By the owner, when the ring is empty: lets go of tasks that were taken.</summary>
    public void Forget()
    {
        if (IsEmpty)
        {
            Array.Clear(_slots);
        }
    }
}
