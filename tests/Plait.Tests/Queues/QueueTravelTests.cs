using System.Buffers;
using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>How queues of a <see cref="ProcessScope"/> get to other processes, and what their items may be.</summary>
public sealed class QueueTravelTests() : SynchronizationTest(Setting.Processes)
{
    // A named memory stays mapped as long as its process: opened once, before any test counts descriptors.
    private static readonly string s_name = $"queues-{Guid.NewGuid():N}";
    private static readonly bool s_isOpen = OpenOnce();

    private readonly bool _isOpen = s_isOpen;

    /// <summary>What cannot go to another process, beside what can.</summary>
    public sealed class Bad
    {
        public Func<int>? Function { get; init; }
    }

    /// <summary>Goes by <see cref="CountingCodec"/>.</summary>
    public sealed class Counted
    {
        public int Number { get; set; }
    }

    /// <summary>Counts what it encodes.</summary>
    public sealed class CountingCodec : ICodec
    {
        public static int Encoded { get; private set; }

        public bool CanEncode(Type type) => type == typeof(Counted);

        public void Encode(object value, Type type, IBufferWriter<byte> output)
        {
            Encoded++;
            output.Write(BitConverter.GetBytes(((Counted)value).Number));
        }

        public object Decode(ReadOnlySpan<byte> data, Type type) => new Counted { Number = BitConverter.ToInt32(data) };
    }

    [Fact]
    public void Start_WithQueuesOfEveryKind_HandsThemOver()
    {
        IQueue<int> fifo = Scope.CreateQueue<int>(4);
        IJoinableQueue<string> lifo = Scope.CreateLifoQueue<string>();
        IPriorityQueue<Letter> priority = Scope.CreatePriorityQueue<Letter>(static letter => -letter.Number);
        fifo.Put(7);
        lifo.PutMany(["a", "b"]);

        Assert.Equal("7 b a 4", End(Start(
            static (IQueue<int> fifo, IJoinableQueue<string> lifo, IPriorityQueue<Letter> priority) =>
            {
                string seen = $"{fifo.Get()} {lifo.Get()} {lifo.Get()} {fifo.Capacity}";
                lifo.TaskDone();
                priority.PutMany([Items.Make<Letter>(1), Items.Make<Letter>(3)]);
                priority.Put(Items.Make<Letter>(2), priority: -100);
                return seen;
            },
            fifo,
            lifo,
            priority)));
        Assert.True(fifo.IsEmpty);

        // Of the two that it got it said to be done one; the other is lost with it. What it put stays.
        Until(() => lifo.UnfinishedTasks == 0);
        Assert.Equal(1, lifo.GetStatistics().Abandoned);
        Assert.Equal([2, 3, 1], Enumerable.Range(0, 3).Select(_ => Items.Read(priority.Get())));
    }

    [Fact]
    public void Start_WithACapturedQueue_HandsItOver()
    {
        IJoinableQueue<int> queue = Scope.CreateQueue<int>();
        using var child = ChildProcess.Start(() => queue.Put(5));

        Assert.Equal(5, queue.Get());
        Assert.True(child.Join(Waits.Hang));
    }

    [Fact]
    public void Put_OfAQueueIntoAQueue_HandsItOver()
    {
        IQueue<IQueue<int>> mail = Scope.CreateQueue<IQueue<int>>();
        IQueue<int> answers = Scope.CreateQueue<int>();
        IQueue<int> asked = Scope.CreateQueue<int>();
        Task<int> child = Start(
            static (IQueue<IQueue<int>> mail, IQueue<int> asked) =>
            {
                IQueue<int> answers = mail.Get();
                foreach (int number in asked.ReadAll())
                {
                    answers.Put(number * number);
                }

                mail.Put(answers);
                return 0;
            },
            mail,
            asked);

        mail.Put(answers);
        asked.PutMany([2, 3, 4]);
        Assert.Equal([4, 9, 16], Enumerable.Range(0, 3).Select(_ => answers.Get()));
        asked.Shutdown();
        Assert.Equal(0, End(child));

        IQueue<int> back = mail.Get();
        back.Put(1);
        Assert.Equal(1, answers.Get());
    }

    [Fact]
    public void Open_OfAScopeByName_MeetsItsQueues()
    {
        Assert.True(_isOpen);
        using ProcessScope scope = ProcessScope.Open(s_name);
        IJoinableQueue<string> queue = scope.CreateQueue<string>(10, "letters");
        IQueue<int> answers = scope.CreateQueue<int>(10, "answers");
        queue.Put("one");

        Assert.Equal("one 10", End(Start(
            static (string name) =>
            {
                // Knows nothing but the names.
                using ProcessScope scope = ProcessScope.Open(name);
                IJoinableQueue<string> queue = scope.CreateQueue<string>(99, "letters");
                scope.CreateQueue<int>(10, "answers").Put(1);
                return $"{queue.Get()} {queue.Capacity}";
            },
            s_name)));

        Assert.Equal(1, answers.Get());
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task Submit_ToAPool_HandsQueuesOver()
    {
        IJoinableQueue<int> queue = Scope.CreateQueue<int>();
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) });

        await Task.WhenAll(pool.Submit(static (IJoinableQueue<int> queue) => queue.Put(1), queue).InTime(), pool.Submit(() => queue.Put(2)).InTime());

        Assert.Equal(3, queue.Get() + queue.Get());
    }

    [Fact]
    public void Start_FromAChild_HandsOnWhatItWasHanded()
    {
        IQueue<Letter> queue = Scope.CreateQueue<Letter>();

        Assert.Equal(0, End(Start(
            static (IQueue<Letter> queue) =>
            {
                using var grandchild = ChildProcess.Start(static (IQueue<Letter> queue) => queue.Put(Items.Make<Letter>(9)), queue);
                return grandchild.Join(Waits.Hang) ? 0 : 1;
            },
            queue)));
        Assert.Equal(9, Items.Read(queue.Get()));
    }

    [Fact]
    public void Start_WithAQueueOfAThreadScope_IsRefused()
    {
        using ThreadScope threads = ThreadScope.Create();
        IQueue<int> queue = threads.CreateQueue<int>();

        Exception error = Assert.ThrowsAny<Exception>(() => End(Start(static (IQueue<int> queue) => queue.Count, queue)));

        Assert.IsType<CannotTravelException>(error);
        Assert.Contains(nameof(ProcessScope), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OfWhatCannotTravel_IsAnErrorThereAndLeavesTheQueue()
    {
        IJoinableQueue<Bad> queue = Scope.CreateQueue<Bad>(3);
        using var file = new MemoryStream();
        var bad = new Bad { Function = () => (int)file.Length };
        queue.Put(new Bad());

        Assert.Contains(nameof(Bad.Function), Assert.Throws<CannotTravelException>(() => queue.Put(bad)).Message, StringComparison.Ordinal);
        Assert.Throws<CannotTravelException>(() => queue.TryPut(bad));
        Assert.Throws<CannotTravelException>(() => queue.TryPut(bad, TimeSpan.FromHours(1)));
        await Assert.ThrowsAsync<CannotTravelException>(async () => await queue.PutAsync(bad));
        await Assert.ThrowsAsync<CannotTravelException>(async () => await queue.TryPutAsync(bad, TimeSpan.Zero));

        // The ones before it are in the queue.
        Assert.Throws<CannotTravelException>(() => queue.PutMany([new Bad(), bad, new Bad()]));

        Assert.Equal((2, 2, 2L), (queue.Count, queue.UnfinishedTasks, queue.GetStatistics().Puts));
        Assert.Null(queue.Get().Function);
        queue.PutMany([new Bad(), new Bad()]);
        Assert.True(queue.IsFull);
    }

    [Fact]
    public async Task Put_OfWhatCannotTravelIntoAFullQueue_IsAnErrorAtOnce()
    {
        IQueue<Bad> queue = Scope.CreateQueue<Bad>(1);
        IPriorityQueue<Bad> ranked = Scope.CreatePriorityQueue<Bad>(static _ => 0, 1);
        ILeaseQueue<Bad> leases = Scope.CreateLeaseQueue<Bad>(1);
        var bad = new Bad { Function = static () => 1 };
        foreach (IQueue<Bad> full in new[] { queue, ranked, leases })
        {
            full.Put(new Bad());

            // Whoever waits here waits for ever.
            Assert.Throws<CannotTravelException>(() => full.TryPut(bad));
            Assert.Throws<CannotTravelException>(() => full.TryPut(bad, TimeSpan.FromHours(1)));
            Assert.Throws<CannotTravelException>(() => full.Put(bad));
            Assert.Throws<CannotTravelException>(() => full.TryPutMany([bad]));
            Assert.Throws<CannotTravelException>(() => full.PutMany([bad]));
            await Assert.ThrowsAsync<CannotTravelException>(async () => await full.PutAsync(bad));
            await Assert.ThrowsAsync<CannotTravelException>(async () => await full.TryPutAsync(bad, TimeSpan.FromHours(1)));
            await Assert.ThrowsAsync<CannotTravelException>(async () => await full.PutManyAsync(new[] { bad }));
            Assert.False(full.TryPut(new Bad()));
            Assert.Equal((1, 1L), (full.Count, full.GetStatistics().Puts));
        }
    }

    [Fact]
    public async Task Put_ThatWaitsForRoom_EncodesOnceWhatIsPutThen()
    {
        var codec = new CountingCodec();
        IQueue<Counted> queue = Scope.CreateQueue<Counted>(1, options: new QueueOptions { Codecs = { codec } });
        queue.Put(new Counted { Number = 0 });
        for (int form = 0; form < 5; form++)
        {
            int before = CountingCodec.Encoded;
            var item = new Counted { Number = form };
            Task<bool> putter = form switch
            {
                0 => OnThread(() => queue.Put(item)),
                1 => OnThread(() => queue.TryPut(item, TimeSpan.FromHours(1))),
                2 => OnThread(() => queue.PutMany([item])),
                3 => InFlow(async () => await queue.PutAsync(item)),
                _ => InFlow(async () => await queue.PutManyAsync(new[] { item })),
            };
            Until(() => queue.GetStatistics().WaitingPutters == 1);

            // What is put is the item as it was.
            item.Number = 99;
            _ = queue.Get();
            Assert.True(await putter.InTime());

            Assert.True(queue.TryPeek(out Counted next));
            Assert.Equal((form, 1), (next.Number, CountingCodec.Encoded - before));
        }
    }

    [Fact]
    public void Put_OfAFunction_SaysThatFunctionsDoNotGoThroughQueues()
    {
        IQueue<Bad> queue = Scope.CreateQueue<Bad>(1, "orders");
        IQueue<Action> actions = Scope.CreateQueue<Action>(1, "actions");

        CannotTravelException member = Assert.Throws<CannotTravelException>(() => queue.Put(new Bad { Function = static () => 1 }));
        CannotTravelException whole = Assert.Throws<CannotTravelException>(() => actions.TryPut(static () => { }));
        CannotTravelException type = Assert.Throws<CannotTravelException>(() => Scope.CreateQueue<object>(1).Put(new Bad()));

        Assert.StartsWith("property 'Function' (System.Func`1[System.Int32]) of an item of queue 'orders' cannot travel to another process: functions do not go through queues", member.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ProcessExecutor), member.Message, StringComparison.Ordinal);
        Assert.StartsWith("an item of queue 'actions' (System.Action) cannot travel", whole.Message, StringComparison.Ordinal);
        Assert.Contains("an item of a queue cannot choose its own type. Declare", type.Message, StringComparison.Ordinal);
        foreach (CannotTravelException error in new[] { member, whole, type })
        {
            Assert.DoesNotContain("answer", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("parent", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Get_OfNullAndOfTheEmpty_GivesTheSame()
    {
        IQueue<string?> texts = Scope.CreateQueue<string?>();
        IQueue<byte[]?> bytes = Scope.CreateQueue<byte[]?>(8);
        IPriorityQueue<string?> ranked = Scope.CreatePriorityQueue<string?>(static text => text?.Length ?? -1);
        texts.PutMany([null, "", "a"]);
        bytes.PutMany([null, [], [1]]);
        ranked.PutMany(["aa", null, ""]);

        Assert.Equal("null,,a", string.Join(",", new[] { texts.Get(), texts.Get(), texts.Get() }.Select(static text => text ?? "null")));
        Assert.Equal("null,0,1", string.Join(",", new[] { bytes.Get(), bytes.Get(), bytes.Get() }.Select(static item => $"{item?.Length}" is { Length: > 0 } length ? length : "null")));
        Assert.Equal("null,,aa", string.Join(",", new[] { ranked.Get(), ranked.Get(), ranked.Get() }.Select(static text => text ?? "null")));
    }

    [Fact]
    public void Put_OfItemsOfEverySize_BringsThemWhole()
    {
        IQueue<byte[]> queue = Scope.CreateQueue<byte[]>(4, options: new QueueOptions { ItemBytes = 120 });
        Task<int> child = Start(
            static (IQueue<byte[]> queue) =>
            {
                int wrong = 0;
                foreach (byte[] item in queue.ReadAll())
                {
                    wrong += item.AsSpan().ContainsAnyExcept((byte)item.Length) ? 1 : 0;
                }

                return wrong;
            },
            queue);
        foreach (int length in new[] { 0, 1, 7, 119, 120, 121, 127, 128, 129, 1000, 4095, 4096, 65_536, 1_000_003, 30_000_000 })
        {
            byte[] item = new byte[length];
            item.AsSpan().Fill((byte)length);
            queue.Put(item);
            if (length < 5000 && queue.TryPeek(out byte[]? seen))
            {
                Assert.DoesNotContain(seen, value => value != (byte)seen.Length);
            }
        }

        queue.Shutdown();
        Assert.Equal(0, End(child));
    }

    [Fact]
    public void Put_IntoAQueueThatHasItsBytes_WaitsForRoom()
    {
        IQueue<byte[]> queue = Scope.CreateQueue<byte[]>(options: new QueueOptions { MostBytes = 64 << 10 });
        int puts = 0;
        while (queue.TryPut(new byte[4000]))
        {
            puts++;
            Assert.InRange(puts, 1, 1000);
        }

        Assert.InRange(puts, 12, 20);
        Assert.True(queue.IsFull);
        Assert.False(queue.TryPut([1], TimeSpan.FromMilliseconds(5)));
        Task<bool> putter = OnThread(() => queue.Put([1]));
        Until(() => queue.GetStatistics().WaitingPutters == 1);
        _ = queue.Get();
        Assert.True(End(putter));
        Assert.Equal(puts, queue.Count);

        IQueue<int> numbers = Scope.CreateQueue<int>(options: new QueueOptions { MostBytes = 64 << 10 });
        int count = 0;
        while (numbers.TryPut(count))
        {
            count++;
        }

        Assert.InRange(count, 8_192, 16_384);
        Assert.Equal(Enumerable.Range(0, count), numbers.ToDrained());
    }

    [Fact]
    public void Create_WithSettingsOutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateQueue<string>(options: new QueueOptions { ItemBytes = 7 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateQueue<string>(options: new QueueOptions { ItemBytes = 65_537 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateQueue<string>(options: new QueueOptions { MostBytes = 65_535 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreatePriorityQueue<int>(capacity: 16_777_217));
    }

    private static bool OpenOnce()
    {
        using ProcessScope first = ProcessScope.Open(s_name);
        return first.IsShared;
    }
}
