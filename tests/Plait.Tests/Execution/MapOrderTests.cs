using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>The order of results, and the forms they can be had in.</summary>
public sealed class MapOrderTests
{
    private static readonly MapOptions s_pairs = new() { ChunkSize = 2, Window = 8 };

    [Fact]
    public async Task Map_ChunksThatEndInAnyOrder_GivesResultsInOrder()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        await using IAsyncEnumerator<int> results = executor.Map(Enumerable.Range(0, 6).ToArray(), Square, s_pairs).GetAsyncEnumerator();
        ValueTask<bool> first = results.MoveNextAsync();
        FakeChunk last = await executor.ChunkAsync(2);

        last.Finish();
        executor.Chunks[1].Finish();
        Assert.False(first.IsCompleted);
        executor.Chunks[0].Finish();

        Assert.True(await first.AsTask().InTime());
        int[] values = [results.Current, .. await RestAsync(results)];
        Assert.Equal([0, 1, 4, 9, 16, 25], values);
    }

    [Fact]
    public async Task MapUnordered_ChunksThatEndInAnyOrder_GivesResultsAsTheyCome()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        await using IAsyncEnumerator<int> results = executor.MapUnordered(Enumerable.Range(0, 6).ToArray(), Square, s_pairs).GetAsyncEnumerator();
        Task<bool> first = results.MoveNextAsync().AsTask();
        FakeChunk last = await executor.ChunkAsync(2);

        last.Finish();
        Assert.True(await first.InTime());
        executor.Chunks[0].Finish();
        executor.Chunks[1].Finish();

        int[] values = [results.Current, .. await RestAsync(results)];
        Assert.Equal([16, 25, 0, 1, 4, 9], values);
    }

    [Fact]
    public async Task Map_PartOfAChunk_IsServedBeforeTheRest()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        await using IAsyncEnumerator<int> results = executor.Map(Enumerable.Range(0, 4).ToArray(), Square, new() { ChunkSize = 4 }).GetAsyncEnumerator();
        Task<bool> first = results.MoveNextAsync().AsTask();

        (await executor.ChunkAsync(0)).Run(1);

        Assert.True(await first.InTime());
        ValueTask<bool> second = results.MoveNextAsync();
        Assert.False(second.IsCompleted);
        executor.Chunks[0].Finish();
        Assert.True(await second.AsTask().InTime());
        Assert.Equal(1, results.Current);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task Map_InEveryForm_GivesTheSameValues(int count)
    {
        using var executor = new FakeChunkExecutor(workers: 3) { RunsAtOnce = true, ItemTime = TimeSpan.FromMicroseconds(1) };
        int[] expected = [.. Enumerable.Range(0, count).Select(Square)];
        MapResults<int> Map() => executor.Map(Enumerable.Range(0, count), Square);

        Assert.Equal(expected, Map().ToArray());
        Assert.Equal(expected, await Map().ToArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expected, Map().AsEnumerable());
        Assert.Equal(expected, Map().AsOutcomes().Select(static outcome => outcome.Value));
        Assert.Equal(expected, await CollectAsync(Map()));
        Assert.Equal(Enumerable.Range(0, count).Select(static index => (long)index), (await CollectAsync(Map().Outcomes())).Select(static outcome => outcome.Index));
        Assert.Equal(expected, executor.Map(expected[..count].Select(static (_, index) => index).ToArray(), Square).ToArray());
        Assert.Equal(expected.Order(), (await executor.MapUnordered(Asynchronous(count), Square).ToArrayAsync(TestContext.Current.CancellationToken)).Order());
    }

    [Fact]
    public void Map_OfTexts_GivesThem()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };

        string[] values = executor.Map(Enumerable.Range(0, 500).ToArray(), static number => $"<{number}>").AsEnumerable().ToArray();

        Assert.Equal(Enumerable.Range(0, 500).Select(static number => $"<{number}>"), values);
    }

    [Fact]
    public void Map_OfACovariantArray_ReadsIt()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        object[] items = new string[] { "a", "bc" };

        Assert.Equal([1, 2], executor.Map(items, static item => ((string)item).Length).ToArray());
    }

    [Fact]
    public void Map_NotEnumerated_ReadsAndRunsNothing()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };

        MapResults<int> results = executor.Map(Throwing(), Square);
        using IEnumerator<int> made = results.AsEnumerable().GetEnumerator();

        Assert.Empty(executor.Chunks);
        Assert.Throws<InvalidTimeZoneException>(() => made.MoveNext());
    }

    [Fact]
    public async Task Map_EnumeratedTwice_IsRefused()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        MapResults<int> results = executor.Map([1, 2], Square);
        Assert.Equal([1, 4], results.ToArray());

        Assert.Throws<InvalidOperationException>(() => results.AsEnumerable().GetEnumerator());
        Assert.Throws<InvalidOperationException>(() => results.GetAsyncEnumerator(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => results.ToArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Map_WithBadArguments_IsRefusedAtOnce()
    {
        using var executor = new FakeChunkExecutor(workers: 1);

        Assert.Throws<ArgumentNullException>("items", () => executor.Map((IEnumerable<int>)null!, Square));
        Assert.Throws<ArgumentNullException>("executor", () => ((IExecutor)null!).Map([1], Square));
        Assert.Throws<ArgumentNullException>("function", () => executor.Map([1], (Func<int, int>)null!));
        Assert.Equal(-1, Assert.Throws<ArgumentOutOfRangeException>("Window", () => executor.Map([1], Square, new() { Window = -1 })).ActualValue);
        Assert.Throws<ArgumentOutOfRangeException>("ChunkSize", () => executor.Map([1], Square, new() { ChunkSize = -5 }));
        Assert.Throws<ArgumentOutOfRangeException>("ChunkSize", () => executor.Map([1], Square, new() { ChunkSize = 5, Window = 4 }));
        Assert.Throws<ArgumentOutOfRangeException>("ItemTimeout", () => executor.Map([1], Square, new() { ItemTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>("ItemTimeout", () => executor.Map([1], Square, new() { ItemTimeout = TimeSpan.FromDays(50) }));
        Assert.Throws<ArgumentOutOfRangeException>("OnError", () => executor.Map([1], Square, new() { OnError = (MapErrorMode)7 }));
        Assert.Throws<ArgumentNullException>("Retries", () => executor.Map([1], Square, new() { Retries = null! }));
    }

    internal static async Task<List<T>> CollectAsync<T>(IAsyncEnumerable<T> values)
    {
        var all = new List<T>();
        await foreach (T value in values)
        {
            all.Add(value);
        }

        return all;
    }

    internal static async Task<List<T>> RestAsync<T>(IAsyncEnumerator<T> values)
    {
        var all = new List<T>();
        while (await values.MoveNextAsync().AsTask().InTime())
        {
            all.Add(values.Current);
        }

        return all;
    }

    internal static int Square(int number) => number * number;

    private static IEnumerable<int> Throwing()
    {
        throw new InvalidTimeZoneException();
#pragma warning disable CS0162 // An iterator needs one.
        yield return 0;
#pragma warning restore CS0162
    }

    private static async IAsyncEnumerable<int> Asynchronous(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 1000 == 17)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }
}
