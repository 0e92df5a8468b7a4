using System.Net.Sockets;
using Plait.Interop;
using Plait.Net.Selectors;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>What <see cref="PollSelector"/> and <see cref="EpollSelector"/> have in common: as many descriptors as there may be.</summary>
public sealed class ScalableSelectorTests : SelectorTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Select_OnThousands_TellsAllThatAreReady(bool isEpoll)
    {
        using Selector selector = isEpoll ? new EpollSelector() : new PollSelector();
        (Socket reader, Socket writer) = NewPair();
        int count = RegisterMany(selector, reader);
        Assert.Empty(selector.Select(TimeSpan.Zero));
        writer.Send([1]);

        Assert.Equal(Enumerable.Range(0, count), selector.Select().Select(static ready => (int)ready.Key.Data!).Order());
        Assert.Equal(count, selector.Select().Count);

        // In pieces: each once before any a third time.
        var room = new ReadyKey[64];
        var told = new HashSet<int>();
        int calls = 0;
        for (; told.Count < count; calls++)
        {
            Assert.Equal(room.Length, selector.Select(room));
            told.UnionWith(room.Select(static ready => (int)ready.Key.Data!));
        }

        Assert.InRange(calls, count / room.Length, (count / room.Length) + 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Select_OfOneAmongThousands_TellsIt(bool isEpoll)
    {
        using Selector selector = isEpoll ? new EpollSelector() : new PollSelector();
        (Socket idle, _) = NewPair();
        (Socket reader, _) = NewReadyPair();
        _ = RegisterMany(selector, idle);

        SelectorKey key = selector.Register(reader, SelectorEvents.Read, "one");

        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
    }

    [Fact]
    public void Register_OfAFile_IsReadyForPollAndRefusedByEpoll()
    {
        string path = Path.GetTempFileName();
        using (FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 4096, FileOptions.DeleteOnClose))
        using (Selector poll = new PollSelector(), select = new SelectSelector(), epoll = new EpollSelector())
        {
            _ = poll.Register(file.SafeFileHandle, SelectorEvents.Read);
            _ = select.Register(file.SafeFileHandle, SelectorEvents.Read);
            Assert.Single(poll.Select());
            Assert.Single(select.Select());
            Assert.Contains("always ready", Assert.Throws<ArgumentException>("target", () => epoll.Register(file.SafeFileHandle, SelectorEvents.Read)).Message, StringComparison.Ordinal);
            Assert.False(epoll.TryGetKey(file.SafeFileHandle, out _));
            Assert.Empty(epoll.Map);
        }
    }

    [Fact]
    public void Select_AfterARemovalThatFailed_IsRidOfTheEntryOnce()
    {
        using var selector = new EpollSelector();
        (Socket reader, Socket writer) = NewPair();
        (Socket other, Socket otherWriter) = NewPair();
        using (Descriptor keepsItOpen = Duplicate(reader))
        {
            _ = selector.Register(reader, SelectorEvents.Read);
            SelectorKey key = selector.Register(other, SelectorEvents.Read);
            int number = NumberOf(reader);
            reader.Dispose();
            _ = selector.Unregister(number);
            writer.Send([1]);

            Assert.Empty(selector.Select(Short));
            Assert.Empty(selector.Select(Short));

            Assert.Equal((1, 1), (selector.GetStatistics().Rebuilds, selector.GetStatistics().Stale));
            otherWriter.Send([1]);
            Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());

            // The very same file and number again: the entry that the first one may have left is its own.
            using Descriptor again = Descriptor.Duplicate(keepsItOpen);
            _ = selector.Register(again, SelectorEvents.Read);
            Assert.Equal(2, selector.Select().Count);
            Assert.Equal(1, selector.GetStatistics().Rebuilds);
        }
    }

    [Fact]
    public void Register_OfTheSameFileAndNumberAgain_TakesOverTheEntry()
    {
        using var selector = new EpollSelector();
        (Socket reader, Socket writer) = NewPair();
        _ = Duplicate(reader);
        int number = NumberOf(reader);
        using (Descriptor keepsItOpen = Duplicate(reader))
        {
            _ = selector.Register(number, SelectorEvents.Read, "first");
            reader.Dispose();
            _ = selector.Unregister(number);
            using Descriptor again = DuplicateTo(number, keepsItOpen.Number);

            SelectorKey key = selector.Register(again, SelectorEvents.Read, "second");
            writer.Send([1]);

            Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
            Assert.Equal(0, selector.GetStatistics().Stale);
        }
    }

    private int RegisterMany(Selector selector, Socket source)
    {
        // As many as the system lets this process have, if that is less.
        int count = Math.Min(5_000, OpenFileLimit() - LeakWatch.Descriptors().Count - 100);
        Assert.True(count > DescriptorSet.Size, $"This process may have too few files open: {OpenFileLimit()}.");
        for (int i = 0; i < count; i++)
        {
            _ = selector.Register(Duplicate(source), SelectorEvents.Read, i);
        }

        return count;
    }

    private static unsafe int OpenFileLimit()
    {
        const int NumberOfFiles = 7;
        ulong* limit = stackalloc ulong[2];
        Assert.Equal(0, Libc.getrlimit(NumberOfFiles, limit));
        return (int)Math.Min(limit[0], int.MaxValue);
    }
}
