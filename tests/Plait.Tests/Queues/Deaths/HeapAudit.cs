using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Queues.Deaths;

/// <summary>Walks the heap of a scope memory whose queues are empty: every block is a queue's, or free and in the list of its size.</summary>
internal static unsafe class HeapAudit
{
    /// <summary>What is wrong; empty when nothing is. Nobody may use the memory meanwhile.</summary>
    public static List<string> Of(ScopeMemory memory)
    {
        var wrong = new List<string>();
        memory.EnterAllocation();
        HashSet<ulong> free = Free(memory, wrong);
        HashSet<ulong> storages = Storages(memory);
        ulong first = FirstPlace(memory);
        long top = memory.Header->HeapTop;
        int seen = 0;
        for (long at = 0; at < top;)
        {
            HeapBlock* block = memory.Heap.At(first + (ulong)at);
            if (block is null)
            {
                wrong.Add($"there is no block at {at} of {top}");
                break;
            }

            seen++;
            ulong place = memory.Heap.PlaceOf(block);
            Look(memory.Heap, block, place, free, storages, wrong);
            at += memory.Heap.Room(block) + HeapBlock.Size;
        }

        memory.ExitAllocation();
        if (seen == 0)
        {
            wrong.Add("the heap has no blocks, although there is a queue");
        }

        return wrong;
    }

    /// <summary>What is wrong of the memory that all scopes without a name of this process share; to be taken before a test, for other tests leave items behind in queues of theirs.</summary>
    public static HashSet<string> Before(IScope scope) => [.. OfTree(scope)];

    /// <summary>What has gone wrong since.</summary>
    public static IEnumerable<string> Since(IScope scope, HashSet<string> before) => OfTree(scope).Where(wrong => !before.Contains(wrong));

    private static List<string> OfTree(IScope scope)
    {
        ScopeMemory memory = ((ProcessScope)scope).Memory;
        memory.Liveness.SweepAll();
        return memory.Header->NewestQueue == 0 ? [] : Of(memory);
    }

    private static void Look(SharedHeap heap, HeapBlock* block, ulong place, HashSet<ulong> free, HashSet<ulong> storages, List<string> wrong)
    {
        string name = $"block {place:x} of {heap.Room(block)} bytes (use {block->Use:x}, queue {block->Queue}, length {block->Length})";
        ulong use = block->Use & 3;
        if ((use == HeapBlock.Free) != free.Contains(place))
        {
            wrong.Add($"{name} is {(use == HeapBlock.Free ? "free and in no list" : "in use and in a list of free ones")}");
        }

        bool isQueue = use == HeapBlock.Kept && ((QueueControl*)SharedHeap.Data(block))->Magic == QueueControl.ExpectedMagic;
        if (use != HeapBlock.Free && !isQueue && !storages.Contains(place))
        {
            wrong.Add($"{name} belongs to nothing");
        }
    }

    private static HashSet<ulong> Free(ScopeMemory memory, List<string> wrong)
    {
        var free = new HashSet<ulong>();
        for (int order = 0; order < ScopeHeader.HeapOrders; order++)
        {
            for (ulong at = memory.Header->FreeBlocks[order]; at != 0;)
            {
                HeapBlock* block = memory.Heap.At(at);
                if (block is null || block->Order != order || (block->Use & 3) != HeapBlock.Free || !free.Add(at))
                {
                    wrong.Add($"the list of free blocks of order {order} leads to {at:x}, which is not free, of another size or there already");
                    break;
                }

                at = block->NextFree;
            }
        }

        return free;
    }

    // Where the slots of queues are that have grown.
    private static HashSet<ulong> Storages(ScopeMemory memory)
    {
        var places = new HashSet<ulong>();
        for (ulong place = memory.Header->NewestQueue; place != 0;)
        {
            QueueControl* control = memory.QueueAt(place);
            _ = places.Add((control->Storage & ~QueueControl.SlotsMask) - HeapBlock.Size);
            place = control->Older;
        }

        return places;
    }

    // The first block begins where the heap does: between a place that is outside of it and one that is inside.
    private static ulong FirstPlace(ScopeMemory memory)
    {
        (ulong outside, ulong inside) = (0, memory.Header->NewestQueue);
        while (inside - outside > 1)
        {
            ulong middle = outside + ((inside - outside) / 2);
            (outside, inside) = memory.Heap.Range(middle, 1) is null ? (middle, inside) : (outside, middle);
        }

        return inside;
    }
}
