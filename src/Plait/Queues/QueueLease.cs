using System.Runtime.InteropServices;
using Plait.Memory;
using Plait.Queues.Engine;

namespace Plait.Queues;

/// <summary>An item that was taken and is not done yet; see <see cref="ILeaseQueue{T}"/>. It is complete, or it comes back to the queue: when it is disposed, when nobody refers to it any more, or when its process ends.</summary>
/// <typeparam name="T">The item's type.</typeparam>
public sealed unsafe class QueueLease<T> : IDisposable
{
    private readonly LeaseQueue<T> _queue;
    private readonly HeapBlock* _block;
    private GCHandle _queueStays;
    private int _isOver;

    internal QueueLease(LeaseQueue<T> queue, HeapBlock* block, T item)
    {
        _queue = queue;
        _block = block;
        Item = item;
        if (!queue.Parts.Memory.IsShared)
        {
            // Nobody may refer to either of them any more: the queue's memory is freed by its finalizer, and not before this one's has given the item back to it.
            _queueStays = GCHandle.Alloc(queue);
        }
    }

    /// <summary>Gives the item back if nobody can say any more that it is done.</summary>
    ~QueueLease() => GiveBack();

    /// <summary>The item.</summary>
    public T Item { get; }

    /// <summary>The item is done: it does not come back, and counts as done.</summary>
    /// <exception cref="InvalidOperationException">It is completed or given back already.</exception>
    public void Complete()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            throw new InvalidOperationException($"The lease on an item of {_queue} is over: it was completed or given back before.");
        }

#pragma warning disable CA1816 // Completed, there is nothing left to finalize.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
        _queue.Complete(_block);
        LetGoOfQueue();
    }

    /// <summary>Gives the item back, unless it is completed: the next one takes it.</summary>
    public void Dispose()
    {
        GiveBack();
        GC.SuppressFinalize(this);
    }

    private void GiveBack()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _queue.GiveBack(_block);
            LetGoOfQueue();
        }
    }

    private void LetGoOfQueue()
    {
        if (_queueStays.IsAllocated)
        {
            _queueStays.Free();
        }
    }
}
