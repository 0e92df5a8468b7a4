using Plait.Memory;
using Plait.Queues.Engine;
using Plait.Synchronization.Engine;

namespace Plait.Queues;

/// <summary>A buffer of a queue that was got and is looked at in place; see <see cref="IBufferQueue{T}.Borrow"/>. Used by one unit at a time.</summary>
/// <typeparam name="T">What it consists of.</typeparam>
public sealed unsafe class BufferLoan<T> : IDisposable
    where T : unmanaged
{
    private readonly QueueParts _parts;
    private readonly HeapBlock* _block;
    private readonly T[]? _copy;
    private readonly int _length;
    private int _isOver;

    // Short ones are in a slot, which cannot wait: they are copied.
    internal BufferLoan(QueueParts parts, HeapBlock* block, T[]? copy, int length)
    {
        _parts = parts;
        _block = block;
        _copy = copy;
        _length = length;
        if (block is null)
        {
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Gives the memory back if nobody can any more.</summary>
    ~BufferLoan() => Release();

    /// <summary>The buffer. Not to be used any more once it is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public ReadOnlySpan<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isOver) != 0, this);
            return _block is null ? _copy : new ReadOnlySpan<T>(SharedHeap.Data(_block), _length);
        }
    }

    /// <summary>Gives the memory back to the queue's scope.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0 && _block is not null)
        {
            _parts.Memory.Heap.Free(_block);
        }
    }
}
