using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Tests.SharedData;

/// <summary>What the blocks of a heap say.</summary>
internal static unsafe class HeapBlocks
{
    /// <summary>How many blocks are not free.</summary>
    public static long Used(SharedHeap heap) => Count(heap, static block => (block.Use & 3) != HeapBlock.Free);

    public static long Count(SharedHeap heap, Func<HeapBlock, bool> counts)
    {
        long count = 0;
        long at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            count += counts(*block) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The numbers of the shared data that is there.</summary>
    public static List<ulong> Serials(SharedHeap heap)
    {
        var serials = new List<ulong>();
        long at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            if (block->Use == HeapBlock.Counted)
            {
                serials.Add(SharedHeap.HeaderOf(block)->Serial);
            }
        }

        return serials;
    }
}
