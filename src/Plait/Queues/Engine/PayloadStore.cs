using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>An item of some length: bytes to be put, or room for bytes to be got.</summary>
internal unsafe struct Payload
{
    /// <summary>The bytes to put, or where those that are got go. Pinned by the caller.</summary>
    public byte* Bytes;

    /// <summary>How many to put; or for how many there is room, and then how many were got or would have been.</summary>
    public int Length;

    /// <summary>The block that they are in, in place of the bytes. One that was got belongs to the caller.</summary>
    public HeapBlock* Block;

    /// <summary>Where that is in the memory.</summary>
    public ulong Place;

    /// <summary>A block that is longer than the room for bytes is not to be got.</summary>
    public bool IsLimited;

    /// <summary>There was too little room: <see cref="Length"/> says how much it takes.</summary>
    public bool IsTooLong;
}

/// <summary>Items of different lengths: short ones in the slot, others in blocks of their own.</summary>
internal readonly unsafe struct PayloadStore(QueueParts parts) : IItemStore<Payload>
{
    private const int NoLength = PayloadSlot.InBlock;

    private readonly SharedHeap _heap = parts.Memory.Heap;
    private readonly uint _queue = parts.Index;
    private readonly int _room = RoomIn(parts.Facts);
    private readonly bool _isLeased = parts.Facts.Has(QueueFlags.AtLeastOnce);

    /// <summary>Bytes that a slot has room for.</summary>
    public static int RoomIn(in QueueFacts facts) => facts.SlotBytes - PayloadSlot.HeaderSize - facts.HeaderBytes;

    public void Write(byte* slot, ulong position, in Payload item)
    {
        var header = (PayloadSlot*)slot;
        if (item.Block is null)
        {
            new ReadOnlySpan<byte>(item.Bytes, Math.Max(item.Length, 0)).CopyTo(new Span<byte>(slot + PayloadSlot.HeaderSize, _room));
            header->Length = item.Length;
            return;
        }

        // By these a block whose owner is dead is found to be in the queue.
        item.Block->Position = position;
        item.Block->Queue = _queue;
        header->Block = item.Place;
        header->Length = PayloadSlot.InBlock;
    }

    public bool Read(byte* slot, ulong position, ref Payload item)
    {
        var header = (PayloadSlot*)slot;
        int length = Volatile.Read(ref header->Length);
        return length == PayloadSlot.InBlock ? TakeBlock(_heap.At(header->Block), ref item) : CopyOut(slot + PayloadSlot.HeaderSize, InSlot(length), ref item);
    }

    public bool Peek(byte* slot, ulong position, ref Payload item)
    {
        var header = (PayloadSlot*)slot;
        int length = Volatile.Read(ref header->Length);
        if (length != PayloadSlot.InBlock)
        {
            return CopyOut(slot + PayloadSlot.HeaderSize, InSlot(length), ref item);
        }

        return PeekReturned(_heap.At(header->Block), ref item);
    }

    public bool PeekReturned(HeapBlock* block, ref Payload item)
    {
        return CopyOut(block is null ? null : SharedHeap.Data(block), InBlock(block), ref item);
    }

    public bool ReadReturned(HeapBlock* block, ref Payload item) => TakeBlock(block, ref item);

    public void Clear(byte* slot, ulong position)
    {
    }

    public void Drop(byte* slot, ulong position)
    {
        // By one only: of two that end the queue, the first may be killed in the middle, so both drop what they find.
        var header = (PayloadSlot*)slot;
        if (Interlocked.CompareExchange(ref header->Length, PayloadSlot.Null, PayloadSlot.InBlock) == PayloadSlot.InBlock
            && _heap.At(header->Block) is var block && block is not null && block->Queue == _queue)
        {
            _heap.Own(block);
            _heap.Free(block);
        }
    }

    public long Weight(in Payload item) => item.Block is null ? 0 : _heap.Room(item.Block);

    public object? Extension(long slots) => null;

    public void Extend(object? extension, ulong first, long count)
    {
    }

    // It is this process's before Head says that it was got: killed in between, it is found in the queue.
    private bool TakeBlock(HeapBlock* block, ref Payload item)
    {
        item.IsTooLong = false;
        int length = InBlock(block);
        if (length == NoLength || block->Queue != _queue)
        {
            return false;
        }

        if (item.IsLimited && length > item.Length)
        {
            item.IsTooLong = true;
            item.Length = length;
            return false;
        }

        _heap.Own(block);
        if (_isLeased)
        {
            block->Item = ItemState.Leased;
        }

        item.Block = block;
        item.Place = _heap.PlaceOf(block);
        item.Length = length;
        CrashPoints.Hit(CrashPoint.BlockOwned);
        return true;
    }

    // A length that others wrote down, read once, if there can be such an item; a leased one is always in a block.
    private int InSlot(int length) => !_isLeased && ((uint)length <= (uint)_room || length == PayloadSlot.Null) ? length : NoLength;

    private int InBlock(HeapBlock* block)
    {
        long length = block is null ? NoLength : Volatile.Read(ref block->Length);
        bool isSound = length >= 0 ? length <= Math.Min(_heap.Room(block), Array.MaxLength) : length == PayloadSlot.Null && _isLeased;
        return isSound ? (int)length : NoLength;
    }

    private static bool CopyOut(byte* from, int length, ref Payload item)
    {
        item.Block = null;
        if (length == PayloadSlot.Null)
        {
            item.Length = length;
            return true;
        }

        item.IsTooLong = length > item.Length;
        if (length < 0 || item.IsTooLong)
        {
            item.Length = Math.Max(length, 0);
            return false;
        }

        new ReadOnlySpan<byte>(from, length).CopyTo(new Span<byte>(item.Bytes, length));
        item.Length = length;
        return true;
    }
}
