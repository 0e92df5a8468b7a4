using System.Diagnostics;
using System.Net.Sockets;
using Plait.Interop;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>What event loops need of epoll beyond selectors.</summary>
public sealed class EpollDescriptorTests : SelectorTest
{
    private const ulong BigId = 0xFEDC_BA98_7654_3210;

    [Fact]
    public void Wait_OnWhatIsReady_GivesEventsAndNumbers()
    {
        using var epoll = new EpollDescriptor();
        (Socket reader, Socket writer) = NewReadyPair();
        Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable | EpollEvents.PeerClosed, BigId));
        Assert.Equal(0, epoll.Add(NumberOf(writer), EpollEvents.Writable, 7));

        Assert.Equal(2, epoll.Wait(MonotonicClock.Never));
        Assert.Equal(
            [(7, EpollEvents.Writable), (BigId, EpollEvents.Readable)],
            Enumerable.Range(0, 2).Select(i => (epoll.IdAt(i), epoll.EventsAt(i))).OrderBy(static told => told.Item1).ToArray());

        Assert.Equal(0, epoll.Remove(NumberOf(writer)));
        writer.Shutdown(SocketShutdown.Send);
        Assert.Equal(1, epoll.Wait(MonotonicClock.AtOnce));
        Assert.Equal(EpollEvents.Readable | EpollEvents.PeerClosed, epoll.EventsAt(0));
    }

    [Fact]
    public void Wait_OnEdges_TellsOfEachThatComes()
    {
        using var epoll = new EpollDescriptor();
        (Socket reader, Socket writer) = NewPair();
        Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable | EpollEvents.Writable | EpollEvents.EdgeTriggered, 1));
        Assert.Equal(1, epoll.Wait(MonotonicClock.AtOnce));
        Assert.Equal(EpollEvents.Writable, epoll.EventsAt(0));
        Assert.Equal(0, epoll.Wait(MonotonicClock.AtOnce));

        writer.Send([1]);
        Assert.Equal(1, epoll.Wait(MonotonicClock.Never));
        Assert.Equal(EpollEvents.Readable | EpollEvents.Writable, epoll.EventsAt(0));

        // It was not read, and is not told again; something new is.
        Assert.Equal(0, epoll.Wait(MonotonicClock.AtOnce));
        writer.Send([2]);
        Assert.Equal(1, epoll.Wait(MonotonicClock.Never));
    }

    [Fact]
    public void Wait_OnWhatIsToldOnce_TellsItAgainAfterAChange()
    {
        using var epoll = new EpollDescriptor();
        (Socket reader, _) = NewReadyPair();
        Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable | EpollEvents.Once, 1));
        Assert.Equal(1, epoll.Wait(MonotonicClock.AtOnce));
        Assert.Equal(0, epoll.Wait(MonotonicClock.AtOnce));

        Assert.Equal(0, epoll.Change(NumberOf(reader), EpollEvents.Readable | EpollEvents.Once, 2));

        Assert.Equal(1, epoll.Wait(MonotonicClock.AtOnce));
        Assert.Equal(2UL, epoll.IdAt(0));
    }

    [Fact]
    public void Wait_OnAnExclusiveEntry_WakesOneOfThoseWhoWait()
    {
        const int Waiters = 4;
        (Socket reader, Socket writer) = NewPair();
        EpollDescriptor[] epolls = [.. Enumerable.Range(0, Waiters).Select(_ => Keep(new EpollDescriptor()))];
        int[] tids = new int[Waiters];
        Task<int>[] waits = [.. epolls.Select((epoll, place) =>
        {
            Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable | EpollEvents.Exclusive, 1));
            return OnThread(() =>
            {
                Volatile.Write(ref tids[place], ProcessCalls.CurrentTid);
                return epoll.Wait(MonotonicClock.After(TimeSpan.FromMilliseconds(200)));
            });
        })];
        Until(() => Enumerable.Range(0, Waiters).All(place => Volatile.Read(ref tids[place]) is not 0 and int tid && IsAsleep(tid)));
        Assert.Equal(Errno.EINVAL, epolls[0].Change(NumberOf(reader), EpollEvents.Readable, 1));

        writer.Send([1]);

        // At least one. The kernel promises no more than that not all need be; it wakes one.
        Assert.InRange(waits.Count(static wait => End(wait) > 0), 1, Waiters - 1);
    }

    [Fact]
    public void Add_OfWhatCannotBeWatched_SaysWhy()
    {
        using var epoll = new EpollDescriptor();
        (Socket reader, _) = NewPair();
        using Descriptor none = Descriptor.Null();

        Assert.Equal(Errno.EBADF, epoll.Add(-1, EpollEvents.Readable, 1));
        Assert.Equal(Errno.EPERM, epoll.Add(none.Number, EpollEvents.Readable, 1));
        Assert.Equal(Errno.ENOENT, epoll.Change(NumberOf(reader), EpollEvents.Readable, 1));
        Assert.Equal(Errno.ENOENT, epoll.Remove(NumberOf(reader)));
        Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable, 1));
        Assert.Equal(Errno.EEXIST, epoll.Add(NumberOf(reader), EpollEvents.Readable, 1));
        int number = NumberOf(reader);
        reader.Dispose();
        Assert.Equal(Errno.EBADF, epoll.Remove(number));
    }

    [Fact]
    public void Wait_OnMoreThanTheBufferHolds_GrowsIt()
    {
        const int Many = 1_000;
        using var epoll = new EpollDescriptor();
        (Socket reader, _) = NewReadyPair();
        for (int i = 0; i < Many; i++)
        {
            Assert.Equal(0, epoll.Add(Duplicate(reader).Number, EpollEvents.Readable, (ulong)i));
        }

        var told = new HashSet<ulong>();
        var counts = new List<int>();
        while (counts.LastOrDefault() < Many)
        {
            counts.Add(epoll.Wait(MonotonicClock.Never));
            told.UnionWith(Enumerable.Range(0, counts[^1]).Select(epoll.IdAt));
        }

        Assert.Equal([64, 128, 256, 512, Many], counts);
        Assert.Equal(Many, told.Count);
        Assert.Equal(1024, epoll.Capacity);
        long before = GC.GetAllocatedBytesForCurrentThread();
        (int all, int some) = (epoll.Wait(MonotonicClock.Never), epoll.Wait(3, MonotonicClock.Never));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((Many, 3), (all, some));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wait_UntilADeadline_NeverEndsEarly(bool usesNanoseconds)
    {
        using var epoll = new EpollDescriptor(usesNanoseconds);
        (Socket reader, _) = NewPair();
        Assert.Equal(0, epoll.Add(NumberOf(reader), EpollEvents.Readable, 1));

        foreach (double milliseconds in (double[])[0.01, 0.3, 1, 1.7, 5.5])
        {
            long begin = Stopwatch.GetTimestamp();
            Assert.Equal(0, epoll.Wait(MonotonicClock.After(TimeSpan.FromMilliseconds(milliseconds))));
            Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(milliseconds), $"{milliseconds} ms: {Stopwatch.GetElapsedTime(begin)}");
        }

        Assert.Equal(0, epoll.Wait(MonotonicClock.AtOnce));
    }

    [Fact]
    public void Wait_OnAClosedNumberWithADuplicate_StillTellsIt()
    {
        using var epoll = new EpollDescriptor();
        (Socket reader, _) = NewReadyPair();
        _ = Duplicate(reader);
        int number = NumberOf(reader);
        Assert.Equal(0, epoll.Add(number, EpollEvents.Readable, 5));
        reader.Dispose();

        // The reason for the tags of selectors, and for their rebuilding.
        Assert.Equal(Errno.EBADF, epoll.Remove(number));
        Assert.Equal(1, epoll.Wait(MonotonicClock.AtOnce));
        Assert.Equal(5UL, epoll.IdAt(0));
    }

    private static bool IsAsleep(int tid) => File.ReadAllText($"/proc/self/task/{tid}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] == 'S';
}
