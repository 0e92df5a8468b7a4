using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Which items run again, and with whom.</summary>
public sealed class MapRetryTests
{
    private static readonly Exception s_died = new InvalidTimeZoneException("the worker died");

    [Fact]
    public async Task Map_WhenAWorkerDiesAtAnItem_KeepsWhatIsDoneAndRunsTheRestElsewhere()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        MapResults<int> map = executor.Map(Enumerable.Range(0, 8).ToArray(), MapOrderTests.Square, new() { ChunkSize = 8, OnError = MapErrorMode.Continue });
        Task<int[]> all = map.ToArrayAsync(TestContext.Current.CancellationToken);
        FakeChunk chunk = await executor.ChunkAsync(0);

        // Items 0 to 2 arrived, 3 and 4 were finished and lost, 5 is the culprit.
        chunk.Run(3);
        chunk.EndWith(new ChunkEnd { Culprit = 5, Error = s_died, IsWorkerFault = true });
        (await executor.ChunkAsync(1)).Finish();
        (await executor.ChunkAsync(2)).Finish();

        int[] values = await all.InTime();
        Assert.Equal([0, 1, 4, 9, 16, 36, 49], values);
        Assert.Equal([(0L, 8), (3L, 2), (6L, 2)], executor.Chunks.Select(static chunk => (chunk.FirstIndex, chunk.Count)));
        Assert.Equal((5L, s_died), (map.Errors[0].Index, map.Errors[0].Exception));
    }

    [Fact]
    public async Task Map_WithRetries_RunsTheCulpritAlone()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 4).ToArray(), MapOrderTests.Square, new() { ChunkSize = 4, Retries = 2 }).ToArrayAsync(TestContext.Current.CancellationToken);

        (await executor.ChunkAsync(0)).EndWith(new ChunkEnd { Culprit = 1, Error = s_died, IsWorkerFault = true });
        await executor.ChunkAsync(2);
        executor.Chunks[1].Finish();
        (await executor.ChunkAsync(3)).Finish();
        Assert.Equal([(0L, 1, 0), (1L, 1, 1), (2L, 2, 0)], executor.Chunks[1..].Select(static chunk => (chunk.FirstIndex, chunk.Count, chunk.Deaths)));
        executor.Chunks[2].EndWith(new ChunkEnd { Culprit = 0, Error = s_died, IsWorkerFault = true });
        FakeChunk second = await executor.ChunkAsync(4);
        Assert.Equal((1L, 1, 2), (second.FirstIndex, second.Count, second.Deaths));
        second.Finish();

        int[] values = await all.InTime();
        Assert.Equal([0, 1, 4, 9], values);
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(1, true, false)]
    [InlineData(1, false, false)]
    [InlineData(3, true, true)]
    public async Task Map_WhenNoRetryIsLeft_FailsTheItem(int retries, bool isWorkerFault, bool isFinal)
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        MapResults<int> map = executor.Map([7], MapOrderTests.Square, new() { Retries = retries });
        Task<int[]> all = map.ToArrayAsync(TestContext.Current.CancellationToken);

        int attempts = isWorkerFault && !isFinal ? retries + 1 : 1;
        for (int i = 0; i < attempts; i++)
        {
            (await executor.ChunkAsync(i)).EndWith(new ChunkEnd { Culprit = 0, Error = s_died, IsWorkerFault = isWorkerFault, IsFinal = isFinal });
        }

        Assert.Same(s_died, await Assert.ThrowsAsync<InvalidTimeZoneException>(() => all.InTime()));
        Assert.Equal(attempts, executor.Chunks.Length);
    }

    [Fact]
    public async Task Map_WithABackoff_WaitsBeforeEachAttempt()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        var retries = new RetryPolicy { Count = 2, Backoff = TimeSpan.FromSeconds(3), ShouldRetry = static error => error is DivideByZeroException };
        int attempts = 0;
        Task<int[]> all = executor.Map([7], item => ++attempts < 3 ? throw new DivideByZeroException() : item, new() { Retries = retries }).ToArrayAsync(TestContext.Current.CancellationToken);

        foreach (int seconds in (int[])[3, 6])
        {
            (await executor.ChunkAsync(attempts)).Finish();
            await executor.Clock.TimerAsync(TimeSpan.FromSeconds(seconds + 1));
            executor.Clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(attempts, executor.Chunks.Length);
            executor.Clock.Advance(TimeSpan.FromSeconds(1.5));
        }

        (await executor.ChunkAsync(2)).Finish();
        int[] values = await all.InTime();
        Assert.Equal([7], values);
    }

    [Fact]
    public void Map_WithAPredicate_RetriesWhatItSays()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };
        var attempts = new Dictionary<int, int>();
        var retries = new RetryPolicy { Count = 5, ShouldRetry = static error => error is DivideByZeroException };
        int Run(int item)
        {
            int attempt = attempts[item] = attempts.GetValueOrDefault(item) + 1;
            return item switch
            {
                3 when attempt < 4 => throw new DivideByZeroException(),
                5 => throw new InvalidTimeZoneException(),
                _ => item,
            };
        }

        MapResults<int> map = executor.Map(Enumerable.Range(0, 8).ToArray(), Run, new() { ChunkSize = 4, Retries = retries, OnError = MapErrorMode.Continue });

        Assert.Equal([0, 1, 2, 3, 4, 6, 7], map.ToArray());
        Assert.Equal([1, 1, 1, 4, 1, 1, 1, 1], Enumerable.Range(0, 8).Select(item => attempts[item]));
        Assert.Equal(5, Assert.Single(map.Errors).Index);
    }

    [Fact]
    public void Map_WithAPredicateThatThrows_FailsTheItemWithBoth()
    {
        using var executor = new FakeChunkExecutor(workers: 1) { RunsAtOnce = true };
        var retries = new RetryPolicy { Count = 5, ShouldRetry = static _ => throw new InvalidTimeZoneException() };
        MapResults<int> map = executor.Map([1, 0], static item => 1 / item, new() { Retries = retries });

        AggregateException error = Assert.Throws<AggregateException>(() => map.ToArray());

        Assert.Equal([typeof(DivideByZeroException), typeof(InvalidTimeZoneException)], error.InnerExceptions.Select(static inner => inner.GetType()));
    }

    [Fact]
    public async Task Map_WhenNobodyKnowsTheCulprit_RunsEveryItemAlone()
    {
        using var executor = new FakeChunkExecutor(workers: 2);
        MapResults<int> map = executor.Map(Enumerable.Range(0, 3).ToArray(), MapOrderTests.Square, new() { ChunkSize = 3, OnError = MapErrorMode.Continue });
        Task<int[]> all = map.ToArrayAsync(TestContext.Current.CancellationToken);

        (await executor.ChunkAsync(0)).EndWith(new ChunkEnd { Error = s_died, IsWorkerFault = true });
        await executor.ChunkAsync(3);
        executor.Chunks[1].Finish();
        executor.Chunks[2].EndWith(new ChunkEnd { Error = s_died, IsWorkerFault = true });
        executor.Chunks[3].Finish();

        int[] values = await all.InTime();
        Assert.Equal([0, 4], values);
        Assert.Equal([1L], map.Errors.Select(static error => error.Index));
        Assert.Equal([3, 1, 1, 1], executor.Chunks.Select(static chunk => chunk.Count));
    }

    [Fact]
    public async Task Map_WhenNobodyIsToBlame_RunsTheRestAsItWas()
    {
        using var executor = new FakeChunkExecutor(workers: 1);
        Task<int[]> all = executor.Map(Enumerable.Range(0, 5).ToArray(), MapOrderTests.Square, new() { ChunkSize = 5 }).ToArrayAsync(TestContext.Current.CancellationToken);

        FakeChunk chunk = await executor.ChunkAsync(0);
        chunk.Run(2);
        chunk.EndWith(new ChunkEnd());
        (await executor.ChunkAsync(1)).Finish();

        int[] values = await all.InTime();
        Assert.Equal([0, 1, 4, 9, 16], values);
        Assert.Equal((2L, 3), (executor.Chunks[1].FirstIndex, executor.Chunks[1].Count));
    }
}
