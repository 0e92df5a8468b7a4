using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Cancelled, left early, watched.</summary>
public sealed class MapLifetimeTests
{
    [Fact]
    public async Task Map_LeftEarly_CancelsWhatIsOutstanding()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        IAsyncEnumerator<int> results = executor.Map(Enumerable.Range(0, 100).ToArray(), MapOrderTests.Square).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Task<bool> first = results.MoveNextAsync().AsTask();
        (await executor.ChunkAsync(0)).Finish();
        Assert.True(await first.InTime());

        await results.DisposeAsync();
        await results.DisposeAsync();

        Assert.NotEmpty(executor.Chunks[1..]);
        Assert.All(executor.Chunks[1..], static chunk => Assert.True(chunk.IsCancelled));
    }

    [Fact]
    public async Task Map_ReadToItsEnd_CancelsNoChunkThatHasYetToSaySo()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 4).ToArray(), MapOrderTests.Square, new() { ChunkSize = 4 }).ToArrayAsync(TestContext.Current.CancellationToken);
        FakeChunk chunk = await executor.ChunkAsync(0);

        // All its items are told, its end is still on the way.
        chunk.Run(4);

        int[] values = await all.InTime();
        Assert.Equal([0, 1, 4, 9], values);
        Assert.False(chunk.IsCancelled);
        chunk.EndWith(new ChunkEnd());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Map_Cancelled_StopsItsChunksAtOnceAndThrowsTheToken(bool byOptions)
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        using var source = new CancellationTokenSource();
        MapResults<int> map = executor.Map(Enumerable.Range(0, 100).ToArray(), MapOrderTests.Square, new() { CancellationToken = byOptions ? source.Token : default });
        Task<int[]> all = map.ToArrayAsync(byOptions ? default : source.Token);
        FakeChunk chunk = await executor.ChunkAsync(1);

        await source.CancelAsync();

        Assert.True(chunk.IsCancelled);
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all.InTime())).CancellationToken);
    }

    [Fact]
    public void Map_CancelledBefore_ReadsNothing()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        int read = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
            executor.Map(Enumerable.Range(0, 100).Select(item => ++read), MapOrderTests.Square, new() { CancellationToken = new CancellationToken(canceled: true) }).ToArray());

        Assert.Equal((0, 0), (read, executor.Chunks.Length));
    }

    [Fact]
    public async Task Map_LeftEarly_DropsValuesThatNobodyDecodes()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        IAsyncEnumerator<int> results = executor.Map(Enumerable.Range(0, 4).ToArray(), MapOrderTests.Square, new() { ChunkSize = 2 }).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Task<bool> first = results.MoveNextAsync().AsTask();
        var second = (FakeChunk<int, int>)await executor.ChunkAsync(1);
        executor.Chunks[0].Finish();
        Assert.True(await first.InTime());
        var before = new Droppable();
        var after = new Droppable();

        second.Defer(before, 1);
        await results.DisposeAsync();
        second.Defer(after, 1);

        Assert.Equal((1, 1), (before.Drops, after.Drops));
    }

    [Fact]
    public void Progress_WhileAMapRuns_CountsItsItems()
    {
        using var executor = new FakeChunkExecutor(workers: 2) { RunsAtOnce = true };
        var reports = new List<MapProgress>();
        var options = new MapOptions { ChunkSize = 5, OnError = MapErrorMode.Continue, Progress = new Listener(reports) };

        int[] values = executor.Map(Enumerable.Range(0, 50).ToArray(), static item => item % 10 == 3 ? throw new InvalidTimeZoneException() : item, options).ToArray();

        Assert.Equal(45, values.Length);
        Assert.Equal((50, 5, 0, 50L), (reports[^1].Done, reports[^1].Failed, reports[^1].Running, reports[^1].Total));
        Assert.True(reports.Count > 1);
        Assert.All(reports, static report => Assert.Equal(50, report.Total));
        Assert.All(reports.Zip(reports[1..]), static pair => Assert.True(pair.First.Done <= pair.Second.Done && pair.First.Elapsed <= pair.Second.Elapsed));
    }

    [Fact]
    public async Task Progress_OfAnInputWithoutACount_HasATotalAtTheEndOnly()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        var reports = new List<MapProgress>();
        Task<int[]> all = executor.Map(Enumerable.Range(0, 2).Where(static _ => true), MapOrderTests.Square, new() { Window = 1, Progress = new Listener(reports) }).ToArrayAsync(TestContext.Current.CancellationToken);

        (await executor.ChunkAsync(0)).Run(1);
        (await executor.ChunkAsync(1)).Run(1);
        executor.Chunks[0].EndWith(new ChunkEnd());
        executor.Chunks[1].EndWith(new ChunkEnd());

        int[] values = await all.InTime();
        Assert.Equal([0, 1], values);
        Assert.Null(reports[0].Total);
        Assert.Equal(2, reports[^1].Total);
    }

    [Fact]
    public void Values_OnceTaken_AreNotKept()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };
        using IEnumerator<object> results = executor.Map(Enumerable.Range(0, 10).ToArray(), static _ => new object(), new() { ChunkSize = 10 }).AsEnumerable().GetEnumerator();
        WeakReference first = Take(results);
        Assert.True(results.MoveNext());

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(first.IsAlive);
        Assert.NotNull(results.Current);
    }

    [Fact]
    public async Task Map_OverAnExecutorOfSingleFunctions_SubmitsEachItem()
    {
        using var executor = new SubmitOnlyExecutor();
        MapResults<int> map = executor.Map(Enumerable.Range(0, 40).ToArray(), static item => item == 7 ? throw new InvalidTimeZoneException() : item, new() { OnError = MapErrorMode.Continue });

        int[] values = await map.ToArrayAsync(TestContext.Current.CancellationToken).InTime();

        Assert.Equal(Enumerable.Range(0, 40).Where(static item => item != 7), values);
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(map.Errors).Exception);
        Assert.Equal(40, executor.Submissions);
    }

    // Apart, so that no local of the test holds it.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Take(IEnumerator<object> results)
    {
        Assert.True(results.MoveNext());
        return new WeakReference(results.Current);
    }

    private sealed class Droppable : IDeferredValues<int>
    {
        public int Drops { get; private set; }

        public void Decode(Span<int> target) => Assert.Fail("Nobody asked.");

        public void Drop() => Drops++;
    }

    private sealed class Listener(List<MapProgress> reports) : IProgress<MapProgress>
    {
        public void Report(MapProgress value) => reports.Add(value);
    }
}
