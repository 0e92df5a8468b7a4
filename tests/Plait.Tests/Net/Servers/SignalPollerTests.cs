using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Plait.Tests.Net.Selectors;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Signals of the kernel as what a loop waits for: what they tell, what they leave out, and what becomes of those that nobody takes.</summary>
public sealed class SignalPollerTests : SelectorTest
{
    private const int GetFlags = 3;

    [Fact]
    public void Wait_AfterSomethingHasCome_TellsThatDescriptorAlone()
    {
        (Socket reader, Socket writer) = NewPair();
        (Socket silent, _) = NewPair();

        var told = OnPoller(poller =>
        {
            LoopDescriptor one = WatchIdle(poller, reader);
            LoopDescriptor other = WatchIdle(poller, silent);
            writer.Send([1]);
            poller.Wait(InHangTime);
            return (one.CanRead, other.CanRead);
        });

        Assert.Equal((true, false), told);
    }

    [Fact]
    public void Watch_OfWhatIsReadyAlready_AsksForIt()
    {
        (Socket reader, _) = NewReadyPair();

        Assert.True(OnPoller(poller =>
        {
            LoopDescriptor one = Watch(poller, reader);
            one.CanRead = false;
            poller.Wait(MonotonicClock.AtOnce);
            return one.CanRead;
        }));
    }

    [Fact]
    public void Wait_WhenThereIsRoomAgain_TellsWhoSends()
    {
        (Socket reader, Socket writer) = NewPair();

        var told = OnPoller(poller =>
        {
            LoopDescriptor one = Watch(poller, writer);
            while (StreamCalls.Send(one.Number, new byte[65_536]) > 0)
            {
            }

            one.CanWrite = false;
            poller.Wait(MonotonicClock.AtOnce);
            bool whileFull = one.CanWrite;
            reader.Blocking = false;
            while (reader.Receive(new byte[65_536], SocketFlags.None, out _) > 0)
            {
            }

            poller.Wait(InHangTime);
            return (whileFull, one.CanWrite);
        });

        Assert.Equal((false, true), told);
    }

    [Fact]
    public void Wait_WhenTheOtherEndIsGone_TellsBothWays()
    {
        (Socket reader, Socket writer) = NewTcpPair();

        Assert.Equal((true, true), OnPoller(poller =>
        {
            LoopDescriptor one = WatchIdle(poller, reader);
            one.CanWrite = false;
            writer.LingerState = new LingerOption(enable: true, seconds: 0);
            writer.Dispose();
            poller.Wait(InHangTime);
            return (one.CanRead, one.CanWrite);
        }));
    }

    [Fact]
    public void Wait_WithASignalOfAnEarlierUseOfTheNumber_IsMisledWithoutHarm()
    {
        (Socket before, Socket beforeWriter) = NewPair();
        (Socket after, Socket afterWriter) = NewPair();

        var told = OnPoller(poller =>
        {
            LoopDescriptor first = WatchIdle(poller, before);
            beforeWriter.Send([1]);
            first.Close(poller);
            var second = new LoopDescriptor(DuplicateTo(first.Number, after).Detach());
            poller.Watch(second);
            second.CanRead = false;
            poller.Wait(InHangTime);
            bool isMisled = second.CanRead;
            int found = StreamCalls.Receive(second.Number, new byte[1]);
            second.CanRead = false;
            afterWriter.Send([2, 3]);
            poller.Wait(InHangTime);
            return (isMisled, found, StreamCalls.Receive(second.Number, new byte[8]));
        });

        Assert.Equal((true, -Errno.EAGAIN, 2), told);
    }

    [Fact]
    public void Close_OfADescriptorThatOthersHaveToo_EndsItsSignals()
    {
        // The socket here is the same open file, as if it had been handed to another process.
        (Socket reader, Socket writer) = NewPair();

        var left = OnPoller(poller =>
        {
            LoopDescriptor one = WatchIdle(poller, reader);
            writer.Send([1]);
            bool before = ThreadSignals.TryTake(MonotonicClock.AtOnce, out _);
            one.Close(poller);
            writer.Send([2]);
            return (before, After: ThreadSignals.TryTake(MonotonicClock.AtOnce, out _), Flags: Libc.fcntl(NumberOf(reader), GetFlags, 0) & FileFlags.Asynchronous);
        });

        Assert.Equal((true, false, 0), left);
    }

    [Fact]
    public void Accept_FromASocketThatTells_GivesOneThatDoesNot()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        var seen = OnPoller(poller =>
        {
            LoopDescriptor listens = WatchIdle(poller, listener);
            client.Connect(listener.LocalEndPoint!);
            poller.Wait(InHangTime);
            using var accepted = new Descriptor(StreamCalls.Accept(listens.Number, isBlocking: false));
            client.Send([1]);
            Span<PollDescriptor> one = [new() { Fd = accepted.Number, Events = ReadyPoll.Readable }];
            int came = ReadyPoll.Wait(one, InHangTime);
            return (came, Flags: Libc.fcntl(accepted.Number, GetFlags, 0) & FileFlags.Asynchronous, Signalled: ThreadSignals.TryTake(MonotonicClock.AtOnce, out _));
        });

        Assert.Equal((1, 0, false), seen);
    }

    [Fact]
    public void Wake_BeforeTheFirstWait_EndsIt()
    {
        var poller = new SignalPoller();
        poller.Wake();

        Assert.True(End(OnThread(() =>
        {
            poller.Wait(MonotonicClock.Never);
            poller.Dispose();
            return true;
        })));
    }

    [Fact]
    public void Wake_AgainAndAgain_EndsAWaitEachTime()
    {
        const int Rounds = 2000;
        var poller = new SignalPoller();
        using var awake = new SemaphoreSlim(0);
        Task<bool> waiting = OnThread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                poller.Wait(MonotonicClock.Never);
                awake.Release();
            }

            poller.Dispose();
            return true;
        });

        for (int i = 0; i < Rounds; i++)
        {
            poller.Wake();
            Assert.True(awake.Wait(Waits.Hang), $"Round {i}: not woken.");
        }

        Assert.True(End(waiting));
        poller.Wake();
    }

    [Fact]
    public void Wait_WhenNothingComes_EndsInTime()
    {
        long late = OnPoller(poller =>
        {
            long deadline = MonotonicClock.After(Short);
            poller.Wait(deadline);
            return MonotonicClock.Now - deadline;
        });

        Assert.InRange(late, 0, (long)Waits.Hang.TotalNanoseconds);
    }

    [Fact]
    public void Dispose_WithSignalsThatNobodyTook_LeavesTheThreadAsItWas()
    {
        (Socket reader, Socket writer) = NewPair();

        var seen = End(OnThread(() =>
        {
            ulong before = OfThread("SigBlk");
            var poller = new SignalPoller();
            _ = Watch(poller, reader);
            writer.Send([1]);
            poller.Wake();
            ulong during = OfThread("SigBlk");
            ulong pending = OfThread("SigPnd");
            poller.CloseAll();
            poller.Dispose();

            // It would end the process now.
            writer.Send([2]);
            poller.Wake();
            return (Added: during & ~before, WasPending: pending, Changed: OfThread("SigBlk") ^ before, Pending: OfThread("SigPnd"));
        }));

        Assert.Equal((Bit(ThreadSignals.Overflow) | Bit(ThreadSignals.Told), Bit(ThreadSignals.Told), 0UL, 0UL), seen);
    }

    private static long InHangTime => MonotonicClock.After(Waits.Hang);

    private static ulong Bit(int signal) => 1UL << (signal - 1);

    private static ulong OfThread(string field) =>
        ulong.Parse(File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))[(field.Length + 1)..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static T OnPoller<T>(Func<SignalPoller, T> use) => End(OnThread(() =>
    {
        var poller = new SignalPoller();
        try
        {
            return use(poller);
        }
        finally
        {
            poller.CloseAll();
            poller.Dispose();
        }
    }));

    // As a loop has it that has found nothing there.
    private LoopDescriptor WatchIdle(SignalPoller poller, Socket socket)
    {
        LoopDescriptor descriptor = Watch(poller, socket);
        descriptor.CanRead = false;
        poller.Wait(MonotonicClock.AtOnce);
        Assert.False(descriptor.CanRead);
        return descriptor;
    }

    private LoopDescriptor Watch(SignalPoller poller, Socket socket)
    {
        var descriptor = new LoopDescriptor(Duplicate(socket).Detach());
        poller.Watch(descriptor);
        return descriptor;
    }
}
