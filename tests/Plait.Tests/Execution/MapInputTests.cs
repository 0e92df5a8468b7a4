using System.Threading.Channels;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>How far the input is read, how its ends are told, and that a slow one holds back nobody.</summary>
public sealed class MapInputTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(7, false)]
    [InlineData(64, false)]
    [InlineData(1, true)]
    [InlineData(64, true)]
    public void Map_OfAnEndlessInputWithAWindow_ReadsNoFurtherAhead(int window, bool isOrdered)
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true, ItemTime = TimeSpan.FromMicroseconds(1) };
        int read = 0;
        int taken = 0;
        int furthest = 0;
        IEnumerable<int> Endless()
        {
            while (true)
            {
                read++;
                furthest = Math.Max(furthest, read - taken);
                yield return read;
            }
        }

        var options = new MapOptions { Window = window };
        MapResults<int> results = isOrdered ? executor.Map(Endless(), MapOrderTests.Square, options) : executor.MapUnordered(Endless(), MapOrderTests.Square, options);
        foreach (int value in results.AsEnumerable())
        {
            // What the reader holds counts as taken when it asks for the next.
            Assert.True(furthest <= window, $"{furthest} items were read ahead with a window of {window}.");
            if (++taken == 500)
            {
                Assert.Equal(500 * 500, value);
                break;
            }
        }

        Assert.True(read <= 500 + window);
        Assert.All(executor.Chunks, chunk => Assert.InRange(chunk.Count, 1, Math.Max(1, window / 4)));
    }

    [Fact]
    public async Task Map_WhenTheHeadIsSlow_WidensAnAutomaticWindowToItsLimit()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { ItemTime = TimeSpan.FromMicroseconds(1) };
        int read = 0;
        await using IAsyncEnumerator<int> results = executor.Map(Enumerable.Range(0, 1_000_000).Select(item => item + (0 * ++read)), MapOrderTests.Square).GetAsyncEnumerator();
        Task<bool> first = results.MoveNextAsync().AsTask();

        // Everybody but the first chunk is quick.
        for (int number = 1; read < 131_072; number++)
        {
            (await executor.ChunkAsync(number)).Finish();
        }

        Assert.False(first.IsCompleted);
        Assert.Equal(131_072, read);
        executor.Chunks[0].Finish();
        Assert.True(await first.InTime());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Map_OfAnInputThatThrows_GivesTheResultsBeforeAndThenThrows(bool isOrdered)
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        bool isDisposed = false;
        IEnumerable<int> Broken()
        {
            try
            {
                for (int i = 0; i < 100; i++)
                {
                    yield return i;
                }

                throw new InvalidTimeZoneException("no more");
            }
            finally
            {
                isDisposed = true;
            }
        }

        var values = new List<int>();
        MapResults<int> results = isOrdered ? executor.Map(Broken(), MapOrderTests.Square) : executor.MapUnordered(Broken(), MapOrderTests.Square);
        Assert.Equal("no more", Assert.Throws<InvalidTimeZoneException>(() => values.AddRange(results.AsEnumerable())).Message);

        Assert.Equal(Enumerable.Range(0, 100).Select(MapOrderTests.Square), values);
        Assert.True(isDisposed);
        Assert.Empty(results.Errors);
    }

    [Fact]
    public void Map_LeftEarly_DisposesItsInput()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        bool isDisposed = false;
        IEnumerable<int> Endless()
        {
            try
            {
                while (true)
                {
                    yield return 3;
                }
            }
            finally
            {
                isDisposed = true;
            }
        }

        Assert.Equal(9, executor.Map(Endless(), MapOrderTests.Square).AsEnumerable().First());

        Assert.True(isDisposed);
    }

    [Fact]
    public async Task Map_OfAPendingAsyncInput_GivesWhatIsReady()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        Channel<int> items = Channel.CreateUnbounded<int>();
        await using IAsyncEnumerator<int> results = executor.Map(items.Reader.ReadAllAsync(), MapOrderTests.Square).GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
        {
            ValueTask<bool> next = results.MoveNextAsync();
            Assert.False(next.IsCompleted);
            await items.Writer.WriteAsync(i, TestContext.Current.CancellationToken);
            Assert.True(await next.AsTask().InTime());
            Assert.Equal(i * i, results.Current);
        }

        items.Writer.Complete();
        Assert.False(await results.MoveNextAsync().AsTask().InTime());
    }

    [Fact]
    public async Task Map_OfAnAsyncInputThatFails_ThrowsAfterTheResultsBefore()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        Channel<int> items = Channel.CreateUnbounded<int>();
        await items.Writer.WriteAsync(5, TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<int> results = executor.Map(items.Reader.ReadAllAsync(), MapOrderTests.Square).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync().AsTask().InTime());

        Task<bool> next = results.MoveNextAsync().AsTask();
        items.Writer.Complete(new InvalidTimeZoneException());

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => next.InTime());
    }

    [Fact]
    public async Task Map_LeftWhileItsAsyncInputIsPending_CancelsAndDisposesIt()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IAsyncEnumerator<int> results = executor.Map(Waiting(disposed), MapOrderTests.Square).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(1, results.Current);

        await results.DisposeAsync().AsTask().InTime();

        await disposed.Task.InTime();
    }

    [Fact]
    public void Map_OfASlowInput_GivesAnIdleWorkerPartOfAChunk()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };
        IEnumerable<int> Slow()
        {
            for (int i = 0; i < 20; i++)
            {
                executor.Clock.Advance(TimeSpan.FromMilliseconds(1));
                yield return i;
            }
        }

        int[] values = executor.Map(Slow(), MapOrderTests.Square, new() { ChunkSize = 20 }).ToArray();

        Assert.Equal(Enumerable.Range(0, 20).Select(MapOrderTests.Square), values);
        Assert.Equal(20, executor.Chunks.Length);
    }

    [Fact]
    public void Map_OfAQuickInput_FillsItsChunks()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };

        _ = executor.Map(Enumerable.Range(0, 45).ToArray(), MapOrderTests.Square, new() { ChunkSize = 20 }).ToArray();

        Assert.Equal([20, 20, 5], executor.Chunks.Select(static chunk => chunk.Count));
    }

    [Fact]
    public void Map_OfAnEmptyInput_RunsNothing()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };

        Assert.Empty(executor.Map(Enumerable.Empty<int>(), MapOrderTests.Square).ToArray());
        Assert.Empty(executor.MapUnordered(Array.Empty<int>(), MapOrderTests.Square).AsOutcomes());
        Assert.Empty(executor.Chunks);
    }

    private static async IAsyncEnumerable<int> Waiting(TaskCompletionSource disposed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token = default)
    {
        try
        {
            yield return 1;
            await new TaskCompletionSource().Task.WaitAsync(token);
        }
        finally
        {
            disposed.SetResult();
        }
    }
}
