using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>The heap of a scope's memory: blocks do not overlap, its lists are what the blocks say, and who dies leaves nothing.</summary>
public sealed unsafe class SharedHeapTests() : SynchronizationTest(Setting.Threads), IDisposable
{
    private const long Capacity = 64L << 20;

    private readonly Descriptor _file = NewFile();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Allocate_AndFreeAtRandom_GivesBlocksThatDoNotOverlap()
    {
        SharedHeap heap = Join().Heap;
        var random = new Random(5);
        var live = new List<(nint Block, long Bytes, byte Mark)>();
        for (int step = 0; step < 20_000; step++)
        {
            if (live.Count < 100 && random.Next(2) == 0)
            {
                long bytes = random.Next(8) switch { 0 => random.Next(100_000), 1 => random.Next(5000), _ => random.Next(300) };
                HeapBlock* block = random.Next(2) == 0 ? heap.AllocateZeroed(bytes) : heap.Allocate(bytes);
                Assert.True(heap.Room(block) >= bytes);
                byte mark = (byte)random.Next(1, 256);
                new Span<byte>(SharedHeap.Data(block), (int)bytes).Fill(mark);
                live.Add(((nint)block, bytes, mark));
            }
            else if (live.Count > 0)
            {
                int chosen = random.Next(live.Count);
                (nint block, long bytes, byte mark) = live[chosen];
                Assert.Equal(-1, new Span<byte>(SharedHeap.Data((HeapBlock*)block), (int)bytes).IndexOfAnyExcept(mark));
                heap.Free((HeapBlock*)block);
                live.RemoveAt(chosen);
            }
        }

        Assert.Equal(live.Count, HeapBlocks.Used(heap));
        Assert.Equal(live.Select(static one => one.Block).Order(), AllUsed(heap).Order());
        foreach ((nint block, _, _) in live)
        {
            heap.Free((HeapBlock*)block);
        }

        Assert.Equal(0, HeapBlocks.Used(heap));
        AssertListsAreTrue(Join());
    }

    [Fact]
    public void AllocateZeroed_OfAUsedBlock_GivesZeros()
    {
        SharedHeap heap = Join().Heap;
        for (long bytes = 1; bytes < 1 << 20; bytes *= 3)
        {
            HeapBlock* first = heap.Allocate(bytes);
            new Span<byte>(SharedHeap.Data(first), (int)heap.Room(first)).Fill(255);
            heap.Free(first);

            HeapBlock* second = heap.AllocateZeroed(bytes);

            Assert.True(first == second);
            Assert.Equal(-1, new Span<byte>(SharedHeap.Data(second), (int)bytes).IndexOfAnyExcept((byte)0));
            Assert.Equal(0ul, second->Home);
            heap.Free(second);
        }
    }

    [Fact]
    public void AllocateZeroed_OfABlockThatWasAnEmptyBuffer_GivesZeros()
    {
        SharedHeap heap = Join().Heap;
        HeapBlock* first = heap.Allocate(40);
        new Span<byte>(SharedHeap.Data(first), (int)heap.Room(first)).Fill(255);
        heap.Free(first);
        HeapBlock* empty = heap.Allocate(0);
        Assert.True(first == empty);
        empty->Length = 0;
        heap.Free(empty);

        HeapBlock* second = heap.AllocateZeroed(40);

        Assert.True(first == second);
        Assert.Equal(-1, new Span<byte>(SharedHeap.Data(second), 40).IndexOfAnyExcept((byte)0));
        heap.Free(second);
    }

    [Fact]
    public void Allocate_OfMoreThanThereIs_IsRefusedAndHarmsNothing()
    {
        SharedHeap heap = Join().Heap;
        var blocks = new List<nint>();
        ScopeCapacityException? error = null;
        for (int i = 0; i < 100 && error is null; i++)
        {
            error = Record.Exception(() => blocks.Add((nint)heap.Allocate(1_000_000))) as ScopeCapacityException;
        }

        Assert.NotNull(error);
        Assert.InRange(blocks.Count, 8, 60);
        Assert.Throws<ScopeCapacityException>(() => heap.Allocate(Capacity));
        Assert.Throws<ScopeCapacityException>(() => heap.Allocate(long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.Allocate(-1));
        heap.Free((HeapBlock*)blocks[0]);
        Assert.Equal(blocks[0], (nint)heap.Allocate(1_000_000));
    }

    [Fact]
    public void At_OfAnyNumber_GivesABlockOrNothing()
    {
        SharedHeap heap = Join().Heap;
        HeapBlock* block = heap.Allocate(500);
        ulong place = heap.PlaceOf(block);
        Assert.True(heap.At(place) == block);

        var random = new Random(3);
        foreach (ulong wrong in new[] { 0ul, 1ul, place + 1, place + 64, place - 128, place + 1024, ulong.MaxValue, 1ul << 63 }.Concat(Enumerable.Range(0, 1000).Select(_ => (ulong)random.NextInt64())))
        {
            Assert.True(heap.At(wrong) is null, $"{wrong:x}");
            Assert.True(wrong == place + 64 || wrong == place + 1 || wrong == place + 1024 || wrong == place - 128 || heap.Range(wrong, 1) is null, $"{wrong:x}");
        }

        Assert.True(heap.Range(place, long.MaxValue) is null);
        Assert.True(heap.Range(place, -1) is null);
    }

    [Fact]
    public void Bury_OfAProcess_FreesWhatItOwned()
    {
        ScopeMemory first = Join();
        ScopeMemory second = Join();
        HeapBlock* owned = first.Heap.Allocate(100);
        HeapBlock* kept = first.Heap.Allocate(100);
        SharedHeap.Keep(kept);
        HeapBlock* others = second.Heap.Allocate(100);

        Kill(first, second);

        Assert.Equal((HeapBlock.Free, HeapBlock.Kept), (owned->Use, kept->Use));
        Assert.True(SharedHeap.IsOwnedBy(others, second.Own));
        AssertListsAreTrue(second);
    }

    [Fact]
    public void Counted_HeldByThree_IsFreedWithTheLast()
    {
        ScopeMemory[] all = [Join(), Join(), Join()];
        HeapBlock* block = all[0].Heap.AllocateCounted(ObjectKind.SharedArray, 4, 10, 1);
        ulong serial = SharedHeap.HeaderOf(block)->Serial;
        ulong place = all[0].Heap.PlaceOf(block);
        Assert.True(all[1].Heap.TryHold(all[1].Heap.At(place), serial));
        Assert.True(all[2].Heap.TryHold(all[2].Heap.At(place), serial));
        Assert.False(all[2].Heap.TryHold(all[2].Heap.At(place), serial + 1));

        all[0].Heap.LetGo(block, serial);
        Kill(all[1], all[2]);
        Assert.Equal(HeapBlock.Counted, block->Use);
        all[2].Heap.LetGo(all[2].Heap.At(place), serial);

        Assert.Equal(HeapBlock.Free, block->Use);
        Assert.False(all[0].Heap.TryHold(block, serial));
    }

    [Fact]
    public void Counted_HeldByTheDeadAlone_IsFreed()
    {
        ScopeMemory first = Join();
        ScopeMemory second = Join();
        HeapBlock* block = first.Heap.AllocateCounted(ObjectKind.SharedArray, 4, 10, 1);

        Kill(first, second);

        Assert.Equal(HeapBlock.Free, block->Use);
    }

    [Fact]
    public void Counted_SentByTheDead_IsKeptUntilItIsReceived()
    {
        ScopeMemory[] all = [Join(), Join(), Join()];
        HeapBlock* block = all[0].Heap.AllocateCounted(ObjectKind.SharedArray, 4, 10, 1);
        ulong serial = SharedHeap.HeaderOf(block)->Serial;
        SharedHeap.NoteSent(block);

        Kill(all[0], all[1]);
        Assert.Equal(HeapBlock.Counted, block->Use);
        HeapBlock* received = all[2].Heap.At(all[0].Heap.PlaceOf(block));
        Assert.True(all[2].Heap.TryHold(received, serial));
        SharedHeap.NoteReceived(received);
        SharedHeap.NoteReceived(received);
        all[2].Heap.LetGo(received, serial);

        // The one that had kept it for the receiver was no holder any more.
        Assert.Equal(HeapBlock.Free, block->Use);
    }

    [Fact]
    public void Counted_OfADictionary_TakesItsEntriesAlong()
    {
        ScopeMemory memory = Join();
        long before = HeapBlocks.Used(memory.Heap);
        HeapBlock* block = memory.Heap.AllocateCounted(ObjectKind.SharedDictionary, DictionaryStripe.Size, DictionaryTable.Stripes, 1);
        ulong serial = SharedHeap.HeaderOf(block)->Serial;
        byte* stripes = SharedHeap.Data(block) + SharedDataHeader.Size;
        DictionaryTable.Make(stripes, serial);
        var table = new DictionaryTable(memory, stripes, 9, serial);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(DictionaryResult.Done, table.Change(BitConverter.GetBytes(i), BitConverter.GetBytes(i), isNull: false, DictionaryChange.Set, default, default, expectsNull: false));
        }

        Assert.Equal(1000, table.Count);
        Assert.True(HeapBlocks.Used(memory.Heap) > before + 1000);
        memory.Heap.LetGo(block, serial);

        Assert.Equal(before, HeapBlocks.Used(memory.Heap));
        AssertListsAreTrue(memory);
    }

    [Fact]
    public void Repair_OfAStripe_SweepsWhatNothingLeadsTo()
    {
        ScopeMemory memory = Join();
        HeapBlock* block = memory.Heap.AllocateCounted(ObjectKind.SharedDictionary, DictionaryStripe.Size, DictionaryTable.Stripes, 1);
        ulong serial = SharedHeap.HeaderOf(block)->Serial;
        byte* stripes = SharedHeap.Data(block) + SharedDataHeader.Size;
        DictionaryTable.Make(stripes, serial);
        var table = new DictionaryTable(memory, stripes, 9, serial);
        for (int i = 0; i < 300; i++)
        {
            _ = table.Change(BitConverter.GetBytes(i), BitConverter.GetBytes(i), isNull: false, DictionaryChange.Set, default, default, expectsNull: false);
        }

        long used = HeapBlocks.Used(memory.Heap);
        for (int i = 0; i < DictionaryTable.Stripes; i++)
        {
            // An entry that was never linked, as somebody who died there leaves it; and the numbers in between.
            var stripe = (DictionaryStripe*)(stripes + (i * DictionaryStripe.Size));
            HeapBlock* stray = memory.Heap.Allocate(100);
            stray->Home = stripe->Home;
            SharedHeap.Keep(stray);
            stripe->Count = 77;
            stripe->Sequence |= 1;
            DictionaryTable.Repair(memory, stripe);
            Assert.Equal(0ul, stripe->Sequence & 1);
        }

        Assert.Equal(used, HeapBlocks.Used(memory.Heap));
        Assert.Equal(300, table.Count);
        byte[] found = new byte[4];
        Assert.All(Enumerable.Range(0, 300), i =>
        {
            Assert.Equal(DictionaryResult.Done, new DictionaryTable(memory, stripes, 9, serial).TryGet(BitConverter.GetBytes(i), found, out _, out _));
            Assert.Equal(i, BitConverter.ToInt32(found));
        });
    }

    private static List<nint> AllUsed(SharedHeap heap)
    {
        var found = new List<nint>();
        long at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            if ((block->Use & 3) != HeapBlock.Free)
            {
                found.Add((nint)block);
            }
        }

        return found;
    }

    // Every free block is in the list of its size, once, and nothing else is in any.
    private static void AssertListsAreTrue(ScopeMemory memory)
    {
        var listed = new HashSet<nint>();
        for (int order = 0; order < ScopeHeader.HeapOrders; order++)
        {
            for (HeapBlock* block = memory.Heap.At(memory.Header->FreeBlocks[order]); block is not null; block = memory.Heap.At(block->NextFree))
            {
                Assert.Equal((uint)order, block->Order);
                Assert.Equal(HeapBlock.Free, block->Use);
                Assert.True(listed.Add((nint)block));
            }
        }

        Assert.Equal(HeapBlocks.Count(memory.Heap, static block => block.Use == HeapBlock.Free), listed.Count);
    }

    // To others it is a process that has ended: its number is nobody's.
    private static void Kill(ScopeMemory dead, ScopeMemory by) => by.Liveness.Bury(dead.Own);

    private ScopeMemory Join() => ScopeMemory.Use(Arena.Open(_file.Number));

    private static Descriptor NewFile()
    {
        Descriptor file = MemoryFile.Create("heap", Capacity);
        Arena.WriteHeader(file, Capacity, slots: 0);
        return file;
    }
}
