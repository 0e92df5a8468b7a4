using Xunit;

namespace Plait.Tests.Memory;

public sealed class ByteRingTests
{
    [Fact]
    public void Read_Empty_ReturnsNothing()
    {
        using var ring = new TestRing();
        Assert.False(ring.Consumer.HasData);
        Assert.Equal(0, ring.Consumer.Read(new byte[10]));
        Assert.False(ring.Consumer.IsClosed);
    }

    [Fact]
    public void Write_AcrossTheEnd_WrapsInOrder()
    {
        using var ring = new TestRing(64);
        for (int position = 0; position < 64 * 50; position += 50)
        {
            Assert.True(ring.Producer.Write(TestRing.Pattern(position, 50)));
            Assert.True(ring.Consumer.HasData);
            Assert.Equal(TestRing.Pattern(position, 50), ring.ReadAll());
        }
    }

    [Fact]
    public void Write_ExactlyFull_NeitherBlocksNorLoses()
    {
        using var ring = new TestRing(64);
        Assert.True(ring.Producer.Write(TestRing.Pattern(0, 64)));
        Assert.Equal(TestRing.Pattern(0, 64), ring.ReadAll());
        Assert.True(ring.Producer.Write([]));
        Assert.False(ring.Consumer.HasData);
    }

    [Fact]
    public void Read_BytesBehindHead_AreNotSeen()
    {
        using var ring = new TestRing(64);
        Assert.True(ring.Producer.Write(TestRing.Pattern(0, 10)));
        byte[] buffer = new byte[64];
        Assert.Equal(10, ring.Consumer.Read(buffer));
        Assert.All(buffer[10..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Read_AfterClose_GivesWhatWasPublished()
    {
        using var ring = new TestRing();
        Assert.True(ring.Producer.Write([1, 2, 3]));
        ring.Producer.Close();
        Assert.True(ring.Consumer.IsClosed);
        Assert.True(ring.Consumer.WaitForData(TestRing.Soon));
        Assert.Equal([1, 2, 3], ring.ReadAll());
        Assert.True(ring.Consumer.WaitForData(TestRing.Soon));
    }

    [Fact]
    public void Write_Closed_ReturnsFalse()
    {
        using var ring = new TestRing(64);
        ring.Consumer.Close();
        ring.Consumer.Close();
        Assert.False(ring.Producer.Write([1]));
        Assert.False(ring.Producer.Write(new byte[1000]));
    }

    [Theory]
    [InlineData(65ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 40)]
    public void Read_NonsenseHead_IsRefused(ulong head)
    {
        using var ring = new TestRing(64);
        ring.Control.Head = head;
        var error = Assert.Throws<InvalidDataException>(() => ring.Consumer.Read(new byte[10]));
        Assert.Contains($"{head} bytes ahead", error.Message);
        Assert.Equal(0ul, ring.Control.Tail);
    }

    [Fact]
    public void Read_HeadGoesBack_IsRefused()
    {
        using var ring = new TestRing(64);
        Assert.True(ring.Producer.Write(new byte[40]));
        Assert.Equal(40, ring.ReadAll().Length);
        ring.Control.Head = 39;
        Assert.Throws<InvalidDataException>(() => ring.Consumer.Read(new byte[10]));
    }

    [Theory]
    [InlineData(1000ul)]
    [InlineData(ulong.MaxValue)]
    public async Task Write_NonsenseTail_WaitsUntilClosedAndStaysInside(ulong tail)
    {
        using var ring = new TestRing(64, distance: 64 * 1024);
        Assert.True(ring.Producer.Write(new byte[64]));
        ring.Control.Tail = tail;
        (Task<bool> write, Action untilAsleep) = TestRing.Sleeper(() => TestRing.Read(ref ring.Control.ProducerWaiting), () => ring.Producer.Write([9]));
        untilAsleep();
        ring.Consumer.Close();
        Assert.False(await write);
        Assert.Equal(64ul, ring.Control.Head);
    }

    [Fact]
    public void Write_TailTooFarInside_OverwritesOnlyTheRing()
    {
        using var ring = new TestRing(64);
        for (int i = 0; i < 20; i++)
        {
            ring.Control.Tail = ring.Control.Head;
            Assert.True(ring.Producer.Write(TestRing.Pattern(i, 60)));
        }

        Assert.Equal(0, ring.ByteBehindTheRing);
        Assert.Throws<InvalidDataException>(() => ring.Consumer.Read(new byte[10]));
    }
}
