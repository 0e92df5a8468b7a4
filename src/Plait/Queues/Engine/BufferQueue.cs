using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue of buffers: in the memory of its scope, also where that is a process's own.</summary>
/// <typeparam name="T">What a buffer consists of.</typeparam>
internal sealed unsafe partial class BufferQueue<T>(QueueCore<Payload, PayloadStore> core) : EncodedQueue<T[]>(core, new ArrayForm<T[], T>(), [], priority: null), IBufferQueue<T>
    where T : unmanaged
{
    public void Put(ReadOnlySpan<T> buffer, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        while (!TryPut(buffer))
        {
            _ = Parts.Room.WaitUntil(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken);
        }
    }

    public bool TryPut(ReadOnlySpan<T> buffer)
    {
        ThrowIfClosed();
        return (!IsFull || IsShutdown) && HasPut(PutBytes(MemoryMarshal.AsBytes(buffer), 0));
    }

    public bool TryGet(Span<T> destination, out int length)
    {
        ThrowIfClosed();
        fixed (T* first = destination)
        {
            // A length of 0 has no address, and no bytes are written there.
            var payload = default(Payload);
            payload.Bytes = (byte*)first;
            payload.Length = (int)Math.Min((long)destination.Length * sizeof(T), int.MaxValue);
            payload.IsLimited = true;
            QueueResult result = Core.TryGet(ref payload);
            length = payload.Length / sizeof(T);
            if (result == QueueResult.Refused && payload.IsTooLong)
            {
                throw new ArgumentException($"The next item of {this} has {payload.Length / sizeof(T)} elements, and there is room for {destination.Length}. It is still in the queue.", nameof(destination));
            }

            if (!HasGot(result))
            {
                length = 0;
                return false;
            }

            if (payload.Block is not null)
            {
                new ReadOnlySpan<byte>(SharedHeap.Data(payload.Block), payload.Length).CopyTo(MemoryMarshal.AsBytes(destination));
                Parts.Memory.Heap.Free(payload.Block);
            }

            length = Math.Max(length, 0);
            return true;
        }
    }

    public BufferReservation<T> Reserve(int length)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long bytes = (long)length * sizeof(T);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(length));
        HeapBlock* block = Parts.Memory.Heap.Allocate(bytes);
        block->Length = bytes;
        return new BufferReservation<T>(this, block, length);
    }

    public BufferLoan<T> Borrow(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        BufferLoan<T>? loan;
        while (!TryBorrow(out loan))
        {
            _ = Parts.Items.WaitUntil(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken);
        }

        return loan;
    }

    public bool TryBorrow([NotNullWhen(true)] out BufferLoan<T>? loan)
    {
        ThrowIfClosed();
        byte* room = stackalloc byte[Room];
        var payload = default(Payload);
        payload.Bytes = room;
        payload.Length = Room;
        if (!HasGot(Core.TryGet(ref payload)))
        {
            loan = null;
            return false;
        }

        loan = payload.Block is not null
            ? new BufferLoan<T>(Parts, payload.Block, copy: null, payload.Length / sizeof(T))
            : new BufferLoan<T>(Parts, null, new ReadOnlySpan<T>(room, Math.Max(payload.Length, 0) / sizeof(T)).ToArray(), 0);
        return true;
    }

    /// <summary>Puts a block that is filled.</summary>
    public void PutBlock(HeapBlock* block, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        token.ThrowIfCancellationRequested();
        var payload = default(Payload);
        payload.Block = block;
        payload.Place = Parts.Memory.Heap.PlaceOf(block);
        while (!HasPut(Core.TryPut(payload, 0)))
        {
            _ = Parts.Room.WaitUntil(QueueSide.Deadline(Timeout.InfiniteTimeSpan), site, token);
        }
    }
}
