using Plait.Codecs;
using Plait.Queues;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>What a pipe keeps, whether the other end is with a thread or with a process.</summary>
public abstract class PipeContract : PipeTest
{
    private static readonly int[] s_threeAndNone = [3, 0];
    private static readonly int[] s_five = [5];

    private protected PipeContract(bool isProcess)
        : base(isProcess)
    {
    }

    public static TheoryData<int> Lengths => [0, 1, 64, 65_511, 65_512, 65_513, 131_024, 131_025, 1_000_000, 20_000_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void SendBytes_OfAnyLength_ArrivesWhole(int length)
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> echo = Start(PipeWork.EchoBytes, other);
        byte[] sent = Sample(length);

        end.SendBytes(sent);
        Assert.Equal(sent, end.ReceiveBytes());
        end.SendBytes(sent.AsSpan(length / 2));
        byte[] buffer = new byte[length];
        Assert.Equal(length - (length / 2), end.ReceiveBytes(buffer));
        Assert.Equal(sent.AsSpan(length / 2), buffer.AsSpan(0, length - (length / 2)));

        end.Dispose();
        Assert.Equal(2, End(echo));
    }

    [Fact]
    public void Send_OfValuesOfManyKinds_BringsThemBack()
    {
        AssertEcho(42);
        AssertEcho<int?>(null);
        AssertEcho("seven letters and more ✓");
        AssertEcho<string?>(null);
        AssertEcho(2.5m);
        AssertEcho(new Order(7, "noodles", [1, 2, 3]));
        AssertEcho(new Dictionary<string, List<int>> { ["a"] = [1], ["b"] = [] });
        AssertEcho<object>(12L);
        AssertEcho(Enumerable.Range(0, 300_000).ToArray());
        AssertEcho(new string('x', 500_000));

        void AssertEcho<T>(T value)
        {
            (PipeConnection end, PipeConnection other) = NewPipe();
            Task<int> echo = Start(PipeWork.EchoValue<T>, other);
            end.Send(value);
            AssertSame(value, end.Receive<T>());
            Assert.Equal(1, End(echo));
        }
    }

    [Fact]
    public void Send_OfManyMessages_KeepsBoundariesAndOrder()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        int[] lengths = [.. Enumerable.Range(0, 200).Select(static i => i % 50 == 49 ? 150_000 : (i * 37) % 1000)];
        Task<int> sender = Start(PipeWork.SendBytes, other, lengths);

        for (int i = 0; i < lengths.Length; i++)
        {
            byte[] message = end.ReceiveBytes();
            Assert.Equal(lengths[i], message.Length);
            Assert.True(Array.TrueForAll(message, value => value == (byte)i));
        }

        Assert.Equal(lengths.Length, End(sender));
        Assert.Throws<PipeClosedException>(() => end.ReceiveBytes());
    }

    [Fact]
    public void Receive_WhenThePeerIsGone_SaysSoEveryTime()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Assert.Equal(2, End(Start(PipeWork.SendBytes, other, s_threeAndNone)));

        // What was sent before is still there.
        Assert.Equal(3, end.ReceiveBytes().Length);
        Assert.True(end.Poll());
        Assert.Empty(end.ReceiveBytes());
        for (int i = 0; i < 2; i++)
        {
            Assert.True(end.Poll(Timeout.InfiniteTimeSpan));
            Assert.False(Assert.Throws<PipeClosedException>(() => end.Receive<int>()).DiedInMessage);
            Assert.Throws<PipeClosedException>(() => end.TryReceiveBytes(TimeSpan.Zero, out _));
            Assert.Throws<PipeClosedException>(() => end.Send(1));
        }
    }

    [Fact]
    public void Receive_WhenThePeerLeftWithoutReading_SaysSoOnBothSides()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        end.SendBytes([1, 2, 3]);
        Assert.Equal(1, End(Start(PipeWork.SendBytes, other, s_five)));

        Assert.Equal(5, end.ReceiveBytes().Length);
        Assert.False(Assert.Throws<PipeClosedException>(() => end.ReceiveBytes()).DiedInMessage);
        Assert.Throws<PipeClosedException>(() => end.SendBytes([4]));
    }

    [Fact]
    public async Task ReceiveAsync_OfWhatComesLater_BringsIt()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        byte[] large = Sample(3_000_000);
        Task<int> echo = Start(PipeWork.EchoBytes, other);

        foreach (byte[] message in new[] { [7], large, [] })
        {
            Task<byte[]> receive = end.ReceiveBytesAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask();
            Assert.False(receive.IsCompleted);
            await end.SendBytesAsync(message, TestContext.Current.CancellationToken).AsTask().InTime();
            Assert.Equal(message, await receive.InTime());
        }

        byte[] buffer = new byte[large.Length];
        Task<int> into = end.ReceiveBytesAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask();
        await end.SendBytesAsync(large, Waits.Hang, TestContext.Current.CancellationToken).AsTask().InTime();
        Assert.Equal(large.Length, await into.InTime());
        Assert.Equal(large, buffer);
        end.Dispose();
        Assert.Equal(4, await echo.InTime());
    }

    [Fact]
    public async Task SendAsync_OfValues_BringsThemBack()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> echo = Start(PipeWork.EchoValue<Order>, other);
        var order = new Order(1, "tea", [4]);

        await end.SendAsync(order, TestContext.Current.CancellationToken);
        Assert.Equivalent(order, await end.ReceiveAsync<Order>(Waits.Hang, TestContext.Current.CancellationToken));

        Assert.Equal(1, await echo.InTime());
        await Assert.ThrowsAsync<PipeClosedException>(async () => await end.ReceiveAsync<Order>(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Poll_OnMessagesOfManyLengths_KeepsThemApart()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Assert.False(end.Poll());
        int[] lengths = [0, 1, 0, 5, 100];
        Assert.Equal(lengths.Length, End(Start(PipeWork.SendBytes, other, lengths)));

        foreach (int length in lengths)
        {
            // However often it is looked: what is there stays one message.
            Assert.True(end.Poll(Waits.Hang));
            Assert.True(end.Poll());
            Assert.Equal(length, end.ReceiveBytes().Length);
        }
    }

    [Fact]
    public void Send_OfWhatCannotTravel_IsRefusedHereAndLeavesThePipeUsable()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> echo = Start(PipeWork.EchoValue<int>, other);
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<CannotTravelException>(() => end.Send(new Thread(static () => { })));
        Assert.Throws<CannotTravelException>(() => end.Send(static () => 1));
        Assert.Contains("CancellationToken", Assert.Throws<CannotTravelException>(() => end.Send(cancellation.Token)).Message, StringComparison.Ordinal);

        end.Send(3);
        Assert.Equal(3, end.Receive<int>());
        Assert.Equal(1, End(echo));
    }

    [Fact]
    public void Send_BothSidesBigAtOnce_BlocksUntilTheTimeIsUpAndSaysWhatWasLeft()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        byte[] big = Sample(5_000_000);
        Task<(int Left, int Received)> theirs = Start(SendBigThenReceive, other, big);

        // Nobody receives: this ends by its timeout, whatever the other does meanwhile.
        PipeTimeoutException error = Assert.Throws<PipeTimeoutException>(() => end.SendBytes(big, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(error.SentBytes, 1, big.Length - 1);
        Assert.Equal(big.Length, error.SentBytes + error.LeftBytes);

        // What was given up never arrives, and what is sent next does.
        Task<int> next = OnThread(() =>
        {
            end.SendBytes([1, 2, 3]);
            return 1;
        });
        Assert.Equal(big, end.ReceiveBytes());
        Assert.Equal(1, End(next));
        Assert.Equal((0, 3), End(theirs));
    }

    [Fact]
    public void Create_OfATypedPipe_CarriesItsTypeOnly()
    {
        (PipeConnection<int[]> end, PipeConnection<int[]> other) = Pipe.Create<int[]>();
        Keep(end);
        Keep(other);
        Task<int> echo = Start(PipeWork.EchoValue<int[]>, other.Connection);

        end.Send([1, 2]);
        Assert.Equal([1, 2], end.Receive());
        Assert.Equal(1, End(echo));
        Assert.Throws<PipeClosedException>(() => end.Receive());
    }

    // Equivalent takes seconds for a long array.
    private static void AssertSame<T>(T expected, T actual)
    {
        if (expected is int[] numbers)
        {
            Assert.True(numbers.AsSpan().SequenceEqual((int[])(object)actual!));
            return;
        }

        Assert.Equivalent(expected, actual, strict: true);
    }

    private static (int Left, int Received) SendBigThenReceive(PipeConnection end, byte[] big)
    {
        using PipeConnection own = end;
        own.SendBytes(big);
        return (0, own.ReceiveBytes().Length);
    }

    public sealed record Order(int Number, string Name, int[] Places);
}

public sealed class PipeBetweenThreadsTests() : PipeContract(isProcess: false);

public sealed class PipeBetweenProcessesTests() : PipeContract(isProcess: true);
