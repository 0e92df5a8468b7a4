using Plait.SharedData;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>What a <see cref="SharedDictionary{TKey, TValue}"/> keeps, in every scope.</summary>
public abstract class SharedDictionaryContract : SynchronizationTest
{
    private protected SharedDictionaryContract(Setting setting)
        : base(setting)
    {
    }

    public sealed record Order(string Name, int Count);

    [Fact]
    public void Values_SetByOneUnit_AreThereForAll()
    {
        using SharedDictionary<string, Order?> orders = Scope.CreateDictionary<string, Order?>();
        orders["first"] = new Order("bolts", 12);
        orders[""] = null;

        Assert.Equal("Order { Name = bolts, Count = 12 } and nothing", End(Start(Describe, orders)));

        Assert.Equal(new Order("nuts", 3), orders["second"]);
        Assert.Null(orders[""]);
        Assert.Equal(3, orders.Count);
    }

    [Fact]
    public void Operations_OnAKey_GiveWhatADictionaryGives()
    {
        using SharedDictionary<int, string> texts = Scope.CreateDictionary<int, string>();
        Assert.True(texts.IsEmpty);
        Assert.False(texts.TryGetValue(1, out string? none) || none is not null || texts.ContainsKey(1) || texts.Remove(1) || texts.TryUpdate(1, "x", "y"));
        Assert.Contains("'1'", Assert.Throws<KeyNotFoundException>(() => texts[1]).Message, StringComparison.Ordinal);

        Assert.True(texts.TryAdd(1, "one"));
        Assert.False(texts.TryAdd(1, "two"));
        Assert.Equal("one", texts[1]);
        texts[1] = "a text that takes much more room than the one before it had, and some more of it, so that it needs another place";
        Assert.StartsWith("a text that takes", texts[1], StringComparison.Ordinal);
        texts[1] = "";
        Assert.Equal("", texts[1]);
        Assert.False(texts.TryUpdate(1, "three", "two"));
        Assert.True(texts.TryUpdate(1, "three", ""));
        Assert.Equal("three", texts.GetOrAdd(1, "four"));
        Assert.Equal("five", texts.GetOrAdd(2, static _ => "five"));
        Assert.Equal("three!", texts.AddOrUpdate(1, "new", static (_, old) => old + "!"));
        Assert.Equal("new", texts.AddOrUpdate(3, "new", static (_, old) => old + "!"));
        Assert.True(texts.TryRemove(1, out string? removed));
        Assert.Equal("three!", removed);
        Assert.Equal(2, texts.Count);
        Assert.Equal([2, 3], texts.Keys.Order());
        texts.Clear();
        Assert.Equal((0, true, 0L), (texts.Count, texts.IsEmpty, texts.AsEnumerable().LongCount()));
        Assert.Throws<ArgumentNullException>(() => Scope.CreateDictionary<string, int>()[null!]);
    }

    [Fact]
    public void Operations_AtRandom_GiveWhatADictionaryGives()
    {
        var random = new Random(71);
        var model = new Dictionary<long, string>();
        using SharedDictionary<long, string> shared = Scope.CreateDictionary<long, string>();
        for (int step = 0; step < 20_000; step++)
        {
            long key = random.Next(step < 10_000 ? 3000 : 100);
            string value = new('v', random.Next(step % 97 == 0 ? 3000 : 40));
            switch (random.Next(5))
            {
                case 0:
                case 1:
                    shared[key] = model[key] = value;
                    break;
                case 2:
                    Assert.Equal(model.TryAdd(key, value), shared.TryAdd(key, value));
                    break;
                case 3:
                    Assert.Equal(model.Remove(key, out string? expected), shared.TryRemove(key, out string? removed));
                    Assert.Equal(expected, removed);
                    break;
                default:
                    Assert.Equal(model.GetValueOrDefault(key), shared.GetValueOrDefault(key));
                    break;
            }

            if (step % 5000 == 4999)
            {
                Assert.Equal(model.Count, shared.Count);
                Assert.Equal(model.OrderBy(static pair => pair.Key), shared.OrderBy(static pair => pair.Key));
            }
        }

        shared.Clear();
        Assert.Empty(shared);
    }

    [Fact]
    public void AddOrUpdate_ByManyUnits_LosesNothing()
    {
        using SharedDictionary<int, long> counts = Scope.CreateDictionary<int, long>();

        Assert.All(End(StartMany(3, CountUp, counts)), Assert.True);

        Assert.Equal(Enumerable.Range(0, 10).Select(static key => KeyValuePair.Create(key, 3L * 300)), counts.OrderBy(static pair => pair.Key));
    }

    [Fact]
    public void GetOrAdd_ByManyUnits_GivesAllTheSame()
    {
        using SharedDictionary<int, Guid> tickets = Scope.CreateDictionary<int, Guid>();

        Guid[][] seen = End(StartMany(3, Draw, tickets));

        Assert.All(seen, own => Assert.Equal(seen[0], own));
        Assert.Equal(seen[0], Enumerable.Range(0, 200).Select(key => tickets[key]));
    }

    [Fact]
    public void Reads_WhileOthersWrite_SeeWholeValues()
    {
        using SharedDictionary<int, Block> blocks = Scope.CreateDictionary<int, Block>();
        using SharedValue<int> stop = Scope.CreateValue(0);
        for (int key = 0; key < 4; key++)
        {
            blocks[key] = new Block(0);
        }

        Task<int> writer = Start(WriteBlocks, blocks, stop);
        int seen = 0;
        Until(() =>
        {
            for (int key = 0; key < 4; key++)
            {
                Block block = blocks[key];
                Assert.True(block.IsWhole);
                seen = Math.Max(seen, (int)block.First);
            }

            foreach ((int _, Block block) in blocks)
            {
                Assert.True(block.IsWhole);
            }

            return seen > 1000;
        });
        stop.Value = 1;

        Assert.True(End(writer) >= seen);
    }

    [Fact]
    public void Enumeration_WhileOthersAddAndRemove_GivesOnceWhatIsThereAllTheTime()
    {
        using SharedDictionary<int, int> numbers = Scope.CreateDictionary<int, int>();
        for (int i = 0; i < 500; i++)
        {
            numbers[i] = i;
        }

        using SharedValue<int> stop = Scope.CreateValue(0);
        Task<bool> other = Start(ComeAndGo, numbers, stop);
        Until(() => numbers.Count > 500);
        for (int round = 0; round < 20; round++)
        {
            Assert.Equal(Enumerable.Range(0, 500), numbers.Where(static pair => pair.Key < 500).Select(static pair => pair.Value).Order());
        }

        stop.Value = 1;
        Assert.True(End(other));
        Assert.Equal(500, numbers.Count);
    }

    [Fact]
    public void Keys_OfStructsWithGaps_AreComparedByTheirFields()
    {
        using SharedDictionary<(byte, long), int> pairs = Scope.CreateDictionary<(byte, long), int>();
        for (int i = 0; i < 100; i++)
        {
            pairs[Key(i)] = i;
        }

        Assert.Equal(10, pairs.Count);
        Assert.Equal(95, pairs[(5, 5)]);

        // Its gap has what the stack had there.
        static (byte, long) Key(int i)
        {
            Span<byte> dirt = stackalloc byte[64];
            dirt.Fill((byte)i);
            (byte, long) key = System.Runtime.InteropServices.MemoryMarshal.Read<(byte, long)>(dirt);
            key.Item1 = (byte)(i % 10);
            key.Item2 = i % 10;
            return key;
        }
    }

    [Fact]
    public void Create_OfAKnownName_FindsTheDictionary()
    {
        using SharedDictionary<int, int> first = Scope.CreateDictionary<int, int>("stock");
        first[1] = 2;

        using SharedDictionary<int, int> second = Scope.CreateDictionary<int, int>("stock");

        Assert.Equal((2, "stock"), (second[1], second.Name));
        Assert.Throws<ArgumentException>(() => Scope.CreateDictionary<int, long>("stock"));
        Assert.Throws<ArgumentException>(() => Scope.CreateValue(1, "stock"));
    }

    [Fact]
    public void Lock_HeldForSeveralKeys_KeepsThemTogether()
    {
        using SharedDictionary<string, int> accounts = Scope.CreateDictionary<string, int>();
        accounts["a"] = accounts["b"] = 1000;

        Assert.All(End(StartMany(3, Transfer, accounts)), Assert.True);

        Assert.Equal((700, 1300), (accounts["a"], accounts["b"]));
    }

    [Fact]
    public void Use_AfterDispose_IsRefused()
    {
        SharedDictionary<int, int> numbers = Scope.CreateDictionary<int, int>();
        numbers.Dispose();

        Assert.Throws<ObjectDisposedException>(() => numbers[1]);
        Assert.Throws<ObjectDisposedException>(() => numbers.TryAdd(1, 1));
        Assert.Throws<ObjectDisposedException>(() => numbers.Count);
        Assert.Throws<ObjectDisposedException>(() => numbers.GetEnumerator());
    }

    public readonly record struct Block(long First, long Second, long Third, long Fourth, long Fifth)
    {
        public Block(long number)
            : this(number, number, number, number, number)
        {
        }

        public bool IsWhole => First == Second && First == Third && First == Fourth && First == Fifth;
    }

    private static string Describe(SharedDictionary<string, Order?> orders)
    {
        orders["second"] = new Order("nuts", 3);
        return $"{orders["first"]} and {orders[""]?.ToString() ?? "nothing"}";
    }

    private static bool CountUp(SharedDictionary<int, long> counts)
    {
        for (int i = 0; i < 3000; i++)
        {
            counts.AddOrUpdate(i % 10, 1, static (_, old) => old + 1);
        }

        return true;
    }

    private static Guid[] Draw(SharedDictionary<int, Guid> tickets) =>
        [.. Enumerable.Range(0, 200).Select(key => tickets.GetOrAdd(key, static _ => Guid.NewGuid()))];

    private static int WriteBlocks(SharedDictionary<int, Block> blocks, SharedValue<int> stop)
    {
        int number = 0;
        while (stop.Value == 0)
        {
            number++;
            blocks[number % 4] = new Block(number);
            if (number % 50 == 0)
            {
                // Another entry in the place of this one.
                blocks.Remove(number % 4 + 4);
                blocks[number % 4 + 4] = new Block(number);
            }
        }

        return number;
    }

    private static bool ComeAndGo(SharedDictionary<int, int> numbers, SharedValue<int> stop)
    {
        for (int round = 0; stop.Value == 0; round++)
        {
            // More each time: tables grow.
            int most = 500 + Math.Min(200 * (round + 1), 5000);
            for (int i = 500; i < most; i++)
            {
                numbers[i] = i;
            }

            for (int i = 500; i < most; i++)
            {
                numbers.Remove(i);
            }
        }

        return true;
    }

    private static bool Transfer(SharedDictionary<string, int> accounts)
    {
        for (int i = 0; i < 100; i++)
        {
            using Hold hold = accounts.Lock.Acquire();
            Assert.Equal(2000, accounts["a"] + accounts["b"]);
            accounts["a"]--;
            accounts["b"]++;
        }

        return true;
    }
}

public sealed class ThreadSharedDictionaryTests() : SharedDictionaryContract(Setting.Threads);

public sealed class ProcessSharedDictionaryTests() : SharedDictionaryContract(Setting.Processes);
