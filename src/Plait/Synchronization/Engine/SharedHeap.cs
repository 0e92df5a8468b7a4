using System.Runtime.InteropServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Blocks of a scope memory, for what is larger than a record: queues, their items, shared values. A block belongs to a process, and is freed
/// with it, or is kept for a thing that does not end. The truth is in the blocks (<see cref="HeapBlock.Use"/>, one store); the lists of free ones
/// are a cache that is made again after a death. Specification: docs/design/heap.md.
/// </summary>
internal sealed unsafe partial class SharedHeap(ScopeMemory memory, byte* start, long offset, long length)
{
    /// <summary>Bytes of free blocks that keep their pages.</summary>
    private const long MostKept = 256L << 20;

    // Pages of smaller blocks are not worth a system call.
    private const long WorthDiscarding = 256 << 10;

    private const int SmallestShift = 7;

    /// <summary>The bytes that it has in all.</summary>
    public long Capacity => length;

    /// <summary>Bytes of the largest block.</summary>
    public long LargestBlock => Math.Min(length, 1L << (SmallestShift + ScopeHeader.HeapOrders - 1)) - HeapBlock.Size;

    private ScopeHeader* Header => memory.Header;

    /// <summary>The bytes of a block.</summary>
    public static byte* Data(HeapBlock* block) => (byte*)block + HeapBlock.Size;

    /// <summary>Bytes that the block has room for, all of them inside the heap; 0 when what it says of that makes no sense.</summary>
    public long Room(HeapBlock* block) => TryReadOrder(block, out uint order) ? SizeOf(order) - HeapBlock.Size : 0;

    /// <summary>How others find the block: its place in the memory, never 0.</summary>
    public ulong PlaceOf(HeapBlock* block) => (ulong)(offset + ((byte*)block - start));

    /// <summary>The block at a place that somebody wrote down, with all its bytes inside the heap; null when there is none.</summary>
    public HeapBlock* At(ulong place)
    {
        long top = Volatile.Read(ref Header->HeapTop);
        long inside = (long)place - offset;
        if (inside < 0 || inside > Math.Min(top, length) - (1 << SmallestShift) || (inside & ((1 << SmallestShift) - 1)) != 0)
        {
            return null;
        }

        var block = (HeapBlock*)(start + inside);
        return block->Magic == HeapBlock.ExpectedMagic && TryReadOrder(block, out _) ? block : null;
    }

    /// <summary>A block of this process. Its bytes are what the last user left, or zero.</summary>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public HeapBlock* Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        HeapBlock* block = bytes <= LargestBlock ? TryAllocate(bytes, OrderFor(bytes)) : null;
        return block is not null ? block : throw new ScopeCapacityException(
            $"The scope has no room for {bytes:N0} bytes: {Math.Min(Volatile.Read(ref Header->HeapTop), length):N0} of {length:N0} are in use or set aside. Take items out, or send fewer bytes at a time.");
    }

    /// <summary>The same, and its bytes are zero. Pages that were never touched stay so.</summary>
    /// <inheritdoc cref="Allocate"/>
    public HeapBlock* AllocateZeroed(long bytes)
    {
        HeapBlock* block = Allocate(bytes);
        if (block->WasUsed != 0)
        {
            NativeMemory.Clear(Data(block), (nuint)bytes);
        }

        return block;
    }

    /// <summary>Makes a block of this process one that is not freed with it.</summary>
    public static void Keep(HeapBlock* block) => Shared.Store(ref block->Use, HeapBlock.Kept);

    /// <summary>Makes it this process's.</summary>
    public void Own(HeapBlock* block)
    {
        Claim();
        Shared.Store(ref block->Use, UseOf(memory.Own));
    }

    public static bool IsOwnedBy(HeapBlock* block, uint participant) => Volatile.Read(ref block->Use) == UseOf(participant);

    /// <summary>The bytes at a place that somebody wrote down, if all of them are inside the heap; else null.</summary>
    public byte* Range(ulong place, long bytes)
    {
        long inside = (long)place - offset;
        return inside >= 0 && bytes >= 0 && bytes <= length && inside <= length - bytes ? start + inside : null;
    }

    /// <summary>Gives a block back. Nobody may use it any more. One whose size makes no sense any more stays as it is.</summary>
    public void Free(HeapBlock* block)
    {
        if (!TryReadOrder(block, out uint order))
        {
            return;
        }

        long size = SizeOf(order);
        bool keepsPages = size < WorthDiscarding || !memory.CanDiscard || Volatile.Read(ref Header->HeapKept) + size <= MostKept;
        if (!keepsPages)
        {
            // Still ours: behind the guard it may be somebody else's.
            memory.Discard(Data(block), size - HeapBlock.Size);
        }

        FreeAs(block, order, block->Use, keepsPages);
    }

    // Once for each use: of two that bury, the second may find the block in new hands.
    private void FreeAs(HeapBlock* block, uint order, ulong use, bool keepsPages)
    {
        memory.EnterAllocation();
        if (block->Use == use && (use & 3) != HeapBlock.Free)
        {
            block->Queue = 0;
            block->HasPages = keepsPages ? 1u : 0;
            Shared.Store(ref block->Use, HeapBlock.Free);
            CrashPoints.Hit(CrashPoint.BlockFreed);
            Header->HeapKept += keepsPages ? WorthKeeping(order) : 0;
            List(block, order);
        }

        memory.ExitAllocation();
    }

    /// <summary>A process is dead: what it owned, and no queue holds, is free again. Any number of times.</summary>
    public void Bury(uint participant)
    {
        if (Volatile.Read(ref memory.Participant(participant)->OwnsBlocks) == 0)
        {
            return;
        }

        long top = Math.Min(Volatile.Read(ref Header->HeapTop), length);
        for (long at = 0; at < top && Next(ref at) is var block && block is not null;)
        {
            if (block->Use == HeapBlock.Counted && Range(PlaceOf(block), HeapBlock.Size + SharedDataHeader.Size) is not null)
            {
                LeaveDead(block, participant);
            }
            else if (IsOwnedBy(block, participant) && !QueueRecovery.Inherit(memory, block, participant) && TryReadOrder(block, out uint order))
            {
                FreeAs(block, order, UseOf(participant), keepsPages: true);
                CrashPoints.Hit(CrashPoint.BlockBuried);
            }
        }
    }

    /// <summary>Somebody died while the lists changed: they are made again. Under the allocation guard.</summary>
    public void Repair()
    {
        new Span<ulong>(Header->FreeBlocks, ScopeHeader.HeapOrders).Clear();

        Header->HeapKept = 0;
        long top = Math.Min(Header->HeapTop, length);
        for (long at = 0; at < top && Next(ref at) is var block && block is not null;)
        {
            if ((block->Use & 3) == HeapBlock.Free && TryReadOrder(block, out uint order))
            {
                Header->HeapKept += block->HasPages != 0 ? WorthKeeping(order) : 0;
                List(block, order);
            }
        }
    }

    private static long SizeOf(uint order) => 1L << (SmallestShift + (int)order);

    // What counts against the pages that are kept.
    private static long WorthKeeping(uint order) => SizeOf(order) >= WorthDiscarding ? SizeOf(order) : 0;

    private static ulong UseOf(uint participant) => HeapBlock.Owned | ((ulong)participant << 32);

    private static int OrderFor(long bytes) => Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(bytes + HeapBlock.Size - 1)) - SmallestShift);

    // Bounded by the top, whatever the blocks say: one that makes no sense ends the walk.
    private HeapBlock* Next(ref long at)
    {
        HeapBlock* block = At((ulong)(offset + at));
        bool isSound = TryReadOrder(block, out uint order);
        at += isSound ? SizeOf(order) : length;
        return isSound ? block : null;
    }

    // Read once: another process may change it between two looks. Whoever goes by the size goes by this one.
    private bool TryReadOrder(HeapBlock* block, out uint order)
    {
        order = block is null ? uint.MaxValue : Volatile.Read(ref block->Order);
        return order < ScopeHeader.HeapOrders && SizeOf(order) <= length - ((byte*)block - start);
    }

    private HeapBlock* TryAllocate(long bytes, int order)
    {
        Claim();
        memory.EnterAllocation();
        HeapBlock* block = null;
        for (int larger = order; larger < ScopeHeader.HeapOrders && block is null; larger++)
        {
            // A free block of the size; then new room; then a larger one, as it is.
            block = Unlist(larger);
            block = block is null && larger == order ? Extend(order) : block;
        }

        if (block is not null)
        {
            // An empty buffer has length 0: what was there before it is there still.
            block->WasUsed |= block->Length == 0 ? 0u : 1;
            block->Length = Math.Max(bytes, 1);
            block->Queue = 0;
            block->Item = ItemState.None;
            block->Home = 0;
            CrashPoints.Hit(CrashPoint.BlockTaken);
            Shared.Store(ref block->Use, UseOf(memory.Own));
        }

        memory.ExitAllocation();
        return block;
    }

    private HeapBlock* Unlist(int order)
    {
        HeapBlock* block = At(Header->FreeBlocks[order]);
        if (!TryReadOrder(block, out uint its) || its != order || (block->Use & 3) != HeapBlock.Free)
        {
            return null;
        }

        Header->FreeBlocks[order] = block->NextFree;
        Header->HeapKept -= block->HasPages != 0 ? WorthKeeping(its) : 0;
        return block;
    }

    private void List(HeapBlock* block, uint order)
    {
        block->NextFree = Header->FreeBlocks[order];
        Header->FreeBlocks[order] = PlaceOf(block);
    }

    private HeapBlock* Extend(int order)
    {
        long top = Header->HeapTop;
        if (top < 0 || top % (1 << SmallestShift) != 0 || SizeOf((uint)order) > length - top)
        {
            return null;
        }

        var block = (HeapBlock*)(start + top);
        block->Magic = HeapBlock.ExpectedMagic;
        block->Order = (uint)order;
        block->Use = HeapBlock.Free;

        // Publish: pairs with the acquire read in At. Killed before it, the next one writes the same place again.
        Volatile.Write(ref Header->HeapTop, top + SizeOf((uint)order));
        CrashPoints.Hit(CrashPoint.HeapExtended);
        return block;
    }

    // Whoever buries this process looks at the blocks only if it may own some.
    private void Claim()
    {
        ParticipantRecord* own = memory.Participant(memory.Own);
        if (Volatile.Read(ref own->OwnsBlocks) == 0)
        {
            Volatile.Write(ref own->OwnsBlocks, 1);
        }
    }
}
