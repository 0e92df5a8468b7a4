using System.Diagnostics;
using System.Net.Sockets;
using Plait.Interop;
using Plait.Net.Selectors;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Selectors;

public abstract partial class SelectorContract
{
    [Fact]
    public void Select_OfOneThatIsReady_GivesItsKeyAndEvents()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        SelectorKey key = selector.Register(writer, SelectorEvents.Write, "data");

        IReadOnlyList<ReadyKey> ready = selector.Select();

        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], ready);
        SelectorStatistics statistics = selector.GetStatistics();
        Assert.Equal((2, 1L, 1L, 0), (statistics.Registered, statistics.Selects, statistics.Reported, statistics.Waiting));
    }

    [Fact]
    public void Select_OfWhatIsReadyForMore_GivesOnlyWhatWasAskedFor()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewReadyPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Read);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());

        key = selector.Modify(reader, SelectorEvents.Read | SelectorEvents.Write | SelectorEvents.Exceptional);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read | SelectorEvents.Write)], selector.Select());

        // What was not read is told again.
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read | SelectorEvents.Write)], selector.Select());
        _ = reader.Receive(new byte[1]);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], selector.Select());
        Assert.Equal(0, selector.GetStatistics().Stale);
        GC.KeepAlive(writer);
    }

    [Fact]
    public void Select_InALoop_ServesEveryPair()
    {
        const int Pairs = 12;
        byte[] message = " This is a test."u8.ToArray();
        Selector selector = New();
        var peers = new Dictionary<Socket, Socket>();
        for (int i = 0; i < Pairs; i++)
        {
            (Socket reader, Socket writer) = NewPair();
            peers.Add(writer, reader);
            _ = selector.Register(reader, SelectorEvents.Read);
            _ = selector.Register(writer, SelectorEvents.Write);
        }

        while (peers.Count > 0)
        {
            Socket[] writable = [.. Sockets(selector.Select().Where(static key => key.Events.HasFlag(SelectorEvents.Write)))];
            Assert.Equal(peers.Keys.ToHashSet(), writable.ToHashSet());
            Socket writer = writable[Random.Shared.Next(writable.Length)];
            writer.Send(message);
            Socket reader = Assert.Single(Sockets(selector.Select().Where(static key => key.Events.HasFlag(SelectorEvents.Read))));
            Assert.Same(peers[writer], reader);
            byte[] received = new byte[message.Length + 1];
            Assert.Equal(message.Length, reader.Receive(received));
            Assert.Equal(message, received[..message.Length]);
            _ = selector.Unregister(reader);
            _ = selector.Unregister(writer);
            Assert.True(peers.Remove(writer));
        }
    }

    [Fact]
    public void Select_WhenThePeerIsGone_IsReadyToReadAndToWrite()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        (Socket other, Socket otherWriter) = NewTcpPair();
        SelectorKey both = selector.Register(reader, SelectorEvents.Read | SelectorEvents.Write);
        SelectorKey read = selector.Register(other, SelectorEvents.Read | SelectorEvents.Exceptional);
        writer.Dispose();
        otherWriter.Shutdown(SocketShutdown.Send);

        IReadOnlyList<ReadyKey> ready = [];
        Until(() => (ready = selector.Select()).Count == 2);

        Assert.Contains(new ReadyKey(both, SelectorEvents.Read | SelectorEvents.Write), ready);
        Assert.Contains(new ReadyKey(read, SelectorEvents.Read), ready);
        Assert.Equal(0, reader.Receive(new byte[1]));
        Assert.Equal(0, other.Receive(new byte[1]));
    }

    [Fact]
    public void Select_OnAPipeThatNobodyReads_IsReadyToWrite()
    {
        Selector selector = New();
        (Descriptor reader, Descriptor writer) = Descriptor.Pipe(nonBlockingRead: false);
        _ = Keep(reader);
        _ = Keep(writer);
        _ = selector.Register(reader, SelectorEvents.Read);
        SelectorKey key = selector.Register(writer, SelectorEvents.Write);
        byte[] room = new byte[4096];
        while (selector.Select(TimeSpan.Zero).Any(ready => ready.Key == key))
        {
            Assert.True(writer.Write(room));
        }

        _ = selector.Unregister(reader);
        Assert.Empty(selector.Select(TimeSpan.Zero));
        reader.Dispose();

        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], selector.Select());
    }

    [Fact]
    public void Select_OnAnOutOfBandByte_IsExceptional()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewTcpPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Exceptional);
        writer.Send([1]);
        Assert.Empty(selector.Select(Short));

        writer.Send([2], SocketFlags.OutOfBand);

        Assert.Equal([new ReadyKey(key, SelectorEvents.Exceptional)], selector.Select());
        byte[] received = new byte[2];
        Assert.Equal(1, reader.Receive(received, SocketFlags.OutOfBand));
        Assert.Equal(2, received[0]);
        Assert.Equal(1, reader.Receive(received));
        Assert.Equal(1, received[0]);
    }

    [Fact]
    public void Select_WithATimeoutOfZeroOrLess_OnlyLooks()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        _ = selector.Register(writer, SelectorEvents.Write);
        Assert.Single(selector.Select(TimeSpan.Zero));
        Assert.Single(selector.Select(TimeSpan.FromSeconds(-1)));

        _ = selector.Unregister(writer);
        _ = selector.Register(reader, SelectorEvents.Read);
        foreach (TimeSpan timeout in (TimeSpan[])[TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(-1), TimeSpan.MinValue, TimeSpan.FromTicks(-1)])
        {
            Assert.Empty(selector.Select(timeout));
            Assert.Equal(0, selector.Select(new ReadyKey[1], timeout));
        }
    }

    [Fact]
    public void Select_WithATimeout_NeverReturnsEarly()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);

        foreach (double milliseconds in (double[])[0.0001, 0.01, 0.3, 0.9999, 1, 1.0001, 1.7, 5.5, 20])
        {
            long begin = Stopwatch.GetTimestamp();
            Assert.Empty(selector.Select(TimeSpan.FromMilliseconds(milliseconds)));
            Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(milliseconds), $"{milliseconds} ms: {Stopwatch.GetElapsedTime(begin)}");
        }
    }

    [Fact]
    public void Select_WithNothingRegistered_EndsWhenTheTimeIsUp()
    {
        Selector selector = New();

        Assert.Empty(selector.Select(TimeSpan.Zero));
        long begin = Stopwatch.GetTimestamp();
        Assert.Empty(selector.Select(Short));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Short);
    }

    [Fact]
    public void Select_WithTheLongestTimeout_Waits()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Read);
        foreach (TimeSpan? timeout in (TimeSpan?[])[null, TimeSpan.MaxValue, TimeSpan.FromDays(60_000), TimeSpan.FromDays(30)])
        {
            Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select(timeout));
            UntilAsleep(selector);
            writer.Send([1]);
            Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], End(select));
            _ = reader.Receive(new byte[1]);
        }
    }

    [Fact]
    public void Select_IntoNoRoom_IsRefused()
    {
        Selector selector = New();

        Assert.Throws<ArgumentException>("ready", () => selector.Select([], TimeSpan.Zero));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void Select_IntoLittleRoom_TellsAllInTurn(int room)
    {
        const int Count = 40;
        const int Rounds = 5;
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        for (int i = 0; i < Count; i++)
        {
            _ = selector.Register(Duplicate(reader), SelectorEvents.Read, i);
        }

        int[] told = new int[Count];
        var ready = new ReadyKey[room];
        for (int calls = 0; calls < Rounds * ((Count + room - 1) / room); calls++)
        {
            int count = selector.Select(ready);
            Assert.Equal(room, count);
            foreach (ReadyKey key in ready)
            {
                told[(int)key.Key.Data!]++;
            }
        }

        // Nobody is passed over: in five rounds each is told about five times.
        Assert.All(told, static times => Assert.InRange(times, Rounds - 2, Rounds + 2));
    }

    [Fact]
    public void Select_IntoASpan_AllocatesNothing()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        (Socket idle, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read, "data");
        _ = selector.Register(idle, SelectorEvents.Read);
        var ready = new ReadyKey[4];
        Assert.Equal(100, Loop());

        long before = GC.GetAllocatedBytesForCurrentThread();
        int again = Loop();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100, again);

        int Loop()
        {
            int told = 0;
            for (int i = 0; i < 100; i++)
            {
                told += selector.Select(ready, TimeSpan.FromSeconds(10));
            }

            return told;
        }
    }

    [Fact]
    public void Select_OfWhatWasClosed_DoesNotTellItAndWaits()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        (Socket byNumber, _) = NewReadyPair();
        (Socket other, Socket otherWriter) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read | SelectorEvents.Write);
        _ = selector.Register(NumberOf(byNumber), SelectorEvents.Read);
        SelectorKey key = selector.Register(other, SelectorEvents.Read);
        reader.Dispose();
        byNumber.Dispose();

        Assert.Empty(selector.Select(TimeSpan.Zero));
        long begin = Stopwatch.GetTimestamp();
        Assert.Empty(selector.Select(Short));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Short);

        otherWriter.Send([1]);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
        Assert.Equal(3, selector.Map.Count);
        _ = selector.Unregister(reader);
        _ = selector.Unregister(NumberOf(byNumber));
    }

    [Fact]
    public void Select_OfWhatIsClosedHereAndOpenElsewhere_DoesNotTellItAndWaits()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        (Socket other, Socket otherWriter) = NewPair();
        _ = Duplicate(reader);
        _ = selector.Register(reader, SelectorEvents.Read);
        SelectorKey key = selector.Register(other, SelectorEvents.Read);
        reader.Dispose();

        Assert.Empty(selector.Select(Short));
        long stale = selector.GetStatistics().Stale;
        Assert.Empty(selector.Select(Short));

        // It slept instead of being told without end.
        Assert.Equal(stale, selector.GetStatistics().Stale);
        otherWriter.Send([1]);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
    }

    [Fact]
    public void Select_OfAReusedNumber_TellsOnlyOfTheNewOne()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        (Socket other, Socket otherWriter) = NewPair();
        _ = Duplicate(reader);
        int number = NumberOf(reader);
        _ = selector.Register(reader, SelectorEvents.Read, "old");
        reader.Dispose();
        using Descriptor again = DuplicateTo(number, other);
        SelectorKey key = selector.Register(again, SelectorEvents.Read, "new");

        Assert.Empty(selector.Select(Short));
        Assert.Empty(selector.Select(Short));

        otherWriter.Send([1]);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
    }

    [Fact]
    public void Select_ThatSignalsInterrupt_GoesOnUntilSomethingIsReady()
    {
        using var signals = new Interruptions();
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        Task<int> select = OnThread(() =>
        {
            signals.AreForThisThread();
            return selector.Select().Count;
        });

        for (int i = 0; i < 3; i++)
        {
            UntilAsleep(selector);
            signals.Send();
        }

        Assert.False(select.IsCompleted);
        writer.Send([1]);
        Assert.Equal(1, End(select));
    }

    [Fact]
    public void Select_ThatSignalsInterrupt_GoesOnUntilTheTimeIsUp()
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(200);
        using var signals = new Interruptions();
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        long begin = Stopwatch.GetTimestamp();
        Task<int> select = OnThread(() =>
        {
            signals.AreForThisThread();
            return selector.Select(timeout).Count;
        });
        UntilAsleep(selector);

        // As many as there is time for, which on a busy machine may be none: that signals do interrupt it is told by the test before.
        while (!select.IsCompleted)
        {
            signals.Send();
        }

        Assert.Equal(0, End(select));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= timeout);
    }

    [Fact]
    public async Task Select_WithATokenThatIsCancelled_EndsWithItUnlessSomethingIsReady()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        using var source = new CancellationTokenSource();
        Task<int> select = OnThread(() => selector.Select(new ReadyKey[1], null, source.Token));
        UntilAsleep(selector);
        await source.CancelAsync();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => select.InTime())).CancellationToken);

        Assert.ThrowsAny<OperationCanceledException>(() => selector.Select(TimeSpan.Zero, source.Token));
        writer.Send([1]);
        Assert.Single(selector.Select());
        Assert.Equal(0, selector.GetStatistics().Wakes);
    }
}
