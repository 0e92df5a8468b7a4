using System.Runtime.CompilerServices;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

public sealed class BulkSpaceTests : IDisposable
{
    private const long Megabyte = 1 << 20;

    private readonly Arena _arena = Arena.Create("bulk", 1);

    [Fact]
    public void Reserve_Free_StartsBehindAHeaderOnAPage()
    {
        BulkSpace space = Space(Megabyte);
        long offset = space.Reserve(5000);
        Assert.Equal(_arena.DataOffset + BulkBlock.Size, offset);
        BulkBlock block = Block(offset);
        Assert.Equal((BulkBlock.ExpectedMagic, 1, 5000L), (block.Magic, block.Readers, block.Length));
        Assert.Equal(offset + 8192, space.Reserve(1));
    }

    [Fact]
    public void Reserve_NotReturned_IsNeverGivenTwice()
    {
        BulkSpace space = Space(Megabyte);
        var offsets = new HashSet<long>();
        while (space.Reserve(4000) is > 0 and long offset)
        {
            Assert.True(offsets.Add(offset));
            Assert.InRange(offset, _arena.DataOffset, _arena.DataOffset + Megabyte - 4000);
        }

        Assert.Equal(256, offsets.Count);
        Assert.Equal(0, space.Reserve(1));
    }

    [Fact]
    public void Reserve_OneOfTwoReadersReturned_StaysTaken()
    {
        BulkSpace space = Space(8192);
        long offset = space.Reserve(8000);
        Block(offset).Readers = 2;
        Return(offset);
        Assert.Equal(0, space.Reserve(8000));
        Return(offset);
        Assert.Equal(offset, space.Reserve(8000));
    }

    [Fact]
    public void Reserve_ReturnedNeighbours_AreOneRoomAgain()
    {
        BulkSpace space = Space(Megabyte);
        long[] offsets = [.. Enumerable.Range(0, 256).Select(_ => space.Reserve(4000))];
        foreach (int i in (int[])[11, 13, 12, 10])
        {
            Return(offsets[i]);
        }

        Assert.Equal(0, space.Reserve((4 * 4096) - BulkBlock.Size + 1));
        Assert.Equal(offsets[10], space.Reserve((4 * 4096) - BulkBlock.Size));
    }

    [Fact]
    public void Reserve_RoomSplitIntoWarmAndCold_IsFound()
    {
        BulkSpace space = Space(Megabyte);
        long first = space.Reserve(600 * 1024);
        Return(first);
        Assert.Equal(first, space.Reserve(900 * 1024));
    }

    [Fact]
    public void Reserve_LargerThanTheSpace_ReturnsZero()
    {
        BulkSpace space = Space(Megabyte);
        Assert.Equal(0, space.Reserve(Megabyte));
        Assert.Equal(0, space.Reserve(int.MaxValue));
        Assert.NotEqual(0, space.Reserve(Megabyte - BulkBlock.Size));
    }

    [Fact]
    public void Trim_Returned_GivesMemoryBack()
    {
        BulkSpace space = Space(64 * Megabyte);
        long offset = space.Reserve(32 * Megabyte);
        Bytes(offset, (int)(32 * Megabyte)).Fill(1);
        Assert.True(MemoryMap.ResidentBytes(_arena) >= 32 * Megabyte);
        space.Trim();
        Assert.True(MemoryMap.ResidentBytes(_arena) >= 32 * Megabyte, "A block that is still held lost its pages.");
        Return(offset);
        space.Trim();
        Assert.InRange(MemoryMap.ResidentBytes(_arena), 0, Megabyte);
        Assert.Equal(offset, space.Reserve(100));
        Assert.Equal(0, At(offset));
    }

    [Fact]
    public void Reserve_WarmBelowTheLimit_KeepsPages()
    {
        // Three neighbours of 48 MiB are 144 MiB, well below the 256 MiB that are kept.
        BulkSpace space = Space(512 * Megabyte);
        long[] offsets = [.. Enumerable.Range(0, 3).Select(_ => space.Reserve(48 * Megabyte))];
        foreach (long offset in offsets)
        {
            At(offset + (40 * Megabyte)) = 7;
            Return(offset);
        }

        _ = space.Reserve(1);
        Assert.All(offsets, offset => Assert.Equal(7, At(offset + (40 * Megabyte))));
    }

    [Fact]
    public void Reserve_WarmAboveTheLimit_GivesPagesBack()
    {
        BulkSpace space = Space(600 * Megabyte);
        long offset = space.Reserve(300 * Megabyte);
        At(offset + (200 * Megabyte)) = 7;
        Return(offset);
        _ = space.Reserve(1);
        Assert.Equal(0, At(offset + (200 * Megabyte)));
    }

    [Fact]
    public async Task Reserve_ReadersOnAnotherThread_NeverSeeTheNextContent()
    {
        // A space of four blocks, so that every block is used again and again while others are being read.
        BulkSpace space = Space(4 * 8192);
        using var messages = new System.Collections.Concurrent.BlockingCollection<(long Offset, byte Value)>(2);
        Task reader = TestRing.Limit(() =>
        {
            foreach ((long offset, byte value) in messages.GetConsumingEnumerable())
            {
                Assert.Equal(-1, Bytes(offset, 8000).IndexOfAnyExcept(value));
                Return(offset);
            }
        });
        await TestRing.Limit(() =>
        {
            for (int i = 0; i < 50_000 && !reader.IsCompleted; i++)
            {
                long offset;
                while ((offset = space.Reserve(8000)) == 0 && !reader.IsCompleted)
                {
                    _ = Thread.Yield();
                }

                if (offset != 0)
                {
                    Bytes(offset, 8000).Fill((byte)i);
                    messages.Add((offset, (byte)i));
                }
            }

            messages.CompleteAdding();
        });
        await reader;
    }

    public void Dispose() => _arena.Dispose();

    private BulkSpace Space(long length) => new(_arena, _arena.DataOffset, length);

    private unsafe ref BulkBlock Block(long offset) => ref Unsafe.AsRef<BulkBlock>(_arena.Address + offset - BulkBlock.Size);

    private unsafe ref byte At(long offset) => ref _arena.Address[offset];

    private unsafe Span<byte> Bytes(long offset, int count) => new(_arena.Address + offset, count);

    private void Return(long offset) => Interlocked.Decrement(ref Block(offset).Readers);
}
