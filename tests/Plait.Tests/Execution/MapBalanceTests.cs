using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Items behind a slow one are not stranded.</summary>
public sealed class MapBalanceTests
{
    private static readonly MapOptions s_tens = new() { ChunkSize = 10 };

    [Fact]
    public async Task Map_WhenAWorkerIsIdle_TakesTheItemsBehindASlowOne()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 20).ToArray(), MapOrderTests.Square, s_tens).ToArrayAsync(TestContext.Current.CancellationToken);
        FakeChunk other = await executor.ChunkAsync(1);
        FakeChunk slow = executor.Chunks[0];

        // The first chunk is at its third item, and stays there.
        slow.Run(2);
        slow.Begin();
        other.Finish();
        await executor.Clock.TimerAsync(TimeSpan.FromMilliseconds(10));
        Assert.Equal(0, slow.Cuts);
        executor.Clock.Advance(TimeSpan.FromMilliseconds(10));

        // Two pieces for the one who is idle; more, and the last would wait for a worker that may end first.
        FakeChunk piece = await executor.ChunkAsync(3);
        Assert.Equal([(3L, 3), (6L, 3)], executor.Chunks[2..4].Select(static chunk => (chunk.FirstIndex, chunk.Count)));
        piece.Finish();
        executor.Chunks[2].Finish();
        (await executor.ChunkAsync(4)).Finish();
        slow.Run(1);
        slow.EndWith(new ChunkEnd());

        Assert.Equal(Enumerable.Range(0, 20).Select(MapOrderTests.Square), await all.InTime());
        Assert.Equal(1, slow.Cuts);
    }

    [Fact]
    public async Task Map_WhenAChunkCannotBeCutYet_TriesAgainLater()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 20).ToArray(), MapOrderTests.Square, s_tens).ToArrayAsync(TestContext.Current.CancellationToken);
        FakeChunk other = await executor.ChunkAsync(1);
        FakeChunk slow = executor.Chunks[0];
        slow.IsCuttable = false;
        other.Finish();

        for (int tries = 1; tries <= 3; tries++)
        {
            await executor.Clock.TimerAsync(TimeSpan.FromMilliseconds(100));
            executor.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        await executor.Clock.TimerAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, slow.Cuts);
        Assert.Equal(2, executor.Chunks.Length);
        slow.IsCuttable = true;
        executor.Clock.Advance(TimeSpan.FromMilliseconds(100));
        FakeChunk piece = await executor.ChunkAsync(3);
        Assert.Equal(0L, executor.Chunks[2].FirstIndex);
        slow.EndWith(new ChunkEnd());
        executor.Chunks[2].Finish();
        piece.Finish();

        Assert.Equal(20, (await all.InTime()).Length);
    }

    [Fact]
    public async Task Map_WhenEveryWorkerIsBusy_CutsNothing()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 20).ToArray(), MapOrderTests.Square, s_tens).ToArrayAsync(TestContext.Current.CancellationToken);
        FakeChunk other = await executor.ChunkAsync(1);

        executor.Chunks[0].Run(3);
        executor.Clock.Advance(TimeSpan.FromSeconds(10));
        executor.Chunks[0].Run(7);
        executor.Chunks[0].EndWith(new ChunkEnd());
        other.Finish();

        Assert.Equal(20, (await all.InTime()).Length);
        Assert.Equal((2, 0, 0), (executor.Chunks.Length, executor.Chunks[0].Cuts, other.Cuts));
    }

    [Theory]
    [InlineData(0, 0, 1, 1)]
    [InlineData(1_000, 4_000_000, 1, 1)]
    [InlineData(1_000, 1_000_000, 1, 4)]
    [InlineData(10, 1_000, 3, 4_000)]
    [InlineData(16_384, 1, 3, 16_384)]
    public void Next_AfterItemsOfSomeTime_AimsAtSomeMilliseconds(int items, long each, int messages, int expected)
    {
        var sizer = new MapChunkSizer(0, 0, int.MaxValue);
        for (int i = 0; i < messages && items > 0; i++)
        {
            sizer.Add(items, items * each);
        }

        Assert.Equal(expected, sizer.Next(workers: 2, left: null));
    }

    [Fact]
    public void Next_AfterASlowStart_ForgetsIt()
    {
        var sizer = new MapChunkSizer(0, 0, int.MaxValue);
        sizer.Add(1, 50_000_000);
        for (int size = sizer.Next(2, null), messages = 0; size < 10_000; size = sizer.Next(2, null))
        {
            sizer.Add(size, size * 100L);
            Assert.True(++messages < 20, $"Still {size} after {messages} messages.");
        }
    }

    [Theory]
    [InlineData(100, 0, 16_384, 100)]
    [InlineData(0, 64, 16_384, 16)]
    [InlineData(0, 3, 16_384, 1)]
    [InlineData(100, 64, 16_384, 16)]
    [InlineData(100, 0, 1, 1)]
    public void Next_WithLimits_KeepsThem(int fixedSize, int window, int largest, int expected)
    {
        var sizer = new MapChunkSizer(fixedSize, window, largest);
        sizer.Add(1_000, 1_000);

        Assert.Equal(expected, sizer.Next(workers: 2, left: null));
    }

    [Fact]
    public void Next_NearTheEnd_GetsSmaller()
    {
        var sizer = new MapChunkSizer(0, 0, int.MaxValue);
        sizer.Add(1_000, 1_000_000_000);
        Assert.Equal(4, sizer.Next(2, 1_000));
        Assert.Equal(2, sizer.Next(2, 8));
        Assert.Equal(1, sizer.Next(2, 1));

        // But not so small that handing over costs more than it gives.
        sizer.Add(1_000_000, 1_000_000_000);
        sizer.Add(1_000_000, 1_000_000_000);
        Assert.Equal(171, sizer.Next(2, 10));
    }
}
