using System.Collections.Concurrent;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What tasks that share a process mean for each other.</summary>
public sealed class HybridExecutorTests : ProcessExecutorTest
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Submit_OfTasksThatWait_RunsThemAllInFewProcesses()
    {
        await using var executor = new HybridExecutor(Options(processes: 2, tasks: 8));
        using var gate = new Gate();
        Assert.Equal((2, 8, 16), (executor.ProcessCount, executor.TasksPerProcess, executor.WorkerCount));

        Future<int>[] futures = [.. Enumerable.Range(0, 17).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] visitors = await gate.NextAsync(16);

        // Each process has as many as the other, and the one too many waits.
        Assert.Equal([8, 8], visitors.GroupBy(static visitor => visitor.Pid).Select(static group => group.Count()));
        Assert.Equal((16, 16, 1), (executor.GetStatistics().Workers, executor.GetStatistics().BusyWorkers, executor.GetStatistics().Pending));
        Assert.False(gate.HasVisitor);
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_OfFewTasks_SpreadsThemOverTheProcesses()
    {
        await using var executor = new HybridExecutor(Options(processes: 2, tasks: 8));
        using var gate = new Gate();
        await UntilAsync(() => executor.GetStatistics().Workers == 16);

        Future<int>[] futures = await OccupyAsync(executor, gate, 4);
        gate.Open();
        int[] pids = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal([2, 2], pids.GroupBy(static pid => pid).Select(static group => group.Count()));
    }

    [Fact]
    public async Task Cancel_OfOneOfTwo_CancelsItsTokenAlone()
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks: 2));
        using var gate = new Gate();
        string path = gate.Path;
        Future<int> first = executor.Submit(token => Gate.PassAsync(path, token));
        Visitor ofFirst = await gate.NextAsync();
        Future<int> second = executor.Submit(token => Gate.PassAsync(path, token));
        Visitor ofSecond = await gate.NextAsync();

        Assert.True(first.Cancel());

        await first.IsCancelled();
        await ofFirst.GoneAsync();
        Assert.Equal(FutureState.Running, second.State);
        ofSecond.LetPass();
        Assert.Equal(ofSecond.Pid, await second.InTime());
    }

    [Fact]
    public async Task Cancellation_OfTheProcess_IsThatOfTheTaskThatAsks()
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks: 2));
        using var gate = new Gate();
        string path = gate.Path;
        Future<int> first = executor.Submit(() => WaitByTheProcessAsync(path));
        _ = await gate.NextAsync();
        Future<int> second = executor.Submit(() => WaitByTheProcessAsync(path));
        Visitor ofSecond = await gate.NextAsync();

        Assert.True(first.Cancel());

        await first.IsCancelled();
        ofSecond.LetPass();
        Assert.Equal(ofSecond.Pid, await second.InTime());
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatDefies_HarmsNoNeighbourAndKillsInTheEnd()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 3);
        options.Grace = TimeSpan.FromMilliseconds(50);
        await using var executor = new HybridExecutor(options);
        var events = new ConcurrentQueue<WorkerEvent>();
        executor.WorkerChanged += events.Enqueue;
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] beside = await OccupyAsync(executor, neighbours, 1);

        Future<int> late = executor.Submit(Work.Defy, gate.Path, timeout: s_soon);
        Visitor visitor = await gate.NextAsync();
        await late.FailsWith<TimeoutException>();

        // Others go to another process, although there would be room; the neighbour is not disturbed.
        int elsewhere = await executor.Submit(static () => Environment.ProcessId).InTime();
        Assert.NotEqual(visitor.Pid, elsewhere);
        Assert.Equal(FutureState.Running, beside[0].State);
        Assert.True(ProcessTable.Exists(visitor.Pid));
        neighbours.Open();
        Assert.Equal(visitor.Pid, await beside[0].InTime());
        await visitor.GoneAsync();
        await UntilAsync(() => Has(events, WorkerEventKind.Stopped));
        Assert.Equal((0L, 1L, 0), (executor.GetStatistics().WorkersDied, executor.GetStatistics().TimedOut, executor.GetStatistics().Running));
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatEndsAfterItsGrace_GivesItsValueToNobody()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 2);
        options.Grace = TimeSpan.Zero;
        await using var executor = new HybridExecutor(options);
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] beside = await OccupyAsync(executor, neighbours, 1);

        Future<int> late = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Timeout = s_soon });
        Visitor visitor = await gate.NextAsync();
        await late.FailsWith<TimeoutException>();
        visitor.LetPass();
        await visitor.GoneAsync();
        neighbours.Open();

        Assert.Equal(visitor.Pid, await beside[0].InTime());
        Assert.Equal(FutureState.Faulted, late.State);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Report_OfAFunctionThatWasGivenUp_HarmsNoNeighbour()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 2);
        options.Grace = TimeSpan.Zero;
        await using var executor = new HybridExecutor(options);
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] beside = await OccupyAsync(executor, neighbours, 1);
        var reports = new Reports<int>();

        Future<int> given = executor.Submit(ReportBehindTheGate, gate.Path, reports);
        Visitor visitor = await gate.NextAsync();
        Assert.True(given.Cancel());
        await given.IsCancelled();

        // More than may be under way untaken: those that are for nobody are taken as well.
        visitor.LetPass();
        Visitor done = await gate.NextAsync();
        Assert.Equal(visitor.Pid, done.Pid);
        neighbours.Open();

        Assert.Equal(visitor.Pid, await beside[0].InTime());
        Assert.Empty(reports.Values);
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task Timeout_WithRetries_TriesAgainElsewhere()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 2);
        options.Grace = TimeSpan.Zero;
        await using var executor = new HybridExecutor(options);
        using var gate = new Gate();
        var again = new RetryPolicy { Count = 3, ShouldRetry = static error => error is TimeoutException };

        Future<int> future = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Timeout = TimeSpan.FromSeconds(1), Retries = again });
        Visitor first = await gate.NextAsync();
        Visitor second = await gate.NextAsync();
        second.LetPass();

        Assert.Equal(second.Pid, await future.InTime());
        Assert.NotEqual(first.Pid, second.Pid);
        await first.GoneAsync();
    }

    [Fact]
    public async Task Death_OfTheProcess_EndsAllThatRanInIt()
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks: 3));
        using var gate = new Gate();
        Future<int>[] beside = await OccupyAsync(executor, gate, 2);

        WorkerDiedException ofCulprit = await executor.Submit(static () => Environment.FailFast("the culprit")).FailsWith<WorkerDiedException>();

        WorkerDiedException ofNeighbour = await beside[0].FailsWith<WorkerDiedException>();
        await beside[1].FailsWith<WorkerDiedException>();
        Assert.Equal(ofCulprit.Pid, ofNeighbour.Pid);
        Assert.Contains("2 other tasks ran in it", ofNeighbour.Message, StringComparison.Ordinal);
        Assert.Equal((1L, 3L), (executor.GetStatistics().WorkersDied, executor.GetStatistics().Failed));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Death_OfTheProcess_TriesItsTasksAgainEachAlone()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 4);
        options.QuarantineAfter = 2;
        await using var executor = new HybridExecutor(options);
        using var gate = new Gate();
        var retried = new TaskOptions { Retries = 5 };
        Future<int>[] innocent = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Gate.Pass, gate.Path, retried))];
        await gate.NextAsync(3);

        Future<int> culprit = executor.Submit(DieOf, "it", retried);

        // A second loss would end them as well: none of them is beside the culprit again, nor beside another.
        for (int i = 0; i < innocent.Length; i++)
        {
            Visitor alone = await gate.NextAsync();
            Assert.False(gate.HasVisitor);
            Assert.Equal(1, executor.GetStatistics().Running);
            alone.LetPass();
            await alone.GoneAsync();
        }

        Assert.True((await culprit.FailsWith<WorkerDiedException>()).IsQuarantined);
        Assert.Equal(3, (await Task.WhenAll(innocent.Select(static future => future.Task)).InTime()).Length);
        Assert.Equal((2L, 1L), (executor.GetStatistics().WorkersDied, executor.GetStatistics().Quarantined));
    }

    [Fact]
    public async Task Shutdown_WithKill_EndsEverything()
    {
        var executor = new HybridExecutor(Options(processes: 2, tasks: 3));
        using var gate = new Gate();
        Future<int>[] running = [.. Enumerable.Range(0, 6).Select(_ => executor.Submit(Work.Defy, gate.Path))];
        Visitor[] visitors = await gate.NextAsync(6);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        await Task.WhenAll(running.Append(waiting).Select(static future => future.IsCancelled()));
        await Task.WhenAll(visitors.Select(static visitor => visitor.GoneAsync()));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_ThatDrains_DoesNotWaitForWhatWasGivenUp()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 3);
        options.Grace = TimeSpan.Zero;
        var executor = new HybridExecutor(options);
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] beside = await OccupyAsync(executor, neighbours, 1);
        Future<int> given = executor.Submit(Work.Defy, gate.Path);
        Visitor visitor = await gate.NextAsync();
        Assert.True(given.Cancel());
        await given.IsCancelled();

        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang);
        neighbours.Open();

        Assert.True(await shutdown.InTime());
        Assert.Equal(visitor.Pid, await beside[0].InTime());
        await visitor.GoneAsync();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Stream_BesideStreams_YieldsItsOwnValues()
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks: 3));

        int[][] values = await Task.WhenAll(Enumerable.Range(0, 3).Select(async number =>
            await executor.Stream(CountFromAsync, number * 1000).ToArrayAsync(TestContext.Current.CancellationToken))).InTime();

        for (int number = 0; number < values.Length; number++)
        {
            Assert.Equal(Enumerable.Range(number * 1000, 500), values[number]);
        }
    }

    [Fact]
    public async Task Map_OfManyItems_UsesAllThePlaces()
    {
        await using var executor = new HybridExecutor(Options(processes: 2, tasks: 3));

        int[] values = await executor.Map(Enumerable.Range(0, 5000), static (int number) => number * 2).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 5000).Select(static number => number * 2), values);
    }

    [Fact]
    public async Task Map_WithAnItemThatDefiesItsTime_FailsThatItemOnly()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 2);
        options.Grace = TimeSpan.Zero;
        await using var executor = new HybridExecutor(options);
        using var gate = new Gate();
        string path = gate.Path;

        List<MapOutcome<int>> outcomes = await executor
            .Map(Enumerable.Range(0, 20), (int number) => number == 7 ? Work.Defy(path) : number, new MapOptions { ChunkSize = 5, ItemTimeout = s_soon })
            .Outcomes()
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([7], outcomes.Where(static outcome => !outcome.IsSuccess).Select(static outcome => outcome.Index));
        Assert.Equal(Enumerable.Range(0, 20).Except([7]), outcomes.Where(static outcome => outcome.IsSuccess).Select(static outcome => outcome.Value));
        await (await gate.NextAsync()).GoneAsync();
    }

    [Fact]
    public async Task Submit_OfLargeArgumentsSideBySide_BringsEachItsOwn()
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks: 4));
        using var gate = new Gate();
        string path = gate.Path;

        // Each holds a view of its argument while others come and go.
        Future<long>[] held = [.. Enumerable.Range(0, 3).Select(number => executor.Submit<string, ReadOnlyMemory<byte>, long>(SumBehindTheGate, path, Bytes(number, 200_000)))];
        Visitor[] visitors = await gate.NextAsync(3);
        for (int i = 0; i < 20; i++)
        {
            byte[] echo = await executor.Submit(static (byte[] bytes) => bytes, Bytes(i, 300_000)).InTime();
            Assert.Equal(Bytes(i, 300_000), echo);
        }

        gate.Open();
        for (int number = 0; number < held.Length; number++)
        {
            Assert.Equal(Bytes(number, 200_000).Sum(static one => (long)one), await held[number].InTime());
        }
    }

    [Fact]
    public async Task Initializer_OfAProcess_IsSharedByItsTasks()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 3);
        options.Initializer = static () => ProcessExecutor.Current!.State["count"] = new Counter();
        await using var executor = new HybridExecutor(options);

        int[] counts = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => executor.Submit(static () => ((Counter)ProcessExecutor.Current!.State["count"]!).Next()).Task)).InTime();

        Assert.Equal(Enumerable.Range(1, 30), counts.Order());
        Assert.Equal(31, await executor.Submit(static () => ProcessExecutor.Current!.TaskNumber).InTime());
    }

    [Fact]
    public async Task MaxTasksPerWorker_Reached_ReplacesTheProcessAfterItsTasks()
    {
        HybridExecutorOptions options = Options(processes: 1, tasks: 2);
        options.MaxTasksPerWorker = 3;
        await using var executor = new HybridExecutor(options);

        int[] pids = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => executor.Submit(static () => Environment.ProcessId).Task)).InTime();

        Assert.Equal([3, 3, 3], pids.GroupBy(static pid => pid).Select(static group => group.Count()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public void TasksPerProcess_OutOfRange_IsRefusedWithTheValue(int tasks) =>
        Assert.Contains($"{tasks}", Assert.Throws<ArgumentOutOfRangeException>(() => new HybridExecutor(2, tasks)).Message, StringComparison.Ordinal);

    [Fact]
    public void Processes_OutOfRange_AreRefusedWithTheValue() =>
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(static () => new HybridExecutor(-1, 2)).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_OutOfRange_AreRefusedWithTheValue() =>
        Assert.Contains("-3", Assert.Throws<ArgumentOutOfRangeException>(static () => new HybridExecutor(new HybridExecutorOptions { Spares = -3 })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Submit_WithAMemoryLimit_IsTakenOnlyWhereATaskHasItsProcessToItself(int tasks, bool isTaken)
    {
        await using var executor = new HybridExecutor(Options(processes: 1, tasks));
        var limited = new TaskOptions { MemoryLimit = 1L << 30 };

        if (isTaken)
        {
            Assert.Equal(7, await executor.Submit(static () => 7, limited).InTime());
            return;
        }

        Assert.Equal("work", Assert.Throws<ArgumentException>(() => executor.Submit(static () => 7, limited)).ParamName);
        Assert.Equal("work", Assert.Throws<ArgumentException>(() => executor.Stream<int>(new WorkRequest(static () => Enumerable.Range(0, 3), [], limited))).ParamName);
    }

    private static HybridExecutorOptions Options(int processes, int tasks) =>
        new() { Processes = processes, TasksPerProcess = tasks, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) };

    private static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static long SumBehindTheGate(string gate, ReadOnlyMemory<byte> bytes)
    {
        _ = Gate.Pass(gate);
        long sum = 0;
        foreach (byte one in bytes.Span)
        {
            sum += one;
        }

        return sum;
    }

    private static int ReportBehindTheGate(string gate, IProgress<int> progress)
    {
        _ = Gate.Pass(gate);
        for (int i = 0; i < 3000; i++)
        {
            progress.Report(i);
        }

        return Gate.Pass(gate);
    }

    // The first await leaves the thread that began the task.
    private static async Task<int> WaitByTheProcessAsync(string gate)
    {
        await Task.Yield();
        return await Gate.PassAsync(gate, ChildProcess.Current.Cancellation);
    }

    private static int DieOf(string what)
    {
        Environment.FailFast(what);
        return 0;
    }

    private static async IAsyncEnumerable<int> CountFromAsync(int first)
    {
        for (int i = 0; i < 500; i++)
        {
            await Task.Yield();
            yield return first + i;
        }
    }

    private sealed class Counter
    {
        private int _count;

        public int Next() => Interlocked.Increment(ref _count);
    }
}
