using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

public sealed class ByteRingStressTests
{
    private const int Total = 4 << 20;

    [Theory]
    [InlineData(1, 64, 1000)]
    [InlineData(2, 4096, 64)]
    [InlineData(3, 4096, 20000)]
    [InlineData(4, 65536, 3000)]
    public async Task Write_RandomChunksAgainstRandomReads_KeepsOrderAndContent(int seed, int size, int largest)
    {
        using var ring = new TestRing(size);
        Task producer = TestRing.Limit(() => Produce(ring.Producer, seed, largest, Total));
        Task<long> consumer = TestRing.Limit(() => Consume(ring.Consumer, seed + 100, largest));
        await producer;
        ring.Producer.Close();
        Assert.Equal(Total, await consumer);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Close_AtAnyMoment_EndsBothSides(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 150; round++)
        {
            using var ring = new TestRing(64);
            int cut = random.Next(5000);
            Task producer = TestRing.Limit(() => Produce(ring.Producer, seed, 200, long.MaxValue));
            Task<long> consumer = TestRing.Limit(() => Consume(ring.Consumer, seed, 200));
            await TestRing.Limit(() =>
            {
                while (cut-- > 0 && !ring.Consumer.IsClosed)
                {
                    Thread.SpinWait(1);
                }

                ring.Consumer.Close();
            });
            await producer;
            _ = await consumer;
        }
    }

    private static void Produce(ByteRing ring, int seed, int largest, long total)
    {
        var random = new Random(seed);
        for (long position = 0; position < total;)
        {
            int count = (int)Math.Min(random.Next(1, largest + 1), total - position);
            bool isOpen = ring.Write(TestRing.Pattern(position, count));
            ring.RingDataBell();
            position += count;
            if (!isOpen)
            {
                return;
            }
        }
    }

    // Looks at Closed first and for data second: what was published before the close is all read.
    private static long Consume(ByteRing ring, int seed, int largest)
    {
        var random = new Random(seed);
        byte[] buffer = new byte[largest];
        long position = 0;
        while (true)
        {
            bool wasClosed = ring.IsClosed;
            int count = ring.Read(buffer.AsSpan(0, random.Next(1, largest + 1)));
            for (int i = 0; i < count; i++)
            {
                if (buffer[i] != TestRing.At(position + i))
                {
                    Assert.Fail($"Byte {position + i} is {buffer[i]} instead of {TestRing.At(position + i)} (seed {seed}).");
                }
            }

            position += count;
            if (count == 0 && wasClosed)
            {
                return position;
            }

            if (count == 0)
            {
                Assert.True(ring.WaitForData(TestRing.Soon));
            }
        }
    }
}
