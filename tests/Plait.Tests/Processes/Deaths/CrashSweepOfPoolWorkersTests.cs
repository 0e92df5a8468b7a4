using Plait.Execution;
using Plait.Memory;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Every worker of a pool is killed when it reaches a point for the how manieth time: so is the one that takes its place. Tasks
/// that may be tried again all end well as long as each worker gets anything done; where none does, the pool says so and gives up.
/// </summary>
public sealed class CrashSweepOfPoolWorkersTests : ProcessTest
{
    private const int Tasks = 8;

    /// <summary>Point, call, the how manieth time.</summary>
    public static TheoryData<string, string, int> Rows => new()
    {
        // Not begun, so not tried: what a worker has in its ring when it dies is run elsewhere as if for the first time.
        { nameof(CrashPoint.CallReceived), "small", 3 },
        { nameof(CrashPoint.CallReceived), "bulk", 3 },
        { nameof(CrashPoint.CallClaimed), "small", 3 },
        { nameof(CrashPoint.FunctionStarting), "small", 3 },
        { nameof(CrashPoint.FunctionReturned), "small", 3 },
        { nameof(CrashPoint.ResultEncoded), "small", 3 },
        { nameof(CrashPoint.ResultEncoded), "bulk", 3 },
        { nameof(CrashPoint.ResultSent), "small", 1 },
        { nameof(CrashPoint.ResultSent), "large", 1 },
        { nameof(CrashPoint.ResultSent), "bulk", 1 },
        { nameof(CrashPoint.ChildFinished), "small", 1 },
        { nameof(CrashPoint.RingWriting), "small", 7 },
        { nameof(CrashPoint.RingWritten), "small", 7 },
        { nameof(CrashPoint.RingPublished), "small", 7 },
        { nameof(CrashPoint.RingWriting), "large", 90 },
        { nameof(CrashPoint.RingPublished), "large", 90 },
        { nameof(CrashPoint.RingRead), "small", 7 },
        { nameof(CrashPoint.RingConsumed), "small", 7 },
        { nameof(CrashPoint.RingSleeping), "small", 1 },
        { nameof(CrashPoint.BulkReserved), "bulk", 3 },
        { nameof(CrashPoint.BulkStored), "bulk", 3 },
        { nameof(CrashPoint.BulkCopied), "bulk", 3 },
        { nameof(CrashPoint.ParentSpawned), "nested", 3 },
        { nameof(CrashPoint.ParentReceived), "nested", 3 },
    };

    public static TheoryData<string> RowsOfTheStart =>
    [
        nameof(CrashPoint.ChildEntered),
        nameof(CrashPoint.ChildMapped),
        nameof(CrashPoint.ChildBooted),
        nameof(CrashPoint.WorkerReady),
        nameof(CrashPoint.RingRead),
        nameof(CrashPoint.CallReceived),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Workers_KilledAtAPoint_LoseNoTask(string point, string call, int count)
    {
        using var family = new Family();
        await using (ProcessExecutor pool = NewPool(family, point, count))
        {
            (Future Future, Action Check)[] tasks = [.. Enumerable.Range(0, Tasks).Select(number => Submit(pool, call, number))];
            foreach ((Future future, Action check) in tasks)
            {
                Assert.Null(await Crash.EndOf(future));
                check();
            }

            // A future ends a moment before it is counted; and a worker that always finds work goes to sleep, and dies of it, only afterwards.
            await UntilAsync(() => pool.GetStatistics() is { Running: 0, Pending: 0, Succeeded: Tasks, WorkersDied: > 0 });
            ExecutorStatistics statistics = pool.GetStatistics();
            TestContext.Current.TestOutputHelper?.WriteLine($"{statistics}");
            Assert.Equal((Tasks, 0), (statistics.Succeeded, statistics.Failed));
            Assert.True(point != nameof(CrashPoint.CallReceived) || statistics.Retried == 0, $"Tasks that had not begun were counted as tried: {statistics}");
            Assert.True(statistics.WorkersStarted <= statistics.WorkersDied + 4, $"A storm: {statistics}");
        }

        Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
    }

    [Theory]
    [MemberData(nameof(RowsOfTheStart))]
    public async Task Workers_KilledBeforeTheyBeginAnything_BreakThePool(string point)
    {
        using var family = new Family();
        await using (ProcessExecutor pool = NewPool(family, point, 1))
        {
            (Future future, _) = Submit(pool, "small", 0);

            ExecutorBrokenException broken = Assert.IsType<ExecutorBrokenException>(await Crash.EndOf(future));
            TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
            Assert.Throws<ExecutorBrokenException>(() => Submit(pool, "small", 0));
            Assert.InRange(pool.GetStatistics().WorkersStarted, 5, 8);
        }

        Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
    }

    [Fact]
    public async Task Worker_KilledBetweenItsItems_EndsTheStreamAfterThem()
    {
        using var family = new Family();
        await using (ProcessExecutor pool = NewPool(family, nameof(CrashPoint.ItemsSent), 5))
        {
            var values = new List<int>();
            WorkerDiedException died = await Assert.ThrowsAsync<WorkerDiedException>(async () =>
            {
                await foreach (int value in pool.Stream(CountAsync, 1000, new TaskOptions { Retries = 20 }))
                {
                    values.Add(value);
                }
            });
            Assert.Equal(Enumerable.Range(0, values.Count), values);
            Assert.InRange(values.Count, 5, 999);
            Assert.Equal("SIGKILL", Crash.Describe(died));
            Assert.Null(await Crash.EndOf(Submit(pool, "small", 0).Future));
        }

        Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
    }

    [Fact]
    public async Task Workers_KilledBetweenItemsOfAChunk_LoseNoItem()
    {
        using var family = new Family();
        await using (ProcessExecutor pool = NewPool(family, nameof(CrashPoint.ItemClaimed), 4))
        {
            int[] results = await pool.Map(Enumerable.Range(0, 60), static (int number) => number * 2, new MapOptions { ChunkSize = 20, Retries = 20 })
                .ToArrayAsync(TestContext.Current.CancellationToken);

            Assert.Equal(Enumerable.Range(0, 60).Select(static number => number * 2), results);
            Assert.True(pool.GetStatistics().WorkersDied > 0, $"Nobody was killed: {pool.GetStatistics()}");
        }

        Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
    }

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private static ProcessExecutor NewPool(Family family, string point, int count)
    {
        var options = new ProcessExecutorOptions { Workers = 1, QuarantineAfter = 100, Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep } };
        options.Worker.Environment[Family.Variable] = family.Mark;
        options.Worker.Environment[CrashPoints.Variable] = $"child:{point}:{count}";
        return new ProcessExecutor(options);
    }

    private static (Future Future, Action Check) Submit(ProcessExecutor pool, string call, int number)
    {
        var options = new TaskOptions { Retries = 20 };
        switch (call)
        {
            case "large":
                List<string> texts = [.. Enumerable.Range(number, 20_000).Select(static i => $"the text of line number {i}, no shorter than others")];
                Future<List<string>> large = pool.Submit(SweptCalls.EchoAsleep, texts, options);
                return (large, () => Assert.True(large.Result().SequenceEqual(texts)));
            case "bulk":
                int[] numbers = [.. Enumerable.Range(number, 300_000)];
                Future<int[]> bulk = pool.Submit(SweptCalls.Negate, numbers, options);
                return (bulk, () => Assert.True(bulk.Result().SequenceEqual(numbers.Select(static number => -number))));
            default:
                Func<int, int, int> add = call == "nested" ? SweptCalls.AddInGrandchild : SweptCalls.AddBesideSleep;
                Future<int> small = pool.Submit(add, 20, number, options);
                return (small, () => Assert.Equal(20 + number, small.Result()));
        }
    }
}
