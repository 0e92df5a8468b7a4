using System.Net.Sockets;
using Plait.Interop;
using Plait.Net.Selectors;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>What is particular to <see cref="SelectSelector"/>: its sets have room for 1024 numbers.</summary>
public sealed class SelectSelectorTests : SelectorTest
{
    [Fact]
    public void Register_OfANumberThatFits_TellsIt()
    {
        using var selector = new SelectSelector();
        (Socket reader, _) = NewReadyPair();
        using Descriptor highest = DuplicateTo(DescriptorSet.Size - 1, reader);

        SelectorKey key = selector.Register(highest, SelectorEvents.Read);

        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
        _ = selector.Unregister(highest);
        Assert.Empty(selector.Select(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(3000)]
    public void Register_OfANumberThatDoesNotFit_NamesTheLimitAndTheWayOut(int number)
    {
        using var selector = new SelectSelector();
        (Socket reader, _) = NewReadyPair();
        using Descriptor high = DuplicateTo(number, reader);

        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>("target", () => selector.Register(high, SelectorEvents.Read));

        Assert.Equal(number, error.ActualValue);
        Assert.All(["FD_SETSIZE", "1024", $"Descriptor {number}", nameof(PollSelector), nameof(EpollSelector)], text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Empty(selector.Map);
        using Selector other = Selector.CreateDefault();
        _ = other.Register(high, SelectorEvents.Read);
        Assert.Single(other.Select());
    }

    [Fact]
    public void Create_WhenAllLowNumbersAreInUse_NamesTheLimit()
    {
        (Socket reader, _) = NewPair();
        while ((int)Duplicate(reader).DangerousGetHandle() < DescriptorSet.Size)
        {
            // Until all are.
        }

        Assert.Contains("FD_SETSIZE", Assert.Throws<IOException>(() => new SelectSelector()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_OfANumberThatDoesNotFit_WritesNothing()
    {
        var set = default(DescriptorSet);

        Assert.Throws<ArgumentOutOfRangeException>(() => set.Add(DescriptorSet.Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Add(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Remove(DescriptorSet.Size));
        Assert.False(set.Contains(DescriptorSet.Size));
        Assert.False(set.Contains(-1));
        for (int number = 0; number < DescriptorSet.Size; number++)
        {
            Assert.False(set.Contains(number));
            set.Add(number);
            Assert.True(set.Contains(number));
        }

        set.Remove(64);
        Assert.Equal([64], Enumerable.Range(0, DescriptorSet.Size).Where(number => !set.Contains(number)));
    }
}
