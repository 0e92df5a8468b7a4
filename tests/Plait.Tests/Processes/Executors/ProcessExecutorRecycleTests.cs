using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Workers that are replaced because of their number of tasks, their age or their memory.</summary>
public sealed class ProcessExecutorRecycleTests : ProcessExecutorTest
{
    private static readonly List<byte[]> s_leak = [];

    [Fact]
    public async Task MaxTasksPerWorker_Reached_ReplacesTheWorkerBetweenTasks()
    {
        ProcessExecutorOptions options = Small();
        options.MaxTasksPerWorker = 3;
        await using var executor = new ProcessExecutor(options);
        var events = Watch(executor);
        var pids = new List<int>();

        for (int i = 0; i < 9; i++)
        {
            pids.Add(await executor.Submit(static () => Environment.ProcessId).InTime());
        }

        Assert.Equal([3, 3, 3], pids.GroupBy(static pid => pid).Select(static group => group.Count()));
        Assert.Equal(pids.Distinct().Count(), pids.Zip(pids.Skip(1)).Count(static pair => pair.First != pair.Second) + 1);
        await UntilAsync(() => executor.GetStatistics().WorkersRecycled >= 2 && Has(events, WorkerEventKind.Recycled));
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    public async Task MaxTasksPerWorker_WithManyTasksWaiting_LosesNone(int workers, int tasks)
    {
        ProcessExecutorOptions options = Small(workers);
        options.MaxTasksPerWorker = tasks;
        await using var executor = new ProcessExecutor(options);

        Future<(int Number, int Pid)>[] futures = [.. Enumerable.Range(0, 12).Select(number => executor.Submit(static (int number) => (number, Environment.ProcessId), number))];
        (int Number, int Pid)[] results = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal(Enumerable.Range(0, 12), results.Select(static result => result.Number));
        Assert.All(results.GroupBy(static result => result.Pid), group => Assert.InRange(group.Count(), 1, tasks));
    }

    [Theory]
    [InlineData(ShutdownMode.Drain, 10)]
    [InlineData(ShutdownMode.CancelPending, 0)]
    public async Task MaxTasksPerWorker_WhileItIsShutDown_EndsEveryTask(ShutdownMode mode, int least)
    {
        ProcessExecutorOptions options = Small();
        options.MaxTasksPerWorker = 2;
        var executor = new ProcessExecutor(options);
        Future<int>[] futures = [.. Enumerable.Range(0, 10).Select(number => executor.Submit(Work.Add, number, 0))];

        Assert.True(await executor.ShutdownAsync(mode, Waits.Hang).InTime());

        Assert.InRange(futures.Count(static future => future.State == FutureState.Succeeded), least, 10);
        Assert.All(futures, static future => Assert.True(future.IsDone));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task MaxTasksPerWorker_BeforeTheyAreReached_ChangesNothing()
    {
        ProcessExecutorOptions options = Small();
        options.MaxTasksPerWorker = 100;
        await using var executor = new ProcessExecutor(options);

        await executor.Submit(Work.Add, 1, 2).InTime();
        await executor.Submit(Work.Fail, "test").FailsWith<InvalidDataException>();

        Assert.Equal((0L, 1L), (executor.GetStatistics().WorkersRecycled, executor.GetStatistics().WorkersStarted));
    }

    [Fact]
    public async Task MaxWorkerAge_Reached_ReplacesTheWorkerBetweenTasks()
    {
        ProcessExecutorOptions options = Small();
        options.MaxWorkerAge = TimeSpan.FromMilliseconds(300);
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        Future<int> old = executor.Submit(Gate.Pass, gate.Path);
        Visitor visitor = await gate.NextAsync();

        // Older than it may be, and left alone while it runs.
        await UntilAsync(() => executor.GetWorkers().Any(static worker => worker.Age > TimeSpan.FromMilliseconds(400)));
        Assert.Equal(FutureState.Running, old.State);
        gate.Open();
        Assert.Equal(visitor.Pid, await old.InTime());

        await UntilAsync(() => executor.GetStatistics().WorkersRecycled > 0);
        Assert.NotEqual(visitor.Pid, await executor.Submit(static () => Environment.ProcessId).InTime());
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task MaxWorkerMemory_PassedByATask_ReplacesTheWorkerAfterIt()
    {
        ProcessExecutorOptions options = Small();
        options.MaxWorkerMemory = 200L << 20;
        await using var executor = new ProcessExecutor(options);
        var events = Watch(executor);
        int pid = await executor.Submit(Leak, 1 << 20).InTime();
        Assert.Equal(pid, await executor.Submit(Leak, 1 << 20).InTime());

        Assert.Equal(pid, await executor.Submit(Leak, 250 << 20).InTime());

        await UntilAsync(() => Has(events, WorkerEventKind.Recycled));
        WorkerEvent recycled = events.First(static happened => happened.Kind == WorkerEventKind.Recycled);
        Assert.Equal(pid, recycled.Pid);
        Assert.Contains("memory", recycled.Message, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(pid, await executor.Submit(Leak, 1 << 20).InTime());
    }

    [Fact]
    public async Task Recycling_OfManyWorkers_CostsThisProcessNothing()
    {
        const int Warm = 40;
        const int Rounds = 200;
        ProcessExecutorOptions options = Small(2);
        options.MaxTasksPerWorker = 1;
        await using var executor = new ProcessExecutor(options);
        await RunAsync(executor, Warm);
        int descriptors = await DescriptorsAtRestAsync(executor);
        long memory = ResidentBytes();

        await RunAsync(executor, Rounds);

        int after = await DescriptorsAtRestAsync(executor);
        Assert.Equal(descriptors, after);
        long growth = ResidentBytes() - memory;
        Assert.True(growth <= 5L << 20, $"{growth:N0} bytes more after {Rounds} recycles");
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    private static async Task RunAsync(ProcessExecutor executor, int tasks)
    {
        Future<int>[] futures = [.. Enumerable.Range(0, tasks).Select(number => executor.Submit(Work.Add, number, 0))];
        Assert.Equal(Enumerable.Range(0, tasks), await Task.WhenAll(futures.Select(static future => future.Task)).WaitAsync(2 * Waits.Hang));
    }

    // Both workers there and ready: each holds the same few descriptors here.
    private static async Task<int> DescriptorsAtRestAsync(ProcessExecutor executor)
    {
        int count = 0;
        await UntilAsync(() =>
        {
            int before = count;
            count = LeakWatch.Descriptors().Count;
            return count == before && executor.GetWorkers().Count(static worker => worker.State == WorkerState.Idle) == 2 && executor.GetWorkers().Count == 2;
        });
        return count;
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static int Leak(int bytes)
    {
        byte[] block = new byte[bytes];
        for (int i = 0; i < block.Length; i += 4096)
        {
            block[i] = 1;
        }

        s_leak.Add(block);
        return Environment.ProcessId;
    }
}
