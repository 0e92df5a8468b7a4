using Plait.Codecs;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>Calls to objects of a manager, as one process sees them.</summary>
public sealed class ManagerTests : ProcessTest
{
    [Fact]
    public void Create_OfAnObject_RunsItInTheServer()
    {
        using var manager = Manager.Start();
        int start = 5;

        ICounter counter = manager.Create<ICounter>(() => new Counter(start));

        Assert.True(Manager.IsProxy(counter));
        Assert.Equal(manager.Pid, counter.Pid);
        Assert.NotEqual(Environment.ProcessId, counter.Pid);
        Assert.Equal(8, counter.Add(3));
        counter.Value = 20;
        Assert.Equal(20, counter.Value);
        Assert.Equal(34, counter[3, 4]);
    }

    [Fact]
    public void AddTwice_OfAMemberWithABody_CallsTheOthers()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        Assert.Equal(3 + 6, counter.AddTwice(3));
        Assert.Equal(2, manager.GetStatistics().Calls);
    }

    [Fact]
    public async Task AddAsync_OfEveryKindOfTask_BringsTheResult()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(1));

        Assert.Equal(4, await counter.AddAsync(3));
        Assert.Equal(6, await counter.AddLaterAsync(2, TestContext.Current.CancellationToken));
        await counter.ResetAsync();
        Assert.Equal(0, counter.Value);
        counter.Value = 1;
        await counter.ResetLaterAsync();
        Assert.Equal(0, counter.Value);
    }

    [Fact]
    public async Task AddAsync_ManyAtOnce_RunsAllOfThem()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        int[] values = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => counter.AddAsync(1)));

        Assert.Equal(Enumerable.Range(1, 500), values.Order());
        Assert.Equal(500, counter.Value);
    }

    [Fact]
    public void Echo_OfValuesOfManyTypes_BringsThemBack()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        Assert.Null(counter.Echo(null));
        Assert.Equal("text", counter.Echo("text"));
        Assert.Equal(1.5, counter.Echo(1.5));
        Assert.Equal(new List<int> { 1, 2 }, counter.Echo(new List<int> { 1, 2 }));
        byte[] big = [.. Enumerable.Range(0, 3_000_000).Select(static i => (byte)i)];
        Assert.Equal(big, counter.Echo(big));
    }

    [Fact]
    public void Create_OfAGenericContract_ServesIt()
    {
        using var manager = Manager.Start();

        IBox<string> box = manager.Create<IBox<string>>(static () => new Box<string>());
        IBox<int[]> other = manager.Create<IBox<int[]>>(static () => new Box<int[]>());

        Assert.Null(box.Content);
        box.Content = "pens";
        other.Content = [1, 2];
        Assert.Equal("pens", box.Label("red")["red"]);
        Assert.Equal([1, 2], other.Content);
    }

    [Fact]
    public void Fail_OfAMethodThatThrows_BringsTheExceptionWithTheServersStack()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        var error = Assert.Throws<CounterException>(() => counter.Fail("enough"));

        Assert.Equal("enough", error.Message);
        Assert.Contains($"{nameof(Counter)}.{nameof(Counter.Fail)}", error.StackTrace);
        Assert.Contains(nameof(Fail_OfAMethodThatThrows_BringsTheExceptionWithTheServersStack), error.StackTrace);
    }

    [Fact]
    public async Task FailAsync_OfAMethodThatThrows_BringsTheExceptionWithTheServersStack()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        var error = await Assert.ThrowsAsync<CounterException>(() => counter.FailAsync("enough"));

        Assert.Contains($"{nameof(Counter)}.{nameof(Counter.FailAsync)}", error.StackTrace);
        Assert.Equal(0, counter.Value);
    }

    [Fact]
    public void Echo_OfAnArgumentThatCannotTravel_IsRefusedBeforeItIsSent()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        using var stream = new MemoryStream();

        var error = Assert.Throws<CannotTravelException>(() => counter.Echo(stream));

        Assert.Contains("argument 'value' of ICounter.Echo", error.Message);
        Assert.Equal(0, manager.GetStatistics().Calls);
        Assert.Equal(1, counter.Add(1));
    }

    [Fact]
    public void Draw_WithAResultThatCannotTravel_SaysWhichResultAndWhy()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        Assert.Equal(3, counter.Draw(new Shape { Sides = 3 }).Sides);
        var error = Assert.Throws<CannotTravelException>(() => counter.Draw(new Square { Sides = 4, Length = 1 }));

        Assert.Contains("the result of ICounter.Draw", error.Message);
        Assert.Contains(nameof(Square), error.Message);
        Assert.Equal(1, counter.Add(1));
    }

    [Fact]
    public void Create_OfAnInterfaceThatIsNoContract_IsRefused()
    {
        using var manager = Manager.Start();

        var error = Assert.Throws<ArgumentException>(() => manager.Create<IComparable>(static () => 1));

        Assert.Contains("[ManagedContract]", error.Message);
    }

    [Fact]
    public void Create_WithAFactoryThatThrows_BringsTheException()
    {
        using var manager = Manager.Start();

        var error = Assert.Throws<CounterException>(() => manager.Create<ICounter>(static () => throw new CounterException("no counter today")));

        Assert.Equal("no counter today", error.Message);
        Assert.Equal(0, manager.GetStatistics().ObjectsAlive);
    }

    [Fact]
    public void Create_WithAFactoryThatReturnsNull_IsAnError()
    {
        using var manager = Manager.Start();

        Assert.Contains("null", Assert.Throws<InvalidOperationException>(() => manager.Create<ICounter>(static () => null!)).Message);
    }

    [Fact]
    public void Create_WithAFactoryThatCapturesWhatCannotTravel_IsRefused()
    {
        using var manager = Manager.Start();
        using var stream = new MemoryStream();

        Assert.Throws<CannotTravelException>(() => manager.Create<ICounter>(() => new Counter((int)stream.Length)));
    }

    [Fact]
    public void GetStatistics_AfterCalls_CountsThem()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        for (int i = 0; i < 10; i++)
        {
            _ = counter.Add(1);
        }

        Assert.Throws<CounterException>(() => counter.Fail("one"));
        ManagerStatistics statistics = manager.GetStatistics();

        Assert.Equal((11, 1, 1, 1, 0, 1), (statistics.Calls, statistics.Errors, statistics.ObjectsAlive, statistics.ObjectsServed, statistics.ProxiesOnTheirWay, statistics.Clients));
        Assert.True(statistics.MeanCall > TimeSpan.Zero && statistics.LongestCall >= statistics.MeanCall);
    }

    [Fact]
    public void ToString_OfAProxy_SaysWhatItStandsFor()
    {
        using var manager = Manager.Start(new ManagerOptions { Name = "ledger" });
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        Assert.Equal($"ICounter #1 of manager 'ledger' (pid {manager.Pid})", counter.ToString());
        Assert.Equal($"'ledger' (pid {manager.Pid})", manager.ToString());
    }

    [Fact]
    public void Start_WithSettingsOfItsProcess_AppliesThem()
    {
        var options = new ManagerOptions { Process = { Environment = { ["PLAIT_TEST_OF_MANAGERS"] = "yes" }, WorkingDirectory = "/" } };
        using var manager = Manager.Start(options);

        IManagedValue<string?> value = manager.Create<IManagedValue<string?>>(static () => new Remembered(Environment.GetEnvironmentVariable("PLAIT_TEST_OF_MANAGERS") + Environment.CurrentDirectory));

        Assert.Equal("yes/", value.Value);
    }

    [Fact]
    public void Start_WithOptionsOutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => Manager.Start(new ManagerOptions { CallTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Manager.Start(new ManagerOptions { Concurrency = (ManagedConcurrency)7 }));
        Assert.Throws<ArgumentException>(static () => Manager.Start(new ManagerOptions { Process = { Codecs = { new NoCodec() } } }));
    }

    [Fact]
    public void Start_TwoManagers_KeepsThemApart()
    {
        using var first = Manager.Start();
        using var second = Manager.Start();
        ICounter one = first.Create<ICounter>(static () => new Counter(1));
        ICounter two = second.Create<ICounter>(static () => new Counter(2));

        Assert.NotEqual(one.Pid, two.Pid);
        Assert.Equal((1, 2), (one.Value, two.Value));
    }

    [Fact]
    public void Start_AgainAfterDispose_StartsAnother()
    {
        for (int i = 0; i < 3; i++)
        {
            using var manager = Manager.Start(new ManagerOptions { Name = "again" });
            Assert.Equal(i + 1, manager.Create<ICounter>(() => new Counter(i)).Add(1));
        }
    }

    private sealed class Remembered(string? value) : IManagedValue<string?>
    {
        public string? Value { get; set; } = value;

        public string? Exchange(string? value) => throw new NotSupportedException();

        public string? Update(Func<string?, string?> change) => throw new NotSupportedException();
    }

    private sealed class NoCodec : ICodec
    {
        public bool CanEncode(Type type) => false;

        public void Encode(object value, Type type, System.Buffers.IBufferWriter<byte> output) => throw new NotSupportedException();

        public object? Decode(ReadOnlySpan<byte> data, Type type) => throw new NotSupportedException();
    }
}
