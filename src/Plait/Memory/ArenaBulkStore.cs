using System.Buffers;
using System.Runtime.CompilerServices;

namespace Plait.Memory;

/// <summary>Bulk blocks of a channel: sent from our half of the space, received from the other's.</summary>
internal sealed unsafe class ArenaBulkStore(Arena arena, BulkSpace own, long spaceStart, long spaceEnd) : IBulkStore
{
    // The views given out and not yet returned. Guarded by itself.
    private readonly List<BorrowedBlock> _borrowed = [];

    private Arena Mapping => arena;

    /// <summary>Below this the ring is as fast, and a block would waste most of its pages.</summary>
    public int Threshold => 32 * 1024;

    public bool TryStore(ReadOnlySpan<byte> data, out BulkReference reference)
    {
        long offset = own.Reserve(data.Length);
        if (offset == 0)
        {
            reference = default;
            return false;
        }

        data.CopyTo(new Span<byte>(arena.Address + offset, data.Length));
        CrashPoints.Hit(CrashPoint.BulkStored);
        reference = new BulkReference(offset, data.Length);
        GC.KeepAlive(arena);
        return true;
    }

    public bool TryFind(ReadOnlyMemory<byte> memory, out BulkReference reference)
    {
        fixed (byte* start = memory.Span)
        {
            reference = new BulkReference(start - arena.Address, memory.Length);
        }

        // A view that is out, not what the bytes before the memory look like: those may be the user's own data.
        // The lock keeps the view's hold, and with it the reader count, above 0 meanwhile.
        lock (_borrowed)
        {
            if (memory.IsEmpty || !HoldsBlock_UnderLock(reference.Offset))
            {
                reference = default;
                return false;
            }

            // One more reader: whoever gets the reference.
            Interlocked.Increment(ref BlockOf(reference).Readers);
            return true;
        }
    }

    public void Take(BulkReference reference, Span<byte> destination)
    {
        Check(reference);
        if (destination.Length != reference.Length)
        {
            throw new ArgumentException($"The block has {reference.Length} bytes, the destination {destination.Length}.", nameof(destination));
        }

        new ReadOnlySpan<byte>(arena.Address + reference.Offset, destination.Length).CopyTo(destination);
        GiveBack(reference);
    }

    public IMemoryOwner<byte> Borrow(BulkReference reference)
    {
        Check(reference);
        if (reference.Length > int.MaxValue)
        {
            throw new NotSupportedException($"A block of {reference.Length} bytes is larger than one view can be (2,147,483,647).");
        }

        var view = new BorrowedBlock(this, reference);
        lock (_borrowed)
        {
            _borrowed.Add(view);
        }

        return view;
    }

    /// <summary>Ends every view still out: the call they came with is over, or the channel is.</summary>
    public void ReleaseBorrowed()
    {
        BorrowedBlock[] views;
        lock (_borrowed)
        {
            if (_borrowed.Count == 0)
            {
                return;
            }

            views = _borrowed.ToArray();
        }

        foreach (IDisposable view in views)
        {
            view.Dispose();
        }
    }

    private ref BulkBlock BlockOf(BulkReference reference) =>
        ref Unsafe.AsRef<BulkBlock>(arena.Address + reference.Offset - BulkBlock.Size);

    // The numbers come from the other process: nothing about them is believed.
    private void Check(BulkReference reference)
    {
        bool isInside = reference.Offset >= spaceStart + BulkBlock.Size && reference.Length >= 0
            && reference.Offset % 4096 == BulkBlock.Size && reference.Length <= spaceEnd - reference.Offset;
        if (!isInside || BlockOf(reference).Magic != BulkBlock.ExpectedMagic || reference.Length > BlockOf(reference).Length)
        {
            throw new InvalidDataException($"The message refers to {reference.Length} bytes at offset {reference.Offset}, which is no block of this channel.");
        }
    }

    private bool HoldsBlock_UnderLock(long offset)
    {
        foreach (BorrowedBlock view in _borrowed)
        {
            if (view.Offset == offset)
            {
                return true;
            }
        }

        return false;
    }

    private void Return(BorrowedBlock view, BulkReference reference)
    {
        lock (_borrowed)
        {
            _ = _borrowed.Remove(view);
            GiveBack(reference);
        }
    }

    public void GiveBack(BulkReference reference)
    {
        CrashPoints.Hit(CrashPoint.BulkCopied);

        // Release: pairs with the sender's acquire read of Readers in BulkSpace.CollectReturned.
        Interlocked.Decrement(ref BlockOf(reference).Readers);
    }

    /// <summary>
    /// A view that keeps the mapping alive and gives the block back when disposed. It has no finalizer on purpose: a span
    /// taken from it would not keep it alive, and the sender would overwrite the block under that span. Memory that is
    /// pinned at that moment (native code, input and output under way) holds the block until the last pin ends.
    /// </summary>
    private sealed class BorrowedBlock : MemoryManager<byte>
    {
        private readonly ArenaBulkStore _store;
        private readonly BulkReference _reference;
        private int _isDisposed;

        // The view itself and each pin. Whoever takes it to 0 returns the block; from 0 it never rises again.
        private int _holds = 1;

        public BorrowedBlock(ArenaBulkStore store, BulkReference reference)
        {
            _store = store;
            _reference = reference;
            bool added = false;
            store.Mapping.DangerousAddRef(ref added);
        }

        public long Offset => _reference.Offset;

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, typeof(ReadOnlyMemory<byte>));
            return new Span<byte>(_store.Mapping.Address + _reference.Offset, (int)_reference.Length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, (int)_reference.Length);
            for (int holds = Volatile.Read(ref _holds); ;)
            {
                ObjectDisposedException.ThrowIf(holds == 0 || Volatile.Read(ref _isDisposed) != 0, typeof(ReadOnlyMemory<byte>));
                int seen = Interlocked.CompareExchange(ref _holds, holds + 1, holds);
                if (seen == holds)
                {
                    return new MemoryHandle(_store.Mapping.Address + _reference.Offset + elementIndex, pinnable: this);
                }

                holds = seen;
            }
        }

        public override void Unpin() => DropHold();

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                DropHold();
            }
        }

        private void DropHold()
        {
            if (Interlocked.Decrement(ref _holds) == 0)
            {
                _store.Return(this, _reference);
                _store.Mapping.DangerousRelease();
            }
        }
    }
}
