using Plait.Interop;
using Plait.Queues;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>One end, as its callers in one process see it.</summary>
public sealed class PipeConnectionTests() : PipeTest(isProcess: false)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void TryReceive_OnNothing_IsFalseWhenTheTimeIsUp()
    {
        (PipeConnection end, _) = NewPipe();

        Assert.False(end.TryReceive(out int value));
        Assert.Equal(0, value);
        Assert.False(end.TryReceive(s_short, out string? text));
        Assert.Null(text);
        Assert.False(end.TryReceiveBytes(s_short, out byte[] bytes));
        Assert.Empty(bytes);
        Assert.False(end.TryReceiveBytes(s_short, new byte[3], out int length));
        Assert.Equal(0, length);
        Assert.False(end.Poll(s_short));
    }

    [Fact]
    public async Task ReceiveAsync_OnNothing_EndsWhenTheTimeIsUp()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();

        await Assert.ThrowsAsync<TimeoutException>(async () => await end.ReceiveAsync<int>(s_short));
        await Assert.ThrowsAsync<TimeoutException>(async () => await end.ReceiveBytesAsync(s_short));
        Assert.False(await end.PollAsync(s_short));

        other.Send(5);
        Assert.True(await end.PollAsync(s_short));
        Assert.Equal(5, await end.ReceiveAsync<int>(TimeSpan.Zero));
    }

    [Fact]
    public async Task Timeouts_BelowZero_AreRefused()
    {
        (PipeConnection end, _) = NewPipe();
        foreach (TimeSpan timeout in new[] { TimeSpan.FromTicks(-1), TimeSpan.FromSeconds(-5), TimeSpan.FromDays(25), TimeSpan.MaxValue })
        {
            Assert.Equal(timeout, Assert.Throws<ArgumentOutOfRangeException>(() => end.Poll(timeout)).ActualValue);
            Assert.Throws<ArgumentOutOfRangeException>(() => end.Send(1, timeout));
            Assert.Throws<ArgumentOutOfRangeException>(() => end.SendBytes([1], timeout));
            Assert.Throws<ArgumentOutOfRangeException>(() => end.TryReceive(timeout, out int _));
            Assert.Throws<ArgumentOutOfRangeException>(() => end.TryReceiveBytes(timeout, out _));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await end.SendAsync(1, timeout));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await end.ReceiveAsync<int>(timeout));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await end.PollAsync(timeout));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => end.ReceiveBytes(-1));
    }

    [Fact]
    public void ReceiveBytes_IntoTooShortABuffer_GivesTheBytesAndGoesOn()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        other.SendBytes([1, 2, 3]);
        other.SendBytes(Sample(200_000));
        other.SendBytes([9]);
        byte[] buffer = [77, 77];

        Assert.Equal([1, 2, 3], Assert.Throws<BufferTooShortException>(() => end.ReceiveBytes(buffer)).Bytes);
        Assert.Equal([77, 77], buffer);
        Assert.Equal(Sample(200_000), Assert.Throws<BufferTooShortException>(() => end.ReceiveBytes(buffer)).Bytes);
        Assert.Equal(1, end.ReceiveBytes(buffer));
        Assert.Equal([9, 77], buffer);
    }

    [Fact]
    public void ReceiveBytes_OfMoreThanIsWanted_LeavesTheMessage()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        other.SendBytes(Sample(11));

        Assert.Equal(11, Assert.Throws<MessageTooLongException>(() => end.ReceiveBytes(10)).Length);
        Assert.Throws<MessageTooLongException>(() => end.TryReceiveBytes(TimeSpan.Zero, out _, maximumLength: 0));
        Assert.Equal(11, end.ReceiveBytes(11).Length);
    }

    [Fact]
    public async Task Receive_OfAnotherKindOrType_LeavesTheMessage()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        other.SendBytes([1]);
        other.Send(5);

        Assert.Throws<InvalidOperationException>(() => end.Receive<int>());
        Assert.Equal([1], end.ReceiveBytes());
        Assert.Throws<InvalidOperationException>(() => end.ReceiveBytes());
        Assert.Throws<InvalidOperationException>(() => end.ReceiveBytes(new byte[4]));
        Assert.Contains("System.Int64", Assert.Throws<InvalidOperationException>(() => end.Receive<long>()).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await end.ReceiveAsync<string>());
        Assert.Equal(5, end.Receive<int>());
    }

    [Fact]
    public void CreateSimplex_UsedAgainstItsDirection_IsRefused()
    {
        (PipeConnection reader, PipeConnection writer) = Pipe.CreateSimplex();
        Keep(reader);
        Keep(writer);
        (PipeConnection<int> typedReader, PipeConnection<int> typedWriter) = Pipe.CreateSimplex<int>();
        Keep(typedReader);
        Keep(typedWriter);

        Assert.Equal((true, false, false, true), (reader.CanReceive, reader.CanSend, writer.CanReceive, writer.CanSend));
        Assert.Throws<InvalidOperationException>(() => reader.Send(1));
        Assert.Throws<InvalidOperationException>(() => reader.SendBytes([1]));
        Assert.Throws<InvalidOperationException>(() => writer.Receive<int>());
        Assert.Throws<InvalidOperationException>(() => writer.ReceiveBytes());
        Assert.Throws<InvalidOperationException>(() => writer.Poll());
        writer.Send(1);
        Assert.Equal(1, reader.Receive<int>());
        typedWriter.Send(2);
        Assert.Equal(2, typedReader.Receive());
    }

    [Fact]
    public async Task Dispose_WhileOthersWait_EndsTheirWaits()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        other.SendBytes(Sample(1));
        _ = end.ReceiveBytes();
        int tid = 0;
        Task<int> blocked = OnThread(() =>
        {
            Volatile.Write(ref tid, ProcessCalls.CurrentTid);
            return end.Receive<int>();
        });
        Until(() => Volatile.Read(ref tid) != 0 && IsAsleep(tid));
        Task<bool> polling = OnThread(() => end.Poll(Timeout.InfiniteTimeSpan));
        Task<byte[]> flow = end.ReceiveBytesAsync().AsTask();
        Task<IReadySource?> any = Readiness.WaitAnyAsync([end], Timeout.InfiniteTimeSpan).AsTask();

        end.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => blocked.InTime());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => polling.InTime());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => flow.InTime());
        Assert.Same(end, await any.InTime());
        Assert.Throws<ObjectDisposedException>(() => end.Send(1));
        Assert.Throws<ObjectDisposedException>(() => end.TryReceive(out int _));
        Assert.Throws<PipeClosedException>(() => other.Receive<int>());
        end.Dispose();
        Assert.Contains("disposed", end.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_ThatAreCancelled_EndAndLoseNothing()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using var cancellation = new CancellationTokenSource();
        Task<int> blocked = OnThread(() => end.Receive<int>(cancellation.Token));
        Task<bool> polling = OnThread(() => end.Poll(Timeout.InfiniteTimeSpan, cancellation.Token));
        Task<int> flow = end.ReceiveAsync<int>(cancellation.Token).AsTask();
        (PipeConnection full, _) = NewPipe();
        Task<int> sending = OnThread(() =>
        {
            full.SendBytes(new byte[10_000_000], cancellation.Token);
            return 1;
        });
        Task sendingFlow = full.SendBytesAsync(new byte[10_000_000], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        foreach (Task wait in new[] { blocked, polling, flow, sending, sendingFlow })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.InTime());
        }

        Assert.ThrowsAny<OperationCanceledException>(() => end.Send(1, cancellation.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => end.TryReceive(TimeSpan.Zero, out int _, cancellation.Token));
        other.Send(8);
        Assert.Equal(8, end.Receive<int>());
    }

    [Fact]
    public void Receive_InterruptedInTheMiddleOfAMessage_KeepsWhatHasCome()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        byte[] big = Sample(4_000_000);

        // Its first part is there, and the sender waits for room until somebody reads on.
        Task<int> sender = OnThread(() =>
        {
            other.SendBytes(big);
            other.Send(3);
            return 1;
        });
        Assert.True(end.Poll(Waits.Hang));
        Assert.Throws<MessageTooLongException>(() => end.ReceiveBytes(10));

        Assert.Equal(big, end.ReceiveBytes());
        Assert.Equal(3, end.Receive<int>());
        Assert.Equal(1, End(sender));
    }

    [Fact]
    public async Task Send_FromManyThreadsAndFlows_KeepsEveryMessageWhole()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        const int Each = 60;
        int[] lengths = [1, 300, 70_000, 400_000];
        var senders = new List<Task>();
        for (int sender = 0; sender < 4; sender++)
        {
            byte[] message = new byte[lengths[sender]];
            Array.Fill(message, (byte)(sender + 1));
            senders.Add(sender % 2 == 0
                ? OnThread(() =>
                {
                    for (int i = 0; i < Each; i++)
                    {
                        other.SendBytes(message);
                    }

                    return 1;
                })
                : Task.Run(async () =>
                {
                    for (int i = 0; i < Each; i++)
                    {
                        await other.SendBytesAsync(message);
                    }
                }));
        }

        int[] counts = new int[4];
        for (int i = 0; i < 4 * Each; i++)
        {
            byte[] message = end.ReceiveBytes();
            Assert.Equal(lengths[message[0] - 1], message.Length);
            Assert.True(Array.TrueForAll(message, value => value == message[0]));
            counts[message[0] - 1]++;
        }

        await Task.WhenAll(senders).InTime();
        Assert.All(counts, static count => Assert.Equal(Each, count));
        Assert.Equal(4 * Each, end.GetStatistics().MessagesReceived);
        Assert.Equal(Each * lengths.Sum(), other.GetStatistics().BytesSent);
    }

    [Fact]
    public async Task ReceiveAsync_OnManyPipes_TakesNoThreadEach()
    {
        const int Many = 200;
        (PipeConnection First, PipeConnection Second)[] pipes = [.. Enumerable.Range(0, Many).Select(_ => NewPipe())];
        int before = Directory.GetDirectories("/proc/self/task").Length;
        Task<int>[] waits = [.. pipes.Select(static pipe => pipe.First.ReceiveAsync<int>().AsTask())];
        Assert.True(Directory.GetDirectories("/proc/self/task").Length < before + (Many / 4));

        for (int i = 0; i < Many; i++)
        {
            Assert.False(waits[i].IsCompleted);
            pipes[i].Second.Send(i);
        }

        Assert.Equal(Enumerable.Range(0, Many), await Task.WhenAll(waits).InTime());
    }

    [Fact]
    public void Send_AheadOfTheReceiver_TimesOutWithoutAPart()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        int sent = 0;
        PipeTimeoutException? error = null;
        while (error is null)
        {
            try
            {
                end.SendBytes(Sample(1000), TimeSpan.Zero);
                sent++;
            }
            catch (PipeTimeoutException full)
            {
                error = full;
            }
        }

        Assert.Equal((0, 1000), (error.SentBytes, error.LeftBytes));
        for (int i = 0; i < sent; i++)
        {
            Assert.Equal(1000, other.ReceiveBytes().Length);
        }

        Assert.False(other.Poll());
        end.SendBytes([1], TimeSpan.Zero);
        Assert.Equal([1], other.ReceiveBytes());
    }
}
