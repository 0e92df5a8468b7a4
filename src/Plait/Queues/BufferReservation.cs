using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Queues.Engine;
using Plait.Synchronization.Engine;

namespace Plait.Queues;

/// <summary>Memory of a queue that is filled in place; see <see cref="IBufferQueue{T}.Reserve"/>. Used by one unit at a time.</summary>
/// <typeparam name="T">What it consists of.</typeparam>
public sealed unsafe class BufferReservation<T> : IDisposable
    where T : unmanaged
{
    private readonly BufferQueue<T> _queue;
    private readonly HeapBlock* _block;
    private readonly int _length;
    private int _isOver;

    internal BufferReservation(BufferQueue<T> queue, HeapBlock* block, int length)
    {
        _queue = queue;
        _block = block;
        _length = length;
    }

    /// <summary>Gives the memory back if nobody can any more.</summary>
    ~BufferReservation() => Release();

    /// <summary>The memory. Not to be used any more once it is committed or disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is committed or disposed.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isOver) != 0, this);
            return new Span<T>(SharedHeap.Data(_block), _length);
        }
    }

    /// <summary>Puts it into the queue as it is, and blocks while the queue is full.</summary>
    /// <param name="cancellationToken">Ends the wait: the memory can still be committed, or disposed.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ObjectDisposedException">It is committed or disposed already.</exception>
    /// <inheritdoc cref="IQueue{T}.Put"/>
    public void Commit(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _isOver, 1) != 0, this);
        bool isPut = false;
        try
        {
            _queue.PutBlock(_block, new SourcePlace(file, line), cancellationToken);
            isPut = true;
        }
        finally
        {
            Volatile.Write(ref _isOver, isPut ? 1 : 0);
        }

#pragma warning disable CA1816 // Committed, there is nothing left to finalize.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
    }

    /// <summary>Gives the memory back, unless it is committed.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _queue.Parts.Memory.Heap.Free(_block);
        }
    }
}
