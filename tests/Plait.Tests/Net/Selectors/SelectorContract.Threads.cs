using System.Diagnostics;
using System.Net.Sockets;
using Plait.Net.Selectors;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Selectors;

public abstract partial class SelectorContract
{
    [Fact]
    public void Wake_WhileAThreadSelects_EndsThatCallOnly()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        selector.Wake();

        Assert.Empty(End(select));
        Assert.Equal(1, selector.GetStatistics().Wakes);
        long begin = Stopwatch.GetTimestamp();
        Assert.Empty(selector.Select(Short));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Short);
    }

    [Fact]
    public void Wake_BeforeASelect_EndsTheNextOneAtOnceHoweverManyCame()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Read);
        selector.Wake();
        selector.Wake();
        selector.Wake();

        Assert.Empty(selector.Select());
        Assert.Empty(selector.Select(Short));
        Assert.Equal(1, selector.GetStatistics().Wakes);

        // What is ready at that moment comes along.
        writer.Send([1]);
        selector.Wake();
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
    }

    [Fact]
    public void Wake_FromManyThreads_IsNeverLost()
    {
        const int Threads = 3;
        const int Times = 2_000;
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        int[] asked = new int[Threads];
        int[] seen = new int[Threads];

        // Each asks and waits until the selecting thread has seen it: one lost wake stops all.
        Task<int>[] askers = [.. Enumerable.Range(0, Threads).Select(place => OnThread(() =>
        {
            var spin = new SpinWait();
            for (int i = 1; i <= Times; i++)
            {
                Volatile.Write(ref asked[place], i);
                selector.Wake();
                while (Volatile.Read(ref seen[place]) < i)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }

            return Times;
        }))];
        Task<int> select = OnThread(() =>
        {
            var room = new ReadyKey[1];
            while (seen.Sum() < Threads * Times)
            {
                Assert.Equal(0, selector.Select(room));
                for (int place = 0; place < Threads; place++)
                {
                    Volatile.Write(ref seen[place], Volatile.Read(ref asked[place]));
                }
            }

            return 0;
        });

        Assert.All(askers, static asker => Assert.Equal(Times, End(asker)));
        Assert.Equal(0, End(select));
        SelectorStatistics statistics = selector.GetStatistics();
        Assert.InRange(statistics.Wakes, Times, Threads * Times);
        Assert.Equal(statistics.Selects, statistics.Wakes);
    }

    [Fact]
    public void Register_WhileAThreadSelects_HoldsAtOnce()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        SelectorKey key = selector.Register(reader, SelectorEvents.Read);

        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], End(select));
    }

    [Fact]
    public void Modify_WhileAThreadSelects_HoldsAtOnce()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        SelectorKey key = selector.Modify(reader, SelectorEvents.Write);

        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], End(select));
    }

    [Fact]
    public void Unregister_WhileAThreadSelects_HoldsAtOnce()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        (Socket other, Socket otherWriter) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        SelectorKey key = selector.Register(other, SelectorEvents.Read);
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        _ = selector.Unregister(reader);
        writer.Send([1]);
        reader.Dispose();
        otherWriter.Send([1]);

        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], End(select));
    }

    [Fact]
    public async Task Select_WhileAnotherThreadSelects_IsRefused()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        Assert.Contains("Another thread", Assert.Throws<InvalidOperationException>(() => selector.Select(TimeSpan.Zero)).Message, StringComparison.Ordinal);

        selector.Wake();
        Assert.Empty(await select.InTime());
        Assert.Empty(selector.Select(TimeSpan.Zero));
    }

    [Fact]
    public async Task Dispose_WhileAThreadSelects_EndsItsCall()
    {
        Selector selector = Create();
        (Socket reader, _) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        Task<IReadOnlyList<ReadyKey>> select = OnThread(() => selector.Select());
        UntilAsleep(selector);

        selector.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => select.InTime());
    }

    [Fact]
    public void Select_WhileDescriptorsComeAndGo_TellsWhatIsRegisteredOnly()
    {
        const int Rounds = 400;
        Selector selector = New();
        var current = new object?[1];
        var stop = new object();

        // The same few numbers again and again, each time with an object of its own, of which the selecting thread must be told while it is registered.
        Task<int> changing = OnThread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                (Socket reader, Socket writer) = NewReadyPair();
                var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = selector.Register(reader, SelectorEvents.Read, told);
                told.Task.InTime().GetAwaiter().GetResult();
                if (i % 3 != 0)
                {
                    _ = selector.Unregister(reader);
                }

                reader.Dispose();
                writer.Dispose();
            }

            Volatile.Write(ref current[0], stop);
            selector.Wake();
            return Rounds;
        });
        var room = new ReadyKey[2];
        while (Volatile.Read(ref current[0]) != stop)
        {
            int count = selector.Select(room);
            foreach (ReadyKey ready in room.AsSpan(0, count))
            {
                ((TaskCompletionSource)ready.Key.Data!).TrySetResult();
            }

            // Nobody reads, so this goes round without end until the other thread has had its turn.
            Thread.Yield();
        }

        Assert.Equal(Rounds, End(changing));
        Assert.True(selector.GetStatistics().Reported >= Rounds);
    }
}
