using Plait.Interop;
using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>Real processes are killed: in the middle of a message, before it, and while they wait.</summary>
public sealed class PipeDeathTests() : PipeTest(isProcess: true)
{
    [Fact]
    public async Task Receive_FromAWriterKilledInTheMiddleOfAMessage_SaysSo()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using ChildProcess child = StartWriter(other);

        // Its first part is here, and as nobody reads on it cannot get rid of the rest.
        Assert.Equal(1, end.Receive<int>());
        Assert.True(end.Poll(Waits.Hang));
        Assert.Throws<MessageTooLongException>(() => end.ReceiveBytes(100));
        child.Kill();
        child.Join();

        PipeClosedException error = Assert.Throws<PipeClosedException>(() => end.ReceiveBytes());
        Assert.True(error.DiedInMessage);
        Assert.Contains("50000000", error.Message, StringComparison.Ordinal);
        Assert.True((await Assert.ThrowsAsync<PipeClosedException>(async () => await end.ReceiveBytesAsync())).DiedInMessage);
    }

    [Fact]
    public async Task Receive_FromAWriterThatIsKilledMeanwhile_EndsAtOnce()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using ChildProcess child = StartSilent(other);
        Assert.Equal(1, end.Receive<int>());
        (PipeConnection second, PipeConnection secondOther) = NewPipe();
        using ChildProcess secondChild = StartSilent(secondOther);
        Assert.Equal(1, second.Receive<int>());
        Task<int> blocked = OnThread(() => end.Receive<int>());
        Task<int> flow = second.ReceiveAsync<int>().AsTask();

        child.Kill();
        secondChild.Kill();

        Assert.False((await Assert.ThrowsAsync<PipeClosedException>(() => blocked.InTime())).DiedInMessage);
        Assert.False((await Assert.ThrowsAsync<PipeClosedException>(() => flow.InTime())).DiedInMessage);
    }

    [Fact]
    public void Send_ToAReceiverThatIsKilledMeanwhile_EndsAtOnce()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using ChildProcess child = StartSilent(other);
        Assert.Equal(1, end.Receive<int>());
        int tid = 0;
        Task<bool> blocked = OnThread(() =>
        {
            Volatile.Write(ref tid, ProcessCalls.CurrentTid);
            end.SendBytes(new byte[50_000_000]);
            return true;
        });
        Until(() => Volatile.Read(ref tid) != 0 && IsAsleep(tid));

        child.Kill();

        Assert.Throws<PipeClosedException>(() => End(blocked));
        Assert.Throws<PipeClosedException>(() => end.SendBytes([1]));
    }

    [Fact]
    public void Receive_WhenOneOfTwoWritersOfAnEndIsKilledInItsMessage_LosesOnlyThat()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using ChildProcess child = StartWriter(Duplicate(other));
        Assert.Equal(1, end.Receive<int>());
        Assert.Throws<MessageTooLongException>(() => end.ReceiveBytes(100));
        child.Kill();
        child.Join();

        // This process still has the end: nothing says that its writer is dead but the next message.
        Task<bool> sending = OnThread(() =>
        {
            other.Send("next", Waits.Hang);
            return true;
        });
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(() => end.ReceiveBytes()).Message, StringComparison.Ordinal);
        Assert.Equal("next", end.Receive<string>());
        Assert.True(End(sending));
    }

    [Fact]
    public void Receive_WhenThePeerHasPassedItsEndOn_GoesOnWithTheNextOne()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> child = Start(
            static end =>
            {
                using PipeConnection own = end;
                using ChildProcess<int> grandchild = ChildProcess.Start(static (PipeConnection end) => PipeWork.EchoValue<int>(end), own);
                return grandchild.Result;
            },
            other);

        end.Send(11);
        Assert.Equal(11, end.Receive<int>());
        Assert.Equal(1, End(child));
        Assert.Throws<PipeClosedException>(() => end.Receive<int>());
    }

    // Another object for the same end: sending it in a message makes one.
    private PipeConnection Duplicate(PipeConnection end)
    {
        (PipeConnection here, PipeConnection there) = NewPipe();
        here.Send(end);
        return there.Receive<PipeConnection>();
    }

    private ChildProcess StartWriter(PipeConnection end)
    {
        var child = ChildProcess.Start(
            static (PipeConnection end) =>
            {
                end.Send(1);
                end.SendBytes(new byte[50_000_000]);
            },
            end);
        end.Dispose();
        return child;
    }

    private static ChildProcess StartSilent(PipeConnection end)
    {
        var child = ChildProcess.Start(
            static (PipeConnection end) =>
            {
                end.Send(1);
                InChild.WaitForever();
                end.Dispose();
            },
            end);
        end.Dispose();
        return child;
    }
}
