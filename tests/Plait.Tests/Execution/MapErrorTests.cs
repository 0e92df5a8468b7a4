using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Items that fail: thrown, skipped or told, and never anybody else's business.</summary>
public sealed class MapErrorTests
{
    private static readonly MapOptions s_threes = new() { ChunkSize = 3 };

    [Fact]
    public async Task Map_WithAFailingItem_ThrowsInItsPlaceAndCancelsTheRest()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        MapResults<int> map = executor.Map(Enumerable.Range(0, 12).ToArray(), FailAt(4), s_threes);
        await using IAsyncEnumerator<int> results = map.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Task<bool> first = results.MoveNextAsync().AsTask();
        FakeChunk last = await executor.ChunkAsync(3);

        // The failure is known before anything that comes before it.
        executor.Chunks[1].Finish();
        await last.Cancelled.InTime();
        await executor.Chunks[2].Cancelled.InTime();
        Assert.False(first.IsCompleted);
        executor.Chunks[0].Finish();

        var values = new List<int>();
        Assert.True(await first.InTime());
        values.Add(results.Current);
        Assert.Equal("4", (await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
        {
            while (await results.MoveNextAsync().AsTask().InTime())
            {
                values.Add(results.Current);
            }
        })).Message);
        Assert.Equal([0, 1, 4, 9], values);
        Assert.Equal(4, Assert.Single(map.Errors).Index);
        Assert.Equal(4, executor.Chunks.Length);
    }

    [Fact]
    public async Task MapUnordered_WithAFailingItem_ThrowsWhenItIsKnown()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        await using IAsyncEnumerator<int> results = executor.MapUnordered(Enumerable.Range(0, 12).ToArray(), FailAt(4), s_threes).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Task<bool> first = results.MoveNextAsync().AsTask();
        await executor.ChunkAsync(3);

        executor.Chunks[1].Run(2);

        Assert.True(await first.InTime());
        Assert.Equal(9, results.Current);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => results.MoveNextAsync().AsTask().InTime());
        Assert.All(executor.Chunks, static chunk => Assert.True(chunk.IsCancelled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Map_ThatCarriesOn_SkipsFailedItemsAndListsThem(bool isOrdered)
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        var options = new MapOptions { ChunkSize = 3, OnError = MapErrorMode.Continue };
        MapResults<int> map = isOrdered ? executor.Map(Enumerable.Range(0, 10).ToArray(), FailAt(0, 4, 5, 9), options) : executor.MapUnordered(Enumerable.Range(0, 10).ToArray(), FailAt(0, 4, 5, 9), options);

        int[] values = map.ToArray();

        Assert.Equal([1, 4, 9, 36, 49, 64], values.Order());
        Assert.Equal([0L, 4L, 5L, 9L], map.Errors.Select(static error => error.Index));
        Assert.All(map.Errors, static error => Assert.Equal($"{error.Index}", Assert.IsType<InvalidTimeZoneException>(error.Exception).Message));
    }

    [Theory]
    [InlineData(MapErrorMode.Stop)]
    [InlineData(MapErrorMode.Continue)]
    public async Task Outcomes_WithFailingItems_HaveEveryItem(MapErrorMode mode)
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        MapResults<int> map = executor.Map(Enumerable.Range(0, 10).ToArray(), FailAt(0, 4, 5, 9), new() { ChunkSize = 3, OnError = mode });

        List<MapOutcome<int>> outcomes = await MapOrderTests.CollectAsync(map.Outcomes());

        Assert.Equal(Enumerable.Range(0, 10).Select(static index => (long)index), outcomes.Select(static outcome => outcome.Index));
        Assert.Equal([0L, 4L, 5L, 9L], outcomes.Where(static outcome => !outcome.IsSuccess).Select(static outcome => outcome.Index));
        Assert.All(outcomes, static outcome => Assert.Equal(outcome.IsSuccess ? (int)(outcome.Index * outcome.Index) : 0, outcome.Value));
        Assert.Equal(4, map.Errors.Count);
    }

    [Fact]
    public void Map_OfItemsThatCannotBeSent_FailsThoseOnly()
    {
        using var executor = new FakeChunkExecutor(workers: 2)
        {
            RunsAtOnce = true,
            Refuses = static chunk => chunk.FirstIndex <= 5 && chunk.FirstIndex + chunk.Count > 5 ? new NotSupportedException("it cannot travel") : null,
        };
        MapResults<int> map = executor.Map(Enumerable.Range(0, 10).ToArray(), MapOrderTests.Square, new() { ChunkSize = 4, OnError = MapErrorMode.Continue });

        Assert.Equal([0, 1, 4, 9, 16, 36, 49, 64, 81], map.ToArray());
        Assert.Equal(5, Assert.Single(map.Errors).Index);
    }

    [Fact]
    public void Map_OnAnExecutorThatCloses_Throws()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };
        executor.Refuses = _ => executor.Chunks.Length >= 3 ? new ExecutorClosedException("fake") : null;
        MapResults<int> map = executor.Map(Enumerable.Range(0, 100).ToArray(), MapOrderTests.Square, new() { ChunkSize = 4, OnError = MapErrorMode.Continue });
        var values = new List<int>();

        Assert.Throws<ExecutorClosedException>(() => values.AddRange(map.AsEnumerable()));

        Assert.Equal(Enumerable.Range(0, 12).Select(MapOrderTests.Square), values);
    }

    [Fact]
    public async Task Map_WhenItsExecutorIsShutDown_Throws()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 100).ToArray(), MapOrderTests.Square, new() { OnError = MapErrorMode.Continue }).ToArrayAsync(TestContext.Current.CancellationToken);

        (await executor.ChunkAsync(0)).EndWith(new ChunkEnd { Error = new OperationCanceledException("shut down"), EndsMap = true });

        Assert.Equal("shut down", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all.InTime())).Message);
        Assert.All(executor.Chunks[1..], static chunk => Assert.True(chunk.IsCancelled));
    }

    [Fact]
    public void Map_WhoseResultsCannotBeRead_FailsThoseItems()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        using IEnumerator<MapOutcome<int>> outcomes = executor.Map([1, 2, 3], MapOrderTests.Square, new() { ChunkSize = 3 }).AsOutcomes().GetEnumerator();
        executor.Refuses = static chunk =>
        {
            var typed = (FakeChunk<int, int>)chunk;
            typed.Defer(new Undecodable(), 2);
            typed.Finish();
            return null;
        };

        Assert.True(outcomes.MoveNext());
        Assert.IsType<InvalidDataException>(outcomes.Current.Exception);
        Assert.True(outcomes.MoveNext());
        Assert.IsType<InvalidDataException>(outcomes.Current.Exception);
        Assert.True(outcomes.MoveNext());
        Assert.Equal(new MapOutcome<int>(2, 9, null), outcomes.Current);
        Assert.False(outcomes.MoveNext());
    }

    private static Func<int, int> FailAt(params int[] items) =>
        item => items.Contains(item) ? throw new InvalidTimeZoneException($"{item}") : item * item;

    private sealed class Undecodable : IDeferredValues<int>
    {
        public void Decode(Span<int> target) => throw new InvalidDataException("no numbers");

        public void Drop() => Assert.Fail("They were decoded.");
    }
}
