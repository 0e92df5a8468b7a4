using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue that delivers at least once: each item is in a block, which stays until it is completed.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
internal sealed unsafe partial class LeaseQueue<T>(QueueCore<Payload, PayloadStore> core, ItemForm<T> form, IReadOnlyList<ICodec> codecs)
    : EncodedQueue<T>(core, form, codecs, priority: null), ILeaseQueue<T>
{
    public QueueLease<T> Lease(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _ = TryLease(Timeout.InfiniteTimeSpan, out QueueLease<T>? lease, cancellationToken, file, line);
        return lease!;
    }

    public bool TryLease([NotNullWhen(true)] out QueueLease<T>? lease)
    {
        ThrowIfClosed();
        var payload = default(Payload);
        if (!HasGot(Core.TryGet(ref payload)))
        {
            lease = null;
            return false;
        }

        T item;
        try
        {
            item = Decode(payload);
        }
        catch
        {
            // It will never be read: it is not to come back for ever.
            Complete(payload.Block);
            throw;
        }

        lease = new QueueLease<T>(this, payload.Block, item);
        return true;
    }

    public bool TryLease(TimeSpan timeout, [NotNullWhen(true)] out QueueLease<T>? lease, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long deadline = QueueSide.Deadline(timeout);
        while (!TryLease(out lease))
        {
            if (!Parts.Items.WaitUntil(deadline, new SourcePlace(file, line), cancellationToken))
            {
                return TryLease(out lease);
            }
        }

        return true;
    }

    /// <summary>The item is done.</summary>
    public void Complete(HeapBlock* block)
    {
        SharedHeap heap = Parts.Memory.Heap;
        _ = TryFinish(heap.PlaceOf(block));
        Form.Forget(new ReadOnlySpan<byte>(SharedHeap.Data(block), (int)Math.Clamp(Volatile.Read(ref block->Length), 0, Math.Min(heap.Room(block), Array.MaxLength))));
        heap.Free(block);
    }

    /// <summary>The item comes back; after a shutdown at once it is dropped, and so done.</summary>
    public void GiveBack(HeapBlock* block)
    {
        Guard.Enter(Parts.Memory, Parts.Items.Record, Parts.Items.Me);
        bool isOpen = Shared.Load(ref Control->State) != QueueState.ShutDownAtOnce;
        if (isOpen)
        {
            QueueRecovery.Return(Parts.Memory, Control, block, Parts.Memory.Heap.PlaceOf(block));
        }

        Guard.Exit(Parts.Items.Record);
        if (isOpen)
        {
            Parts.Items.Tell(1);
        }
        else
        {
            Complete(block);
        }
    }

    protected override string PublicName => $"{nameof(ILeaseQueue<>)}<{ItemType}>";

    protected override void Finish(HeapBlock* block) => Complete(block);
}
