using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Items of a map that kill their worker, hang, or are not wanted any more.</summary>
public sealed class ProcessExecutorMapStopTests : ExecutorTest
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(Crash.Kill, 0)]
    [InlineData(Crash.Kill, 1)]
    [InlineData(Crash.FailFast, 0)]
    [InlineData(Crash.Exit, 16)]
    [InlineData(Crash.StackOverflow, 16)]
    public void Map_WithItemsThatKillTheirWorker_LosesThoseOnly(string way, int chunk)
    {
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        int[] bad = [3, 64, 65, 199];
        MapResults<int> map = pool.Map(
            Enumerable.Range(0, 200),
            item =>
            {
                if (bad.Contains(item))
                {
                    Crash.Now(way);
                }

                return item;
            },
            new() { ChunkSize = chunk, Window = chunk == 0 ? 0 : 64, OnError = MapErrorMode.Continue, Name = "render" });

        Assert.Equal(Enumerable.Range(0, 200).Except(bad), map.ToArray());

        Assert.Equal(bad, map.Errors.Select(static error => (int)error.Index));
        foreach (MapError error in map.Errors)
        {
            var died = Assert.IsType<WorkerDiedException>(error.Exception);
            Assert.Equal((1, false, $"render (item {error.Index})"), (died.Deaths, died.IsQuarantined, died.TaskName));
        }

        Assert.Equal(4, pool.GetStatistics().WorkersDied);
    }

    [Fact]
    public void Map_WithChunksOfOne_RunsEveryHealthyItemOnce()
    {
        string notes = NewPath();
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        MapResults<int> map = pool.Map(
            Enumerable.Range(0, 60),
            item =>
            {
                Work.Note(notes, $"{item}");
                if (item % 20 == 7)
                {
                    Crash.Now(Crash.Kill);
                }

                return item;
            },
            new() { ChunkSize = 1, OnError = MapErrorMode.Continue });

        Assert.Equal(57, map.ToArray().Length);

        Assert.Equal(Enumerable.Range(0, 60), Lines(notes).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public void Map_WithRetries_RunsAnItemAgainThatKilledItsWorker()
    {
        string notes = NewPath();
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();

        int[] values = pool.Map(
            Enumerable.Range(0, 100),
            item =>
            {
                if (item == 42)
                {
                    Work.Note(notes, "tried");
                    if (File.ReadAllLines(notes).Length < 3)
                    {
                        Crash.Now(Crash.Kill);
                    }
                }

                return item;
            },
            new() { ChunkSize = 25, Retries = 2 }).ToArray();

        Assert.Equal(Enumerable.Range(0, 100), values);
        Assert.Equal((3, 2), (Lines(notes).Length, (int)pool.GetStatistics().WorkersDied));
    }

    [Fact]
    public void Map_WithAnItemThatKeepsKilling_QuarantinesIt()
    {
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        MapResults<int> map = pool.Map(
            Enumerable.Range(0, 40),
            static item =>
            {
                if (item == 11)
                {
                    Crash.Now(Crash.Kill);
                }

                return item;
            },
            new() { ChunkSize = 8, Retries = 10, OnError = MapErrorMode.Continue });

        Assert.Equal(39, map.ToArray().Length);

        var died = Assert.IsType<WorkerDiedException>(Assert.Single(map.Errors).Exception);
        Assert.Equal((3, true), (died.Deaths, died.IsQuarantined));
        Assert.Equal((3, 1), ((int)pool.GetStatistics().WorkersDied, (int)pool.GetStatistics().Quarantined));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Map_WithItemsThatHang_FailsThoseOnly(int chunk)
    {
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        MapResults<int> map = pool.Map(Enumerable.Range(0, 64), static item => item is 5 or 40 ? Hang() : item, new() { ChunkSize = chunk, ItemTimeout = s_short, OnError = MapErrorMode.Continue });

        Assert.Equal(Enumerable.Range(0, 64).Except([5, 40]), map.ToArray());

        Assert.Equal([5L, 40L], map.Errors.Select(static error => error.Index));
        Assert.All(map.Errors, static error => Assert.Contains($"Item {error.Index} ", Assert.IsType<TimeoutException>(error.Exception).Message, StringComparison.Ordinal));
        Assert.Equal(2, pool.GetStatistics().TimedOut);
    }

    [Fact]
    public void Map_WithItemsThatObeyTheirToken_KeepsTheWorkers()
    {
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        MapResults<int> map = pool.Map(
            Enumerable.Range(0, 64),
            static async (item, token) =>
            {
                if (item is 5 or 40)
                {
                    await new TaskCompletionSource().Task.WaitAsync(token);
                }

                return item;
            },
            new() { ChunkSize = 16, ItemTimeout = s_short, OnError = MapErrorMode.Continue });

        Assert.Equal(Enumerable.Range(0, 64).Except([5, 40]), map.ToArray());

        Assert.All(map.Errors, static error => Assert.IsType<TimeoutException>(error.Exception));
        Assert.Equal((2, 2L), (map.Errors.Count, pool.GetStatistics().WorkersStarted));
    }

    [Fact]
    public void Map_WithItemsThatTakeLessThanTheirTime_TakesAsLongAsItTakes()
    {
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool(workers: 1);

        // Together much longer than one may take.
        int[] values = pool.Map(Enumerable.Range(0, 40), static item => Burn(TimeSpan.FromMilliseconds(20), item), new() { ChunkSize = 40, ItemTimeout = TimeSpan.FromMilliseconds(600) }).ToArray();

        Assert.Equal(Enumerable.Range(0, 40), values);
        Assert.Equal(0, pool.GetStatistics().TimedOut);
    }

    [Fact]
    public void Map_WhoseRetriesTakeTimeouts_TriesAgain()
    {
        string notes = NewPath();
        using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        var retries = new RetryPolicy { Count = 1, ShouldRetry = static error => error is TimeoutException };

        int[] values = pool.Map(
            Enumerable.Range(0, 20),
            item =>
            {
                if (item == 9)
                {
                    Work.Note(notes, "tried");
                    return File.ReadAllLines(notes).Length == 1 ? Hang() : item;
                }

                return item;
            },
            new() { ChunkSize = 10, ItemTimeout = s_short, Retries = retries }).ToArray();

        Assert.Equal(Enumerable.Range(0, 20), values);
        Assert.Equal(2, Lines(notes).Length);
    }

    [Fact]
    public async Task MapUnordered_WithASlowItemInAChunk_RunsTheRestElsewhere()
    {
        using var gate = new Gate();
        string path = gate.Path;
        await using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        await using IAsyncEnumerator<int> results = pool.MapUnordered(
            Enumerable.Range(0, 40),
            item =>
            {
                if (item == 3)
                {
                    Gate.Pass(path);
                }

                return item;
            },
            new() { ChunkSize = 10 }).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var values = new List<int>();
        while (values.Count < 39)
        {
            Assert.True(await results.MoveNextAsync().AsTask().InTime());
            values.Add(results.Current);
        }

        // Everybody else is through, and this one has not moved.
        Assert.Equal(Enumerable.Range(0, 40).Except([3]), values.Order());
        gate.Open();
        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(3, results.Current);
        Assert.False(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(2, pool.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task Map_LeftEarly_StopsWhatRuns()
    {
        using var gate = new Gate();
        string path = gate.Path;
        await using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        IAsyncEnumerator<int> results = pool.Map(Enumerable.Range(0, 40), item => item == 0 ? 0 : Gate.Pass(path), new() { ChunkSize = 1 }).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Visitor visitor = await gate.NextAsync();

        await results.DisposeAsync().AsTask().InTime();

        await visitor.GoneAsync();
        Assert.Equal(3, await pool.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Map_Cancelled_AsksItsItemsToStop()
    {
        string notes = NewPath();
        using var gate = new Gate();
        string path = gate.Path;
        using var source = new CancellationTokenSource();
        await using ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        Task<int[]> all = pool.Map(Enumerable.Range(0, 4), (_, token) => Work.ObeyAsync(path, notes, token), new() { CancellationToken = source.Token }).ToArrayAsync(TestContext.Current.CancellationToken);
        Visitor[] visitors = await gate.NextAsync(2);

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all.InTime())).CancellationToken);
        await Task.WhenAll(visitors.Select(static visitor => visitor.GoneAsync()));
        await UntilAsync(() => Lines(notes).Length == 2);
        Assert.Equal(2, pool.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task Map_WhoseExecutorIsKilled_Ends()
    {
        using var gate = new Gate();
        string path = gate.Path;
        ProcessExecutor pool = ProcessExecutorMapTests.NewPool();
        Task<int[]> all = pool.Map(Enumerable.Range(0, 40), _ => Gate.Pass(path)).ToArrayAsync(TestContext.Current.CancellationToken);
        await gate.NextAsync(2);

        await pool.ShutdownAsync(ShutdownMode.Kill, Waits.Hang);

        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => all.InTime());
        Assert.True(error is OperationCanceledException or ExecutorClosedException, $"{error}");
    }

    private static int Hang()
    {
        while (true)
        {
            Thread.Yield();
        }
    }

    private static int Burn(TimeSpan time, int item)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < time)
        {
            // An item that computes.
        }

        return item;
    }
}
