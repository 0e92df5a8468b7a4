using System.Buffers;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue of a process scope whose items are encoded inside the call that puts them.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
internal unsafe class EncodedQueue<T>(QueueCore<Payload, PayloadStore> core, ItemForm<T> form, IReadOnlyList<ICodec> codecs, Func<T, long>? priority)
    : ScopeQueue<T>(core.Parts, priority)
{
    [ThreadStatic]
    private static PayloadWriter? t_writer;

    // The bytes of an item for which there was no room, until its put waits or gives up: at once.
    [ThreadStatic]
    private static PayloadWriter? t_unput;

    private readonly bool _isLeased = core.Parts.Facts.Has(QueueFlags.AtLeastOnce);

    public override IReadOnlyList<ICodec> ItemCodecs => codecs;

    protected QueueCore<Payload, PayloadStore> Core { get; } = core;

    protected ItemForm<T> Form => form;

    /// <summary>Bytes of an item that lie in a slot.</summary>
    protected int Room { get; } = PayloadStore.RoomIn(core.Parts.Facts);

    public override void Shutdown(bool immediate = false)
    {
        ThrowIfClosed();
        Core.Shutdown(immediate);
    }

    // Also when it is full: what cannot travel is an error of who puts it, whether there is room or not.
    protected override QueueResult TryPutNow(in T item, long priority)
    {
        // Taken away while it is used: the item's own code may put something as well.
        PayloadWriter writer = t_writer ?? new PayloadWriter();
        t_writer = null;
        QueueResult result = QueueResult.Refused;
        bool isWritten = false;
        try
        {
            bool hasBytes = form.TryEncode(item, writer, out ReadOnlySpan<byte> bytes);
            isWritten = form.WritesBytes;
            result = hasBytes ? PutIfRoom(bytes, priority) : PutNull(priority);
            return result;
        }
        finally
        {
            if (result == QueueResult.NotNow && isWritten)
            {
                t_unput = writer;
            }
            else
            {
                GiveBack(writer, isWritten, result == QueueResult.Done);
            }
        }
    }

    protected override object? TakeEncoded()
    {
        PayloadWriter? writer = t_unput;
        t_unput = null;
        return writer;
    }

    protected override QueueResult TryPutEncoded(in T item, object? encoded, long priority) =>
        encoded is PayloadWriter writer ? PutIfRoom(writer.WrittenSpan, priority) : TryPutNow(item, priority);

    protected override void EndEncoded(object? encoded, bool isPut)
    {
        if (encoded is PayloadWriter writer)
        {
            GiveBack(writer, isWritten: true, isPut);
        }
    }

    protected override QueueResult TryGetNow(out T item) => Take(isPeek: false, out item);

    protected override QueueResult TryPeekNow(out T item) => Take(isPeek: true, out item);

    protected override QueueResult TryPutManyNow(ReadOnlySpan<T> items, out int count)
    {
        // Of the others none is encoded in vain.
        QueueResult result = QueueResult.Done;
        for (count = 0; count < items.Length && (count == 0 || !IsFull) && (result = TryPutNow(items[count], 0)) == QueueResult.Done;)
        {
            count++;
        }

        if (count > 0)
        {
            EndEncoded(TakeEncoded(), isPut: false);
            return QueueResult.Done;
        }

        return result;
    }

    protected override QueueResult TryGetManyNow(Span<T> items, out int count)
    {
        QueueResult result = QueueResult.Done;
        for (count = 0; count < items.Length && (result = TryGetNow(out items[count])) == QueueResult.Done;)
        {
            count++;
        }

        return count > 0 ? QueueResult.Done : result;
    }

    protected QueueResult PutBytes(ReadOnlySpan<byte> bytes, long priority)
    {
        var payload = default(Payload);
        payload.Length = bytes.Length;
        if (bytes.Length <= Room && !_isLeased)
        {
            fixed (byte* first = bytes)
            {
                payload.Bytes = first;
                return Core.TryPut(payload, priority);
            }
        }

        return PutInBlock(bytes, bytes.Length, priority);
    }

    private QueueResult PutInBlock(ReadOnlySpan<byte> bytes, int length, long priority)
    {
        SharedHeap heap = Parts.Memory.Heap;
        var payload = default(Payload);
        payload.Length = length;
        payload.Block = heap.Allocate(bytes.Length);
        payload.Block->Length = length;
        payload.Place = heap.PlaceOf(payload.Block);
        bytes.CopyTo(new Span<byte>(SharedHeap.Data(payload.Block), bytes.Length));
        CrashPoints.Hit(CrashPoint.BlockFilled);
        QueueResult result = Core.TryPut(payload, priority);
        if (result != QueueResult.Done)
        {
            heap.Free(payload.Block);
        }

        return result;
    }

    // Without a block in vain.
    private QueueResult PutIfRoom(ReadOnlySpan<byte> bytes, long priority) => IsFull && !IsShutdown ? QueueResult.NotNow : PutBytes(bytes, priority);

    private void GiveBack(PayloadWriter writer, bool isWritten, bool isPut)
    {
        if (isPut)
        {
            writer.Clear();
        }
        else
        {
            if (isWritten)
            {
                form.Forget(writer.WrittenSpan);
            }

            writer.Abandon();
        }

        t_writer = writer;
    }

    private QueueResult PutNull(long priority)
    {
        if (_isLeased)
        {
            // It is somebody's until it is done, as any other.
            return PutInBlock([], PayloadSlot.Null, priority);
        }

        var payload = default(Payload);
        payload.Length = PayloadSlot.Null;
        return Core.TryPut(payload, priority);
    }

    private QueueResult Take(bool isPeek, out T item)
    {
        int room = Room;
        while (true)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(room, 1));
            try
            {
                fixed (byte* first = buffer)
                {
                    var payload = default(Payload);
                    payload.Bytes = first;
                    payload.Length = buffer.Length;
                    QueueResult result = isPeek ? Core.TryPeek(ref payload) : Core.TryGet(ref payload);
                    if (result == QueueResult.Refused && payload.IsTooLong)
                    {
                        // What is looked at stays in its block, and is copied out.
                        room = payload.Length;
                        continue;
                    }

                    item = result == QueueResult.Done ? Got(payload) : default!;
                    return result;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private T Got(in Payload payload)
    {
        try
        {
            return Decode(payload);
        }
        finally
        {
            if (payload.Block is not null)
            {
                Finish(payload.Block);
            }
        }
    }

    /// <summary>The item in the bytes that were got; of a block, for others can still write there, in a way that reads each byte once.</summary>
    /// <exception cref="InvalidDataException">The bytes are bad.</exception>
    protected T Decode(in Payload payload) =>
        payload.Length == PayloadSlot.Null ? default!
        : payload.Block is null ? form.Decode(new ReadOnlySpan<byte>(payload.Bytes, payload.Length))
        : form.DecodeShared(new ReadOnlySpan<byte>(SharedHeap.Data(payload.Block), payload.Length));

    /// <summary>The item in the block has been got.</summary>
    protected virtual void Finish(HeapBlock* block) => Parts.Memory.Heap.Free(block);
}

/// <summary>The same with priorities.</summary>
/// <inheritdoc/>
internal sealed class EncodedPriorityQueue<T>(QueueCore<Payload, PayloadStore> core, ItemForm<T> form, IReadOnlyList<ICodec> codecs, Func<T, long>? priority)
    : EncodedQueue<T>(core, form, codecs, priority), IPriorityQueue<T>
{
    public void Put(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        PutRanked(item, priority, new SourcePlace(file, line), cancellationToken);

    public bool TryPut(T item, long priority) => TryPutRanked(item, priority);

    public ValueTask PutAsync(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        PutRankedAsync(item, priority, new SourcePlace(file, line), cancellationToken);
}
