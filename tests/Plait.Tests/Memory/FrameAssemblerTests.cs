using System.Runtime.InteropServices;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

public sealed class FrameAssemblerTests
{
    [Fact]
    public void TryRead_ByteByByte_CompletesAtTheLast()
    {
        using var ring = new TestRing(4096);
        using var assembler = new FrameAssembler(ring.Consumer);
        byte[] message = Frame(7, 3, TestRing.Pattern(0, 20));
        for (int i = 0; i < message.Length; i++)
        {
            Assert.False(assembler.TryRead());
            Assert.True(ring.Producer.Write(message.AsSpan(i, 1)));
        }

        Assert.True(assembler.TryRead());
        Assert.Equal((20, 7u, 3L), (assembler.Header.Length, assembler.Header.Kind, assembler.Header.Call));
        Assert.Equal(TestRing.Pattern(0, 20), assembler.Body.ToArray());
        Assert.False(assembler.TryRead());
    }

    [Fact]
    public void TryRead_SeveralInOneWrite_ComesOneByOne()
    {
        using var ring = new TestRing(4096);
        using var assembler = new FrameAssembler(ring.Consumer);
        Assert.True(ring.Producer.Write([.. Frame(1, 10, [1, 2]), .. Frame(2, 20, []), .. Frame(3, 30, [3])]));
        var seen = new List<(uint, long, byte[])>();
        while (assembler.TryRead())
        {
            seen.Add((assembler.Header.Kind, assembler.Header.Call, assembler.Body.ToArray()));
        }

        Assert.Equal([1u, 2u, 3u], seen.Select(frame => frame.Item1));
        Assert.Equal([10L, 20L, 30L], seen.Select(frame => frame.Item2));
        Assert.Equal([[1, 2], [], [3]], seen.Select(frame => frame.Item3));
    }

    [Theory]
    [InlineData(21, 64)]
    [InlineData(22, 4096)]
    public async Task TryRead_RandomLengthsMostLargerThanTheRing_KeepsAll(int seed, int size)
    {
        using var ring = new TestRing(size);
        int[] lengths = new int[60];
        var random = new Random(seed);
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = random.Next(0, 30_000);
        }

        lengths[30] = 3 << 20;
        Task producer = TestRing.Limit(() =>
        {
            for (int i = 0; i < lengths.Length; i++)
            {
                Assert.True(ring.Producer.Write(Frame((uint)i, i * 2, TestRing.Pattern(i, lengths[i]))));
                ring.Producer.RingDataBell();
            }
        });
        await TestRing.Limit(() =>
        {
            using var assembler = new FrameAssembler(ring.Consumer);
            for (int i = 0; i < lengths.Length; i++)
            {
                while (!assembler.TryRead())
                {
                    Assert.True(ring.Consumer.WaitForData(TestRing.Soon));
                }

                Assert.Equal((lengths[i], (uint)i, i * 2L), (assembler.Header.Length, assembler.Header.Kind, assembler.Header.Call));
                Assert.True(assembler.Body.SequenceEqual(TestRing.Pattern(i, lengths[i])), $"Message {i} (seed {seed}) differs.");
            }
        });
        await producer;
    }

    [Fact]
    public void TryRead_GiantLengthAnnounced_AllocatesOnlyForWhatArrives()
    {
        using var ring = new TestRing(4096);
        using var assembler = new FrameAssembler(ring.Consumer);
        var header = new FrameHeader { Length = int.MaxValue, Kind = 1 };
        Assert.True(ring.Producer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<FrameHeader>(in header))));
        Assert.True(ring.Producer.Write(new byte[100]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(assembler.TryRead());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512 * 1024);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void TryRead_NegativeLength_IsRefused(int length)
    {
        using var ring = new TestRing(4096);
        using var assembler = new FrameAssembler(ring.Consumer);
        var header = new FrameHeader { Length = length };
        Assert.True(ring.Producer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<FrameHeader>(in header))));
        var error = Assert.Throws<InvalidDataException>(() => assembler.TryRead());
        Assert.Contains($"{length} bytes", error.Message);
    }

    [Fact]
    public void TryRead_ProducerDiedInside_NeverCompletes()
    {
        using var ring = new TestRing(4096);
        using var assembler = new FrameAssembler(ring.Consumer);
        Assert.True(ring.Producer.Write([.. Frame(1, 1, [1]), .. Frame(2, 2, new byte[50]).AsSpan(0, 40)]));
        ring.Producer.Close();
        Assert.True(assembler.TryRead());
        Assert.Equal(1u, assembler.Header.Kind);
        Assert.False(assembler.TryRead());
        Assert.False(assembler.TryRead());
    }

    private static byte[] Frame(uint kind, long call, byte[] body)
    {
        var header = new FrameHeader { Length = body.Length, Kind = kind, Call = call };
        return [.. MemoryMarshal.AsBytes(new ReadOnlySpan<FrameHeader>(in header)), .. body];
    }
}
