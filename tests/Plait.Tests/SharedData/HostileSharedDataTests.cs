using Plait.Interop;
using Plait.Memory;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>
/// Another process writes nonsense into the memory: whoever uses it gets an error or a wrong value, and never a crash, a hang or a look at memory that
/// is not the scope's.
/// </summary>
public sealed unsafe class HostileSharedDataTests() : SynchronizationTest(Setting.Threads)
{
    private const long Capacity = 64L << 20;
    private const int Rounds = 15_000;

    [Fact]
    public void Bytes_FlippedInADictionary_MakeAnErrorAtMost()
    {
        var random = new Random(Seed("bytes"));
        int refused = 0;
        for (int memory = 0; memory < 6; memory++)
        {
            using Descriptor file = MemoryFile.Create("hostile", Capacity);
            Arena.WriteHeader(file, Capacity, slots: 0);
            var scope = new ProcessScope(ScopeMemory.Use(Arena.Open(file.Number)), 1, "hostile");
            SharedHeap heap = scope.Memory.Heap;
            for (int round = 0; round < Rounds / 6; round++)
            {
                if (round % 100 == 0)
                {
                    refused += Try(() => Fill(scope.CreateDictionary<int, string>($"texts {round}")));
                }

                SharedDictionary<int, string>? texts = null;
                refused += Try(() => texts = scope.CreateDictionary<int, string>($"texts {round / 100 * 100}"));
                long top = Math.Clamp(scope.Memory.Header->HeapTop, 1, heap.Capacity);
                Flip(scope, random, top);
                if (texts is not null)
                {
                    int key = random.Next(100);
                    refused += Try(() => _ = texts.TryGetValue(key, out _));
                    refused += Try(() => texts[key] = new string('x', random.Next(200)));
                    refused += Try(() => texts.Remove(key + 1));
                    refused += Try(() => _ = texts.Count);
                    if (round % 20 == 0)
                    {
                        refused += Try(() => _ = texts.AsEnumerable().LongCount());
                        refused += Try(texts.Clear);
                        refused += Try(() => Fill(texts));
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} operations were refused");
        Assert.InRange(refused, 10, int.MaxValue);
    }

    [Fact]
    public void Header_OfAnArrayThatWasChanged_IsRefusedOrLeftAlone()
    {
        using Descriptor file = MemoryFile.Create("hostile", Capacity);
        Arena.WriteHeader(file, Capacity, slots: 0);
        var scope = new ProcessScope(ScopeMemory.Use(Arena.Open(file.Number)), 1, "hostile");
        SharedArray<int> array = scope.CreateArray<int>(100, "array");
        SharedDataHeader* header = array.Part.Header;
        foreach (long length in new[] { -1, 1L << 40, long.MaxValue, int.MaxValue, 101L })
        {
            header->Length = length;
            Exception error = Assert.ThrowsAny<Exception>(() => scope.CreateArray<int>(100, "array"));
            Assert.True(error is InvalidDataException or ArgumentException, $"{error}");

            // Who has it goes by what it was.
            Assert.Equal(100, array.Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => array[100]);
        }

        header->Length = 100;
        header->Lock = 12_345;
        Assert.Contains("12345", Assert.Throws<InvalidDataException>(() => array.Lock).Message, StringComparison.Ordinal);
        header->ElementBytes = 0;
        Assert.Throws<InvalidDataException>(() => scope.CreateArray<int>(100, "array"));
        header->ElementBytes = 4;
        header->Magic = 1;
        Assert.Throws<InvalidDataException>(() => scope.CreateArray<int>(100, "array"));
    }

    [Fact]
    public void Chain_ThatLeadsInACircle_IsRefused()
    {
        using Descriptor file = MemoryFile.Create("hostile", Capacity);
        Arena.WriteHeader(file, Capacity, slots: 0);
        var scope = new ProcessScope(ScopeMemory.Use(Arena.Open(file.Number)), 1, "hostile");
        SharedDictionary<int, int> numbers = scope.CreateDictionary<int, int>();
        for (int i = 0; i < 200; i++)
        {
            numbers[i] = i;
        }

        // Every entry leads to itself.
        SharedHeap heap = scope.Memory.Heap;
        long at = 0;
        for (HeapBlock* block = heap.Walk(ref at); block is not null; block = heap.Walk(ref at))
        {
            if (block->Use == HeapBlock.Kept && block->Home != 0)
            {
                var entry = (DictionaryEntry*)SharedHeap.Data(block);
                if (entry->KeyBytes == sizeof(int))
                {
                    entry->EvenNext = entry->OddNext = heap.PlaceOf(block);
                }
            }
        }

        // One whose chain is not empty.
        int lost = Enumerable.Range(1000, 1000).First(key => Record.Exception(() => numbers.TryGetValue(key, out _)) is InvalidDataException);
        Assert.Throws<InvalidDataException>(() => numbers[lost] = 1);
        Assert.Throws<InvalidDataException>(() => numbers.Remove(lost));
        Assert.Throws<InvalidDataException>(() => numbers.AsEnumerable().LongCount());
        numbers.Clear();
        numbers[1] = 2;
        Assert.Equal(2, numbers[1]);
    }

    private static int Seed(string name)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("PLAIT_HOSTILE_SEED"), out int given) ? given : 11;
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: seed {seed}");
        return seed;
    }

    private static int Try(Action use)
    {
        Exception? error = Record.Exception(use);
        Assert.True(error is null or InvalidDataException or ScopeCapacityException or ArgumentException, $"{error}");
        return error is null ? 0 : 1;
    }

    private static void Fill(SharedDictionary<int, string> texts)
    {
        for (int key = 0; key < 100; key++)
        {
            texts[key] = new string('v', key);
        }
    }

    // Anywhere in the heap that is used: headers of blocks, stripes, tables, entries. Not the words of guards: one that names a living unit is waited for.
    private static void Flip(Scope scope, Random random, long top)
    {
        SharedHeap heap = scope.Memory.Heap;
        long at = random.NextInt64(top);
        long walked = 0;
        HeapBlock* block = heap.Walk(ref walked);
        while (block is not null && walked <= at)
        {
            block = heap.Walk(ref walked);
        }

        if (block is null || (byte*)block < (byte*)scope.Memory.Object(scope.Memory.ObjectCapacity - 1))
        {
            return;
        }

        int offset = random.Next(random.Next(2) == 0 ? HeapBlock.Size + DictionaryEntry.Size : 512);
        byte* place = heap.Range(heap.PlaceOf(block) + (ulong)offset, 1);
        bool isGuard = block->Use is HeapBlock.Kept or HeapBlock.Counted && block->Home == 0
            && (offset - HeapBlock.Size - SharedDataHeader.Size) % DictionaryStripe.Size is >= 4 and < 8;
        if (place is not null && !isGuard)
        {
            *place = random.Next(3) switch { 0 => 0, 1 => byte.MaxValue, _ => (byte)random.Next(256) };
        }
    }
}
