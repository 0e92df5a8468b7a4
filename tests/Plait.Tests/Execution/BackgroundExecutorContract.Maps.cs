using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Maps whose items wait for each other or for nothing: by the cases of CPython's test_thread_pool, mpire and joblib, in tests/ported.md.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task MapUnordered_WithOneThatIsSlow_GivesTheOthersFirst()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        string path = gate.Path;
        await using IAsyncEnumerator<int> results = executor.MapUnordered(
            Enumerable.Range(0, 10),
            number =>
            {
                if (number == 1)
                {
                    Gate.Pass(path);
                }

                return number;
            }).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var others = new List<int>();
        for (int i = 0; i < 9; i++)
        {
            Assert.True(await results.MoveNextAsync().AsTask().InTime());
            others.Add(results.Current);
        }

        Assert.Equal(Enumerable.Range(0, 10).Where(static number => number != 1), others.Order());
        gate.Open();

        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(1, results.Current);
        Assert.False(await results.MoveNextAsync().AsTask().InTime());
    }

    [Fact]
    public async Task Map_CancelledInItsMiddle_HasGivenWhatCameBefore()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        using var source = new CancellationTokenSource();
        string path = gate.Path;
        await using IAsyncEnumerator<int> results = executor.Map(
            Enumerable.Range(0, 3),
            async (number, token) => number == 2 ? await Gate.PassAsync(path, token) : number,
            new() { CancellationToken = source.Token }).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(0, results.Current);
        Assert.True(await results.MoveNextAsync().AsTask().InTime());
        Assert.Equal(1, results.Current);
        Task<bool> third = results.MoveNextAsync().AsTask();
        Visitor visitor = await gate.NextAsync();
        Assert.False(third.IsCompleted);

        await source.CancelAsync();

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.InTime());
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await visitor.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Map_CancelledBehindATaskThatRuns_RunsNothing()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        using var source = new CancellationTokenSource();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Task<int[]> all = executor.Map(["second", "third"], name => { Work.Note(note, name); return name.Length; }, new() { CancellationToken = source.Token })
            .ToArrayAsync(TestContext.Current.CancellationToken);
        Assert.False(all.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all.InTime());
        gate.Open();
        await busy[0].InTime();
        await executor.Submit(Work.Note, note, "after").InTime();
        Assert.Equal(["after"], Lines(note));
    }

    [Fact]
    public async Task Map_WhoseFirstItemFails_StopsTheRestWithoutRunningThem()
    {
        await using IExecutor executor = Create(2);

        // Nothing but a cancellation ends the others.
        Task<int[]> all = executor.Map(
            Enumerable.Range(0, 100),
            static async (number, token) =>
            {
                if (number > 0)
                {
                    await new TaskCompletionSource().Task.WaitAsync(token);
                }

                return Work.Fail("the first");
            }).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("the first", (await Assert.ThrowsAsync<InvalidDataException>(() => all.InTime())).Message);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Map_WithItemsThatTakeTooLong_FailsThoseOnly()
    {
        await using IExecutor executor = Create(2);
        MapResults<int> map = executor.Map(
            Enumerable.Range(0, 6),
            static async (number, token) =>
            {
                if (number % 2 == 1)
                {
                    await new TaskCompletionSource().Task.WaitAsync(token);
                }

                return number;
            },
            new() { ItemTimeout = TimeSpan.FromSeconds(1), OnError = MapErrorMode.Continue });

        int[] values = await map.ToArrayAsync(TestContext.Current.CancellationToken).InTime();

        // On a busy machine one that is quick may be late as well.
        Assert.All(values, static value => Assert.Equal(0, value % 2));
        Assert.Equal([1L, 3L, 5L], map.Errors.Select(static error => error.Index).Where(static index => index % 2 == 1).Order());
        Assert.All(map.Errors, static error => Assert.IsType<TimeoutException>(error.Exception));
        Assert.Equal(6, values.Length + map.Errors.Count);
    }

    [Fact]
    public async Task Map_AgainAndAgain_UsesTheSameWorkers()
    {
        await using IExecutor executor = Create(2);

        for (int round = 0; round < 5; round++)
        {
            Assert.Equal(Enumerable.Range(1, 10), executor.Map(Enumerable.Range(0, 10), static number => number + 1).ToArray());
        }

        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.True(statistics is { WorkersStarted: 1 or 2, WorkersDied: 0 }, $"{statistics}");
    }

    [Fact]
    public async Task Map_GivenUpWhileItsItemsRun_LeavesRoomForTheNext()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        string path = gate.Path;
        IAsyncEnumerator<int> first = executor.Map(Enumerable.Range(0, 10), (_, token) => Gate.PassAsync(path, token)).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Task<bool> next = first.MoveNextAsync().AsTask();
        Visitor[] visitors = await gate.NextAsync(2);
        Assert.False(next.IsCompleted);
        visitors[0].LetPass();
        visitors[1].LetPass();
        Assert.True(await next.InTime());

        await first.DisposeAsync().AsTask().InTime();

        Assert.Equal(Enumerable.Range(10, 10), executor.Map(Enumerable.Range(10, 10), static number => number).ToArray());
    }
}
