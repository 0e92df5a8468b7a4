using System.Diagnostics;
using Plait.Execution;
using Plait.Interop;
using Plait.Processes;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>More tasks than workers share the processors in slices: those that have begun and have none are stopped.</summary>
public sealed class ProcessExecutorSliceTests : ProcessExecutorTest
{
    public static TheoryData<string> Policies => ["rr", "stride", "lottery", "priority-rr", "mlfq", "fair", "srtf"];

    public static TheoryData<ShutdownMode> Modes => [ShutdownMode.Drain, ShutdownMode.CancelPending, ShutdownMode.Kill];

    [Fact]
    public async Task Submit_OfMoreThanWorkers_BeginsThemAllAndRunsAsManyAsWorkers()
    {
        await using var executor = new ProcessExecutor(Sliced(Turns(), mostBegun: 3));
        using var gate = new Gate();

        Future<int>[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] begun = await gate.NextAsync(3);
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 2);

        // No fourth process, whatever waits.
        Assert.Equal(1, executor.WorkerCount);
        Assert.Equal(3, executor.GetWorkers().Count);
        Assert.Equal(3, begun.Select(static visitor => visitor.Pid).Distinct().Count());
        Assert.Equal(1, executor.GetStatistics().Pending);
        Assert.False(gate.HasVisitor);
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        Assert.Equal(4, executor.GetStatistics().Succeeded);
    }

    [Fact]
    public async Task Submit_OfOneBesideNobody_IsNotStopped()
    {
        await using var executor = new ProcessExecutor(Sliced(Turns(), mostBegun: 3));
        using var gate = new Gate();
        Future<int> alone = executor.Submit(Gate.Pass, gate.Path);
        await gate.NextAsync();

        // Many slices long.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (int i = 0; i < 10; i++)
        {
            await timer.WaitForNextTickAsync();
            Assert.Equal(0, CountOf(executor, WorkerState.Suspended));
        }

        gate.Open();
        await alone.InTime();
        Assert.Single(executor.GetWorkers());
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Submit_OfManyThatCompute_EndsThemAllUnderAnyPolicy(string name)
    {
        await using var executor = new ProcessExecutor(Sliced(Make(name), mostBegun: 6, workers: 2));

        Future<long>[] futures =
        [
            .. Enumerable.Range(0, 12).Select(number => executor.Submit(Compute, 40, new TaskOptions { Name = $"n{number % 3}", Priority = number % 4, ShareClass = $"c{number % 2}", Weight = 1 + (number % 2) })),
        ];
        long[] steps = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.All(steps, static count => Assert.True(count > 0));
        Assert.Equal(12, executor.GetStatistics().Succeeded);
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task Timeout_OfOneThatIsStopped_DoesNotCountTheTimeItIsStopped()
    {
        var limit = TimeSpan.FromSeconds(2.5);
        await using var executor = new ProcessExecutor(Sliced(Preemptive(), mostBegun: 2));
        using var low = new Gate();
        using var high = new Gate();
        (Future<int> stopped, _, Future<int> urgent) = await PreemptAsync(executor, low, high, new TaskOptions { Priority = 9, Timeout = limit });

        using var timer = new PeriodicTimer(limit + TimeSpan.FromMilliseconds(500));
        await timer.WaitForNextTickAsync();
        Assert.False(stopped.IsDone);
        high.Open();
        low.Open();

        await urgent.InTime();
        await stopped.InTime();
        Assert.Equal(0, executor.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task Timeout_OfOneThatRunsInSlices_StopsIt()
    {
        ProcessExecutorOptions options = Sliced(Turns(), mostBegun: 3);
        options.Grace = TimeSpan.Zero;
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();

        Future<int>[] futures = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Work.Defy, gate.Path, timeout: TimeSpan.FromMilliseconds(100)))];

        foreach (Future<int> future in futures)
        {
            await future.FailsWith<TimeoutException>();
        }

        Assert.Equal(3, executor.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task Cancel_OfOneThatIsStopped_LetsItsFunctionObey()
    {
        ProcessExecutorOptions options = Sliced(Preemptive(), mostBegun: 2);
        options.Grace = Waits.Hang;
        await using var executor = new ProcessExecutor(options);
        using var low = new Gate();
        using var high = new Gate();
        string note = NewPath();
        Future<int> stopped = executor.Submit(Work.ObeyAsync, low.Path, note, CancellationToken.None, new TaskOptions { Priority = 9 });
        await low.NextAsync();
        Future<int> urgent = executor.Submit(Gate.Pass, high.Path);
        await high.NextAsync();
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 1);

        Assert.True(stopped.Cancel());

        await stopped.IsCancelled();
        Assert.Equal(["obeyed"], Lines(note));
        Assert.False(urgent.IsDone);
        high.Open();
        await urgent.InTime();
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task Cancel_OfOneThatIsStoppedAndDefies_EndsItsProcess()
    {
        ProcessExecutorOptions options = Sliced(Preemptive(), mostBegun: 2);
        options.Grace = TimeSpan.FromMilliseconds(100);
        await using var executor = new ProcessExecutor(options);
        using var low = new Gate();
        using var high = new Gate();
        (Future<int> stopped, int pid, Future<int> urgent) = await PreemptAsync(executor, low, high, new TaskOptions { Priority = 9 });

        stopped.Cancel();

        await stopped.IsCancelled();
        await UntilGoneAsync(pid);
        Assert.False(urgent.IsDone);
        high.Open();
        await urgent.InTime();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Kill_OfAWorkerThatIsStopped_IsItsTasksEndAndNobodyElses()
    {
        await using var executor = new ProcessExecutor(Sliced(Preemptive(), mostBegun: 2));
        using var low = new Gate();
        using var high = new Gate();
        (Future<int> stopped, int pid, Future<int> urgent) = await PreemptAsync(executor, low, high, new TaskOptions { Priority = 9 });

        Family.Signal(pid, Signals.Kill);

        WorkerDiedException died = await stopped.FailsWith<WorkerDiedException>();
        Assert.Equal(pid, died.Pid);
        Assert.False(urgent.IsDone);
        high.Open();
        await urgent.InTime();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Shutdown_WithStoppedWorkers_EndsThemAll(ShutdownMode mode)
    {
        var executor = new ProcessExecutor(Sliced(Turns(), mostBegun: 3));
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 5).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        await gate.NextAsync(3);
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 2);
        int[] pids = Pids(executor);

        Task<bool> over = executor.ShutdownAsync(mode, Waits.Hang);
        if (mode != ShutdownMode.Kill)
        {
            gate.Open();
        }

        Assert.True(await over.InTime());
        Assert.Equal(mode == ShutdownMode.Kill ? 0 : mode == ShutdownMode.Drain ? 5 : 3, futures.Count(static future => future.State == FutureState.Succeeded));
        Assert.Equal(mode == ShutdownMode.Kill ? 5 : mode == ShutdownMode.Drain ? 0 : 2, futures.Count(static future => future.IsCancelled));
        await UntilGoneAsync(pids);
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WhoseTimeIsOver_KillsWhatIsStopped()
    {
        ProcessExecutorOptions options = Sliced(Turns(), mostBegun: 3);
        options.DisposeTimeout = TimeSpan.FromMilliseconds(100);
        var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Work.Defy, gate.Path))];
        await gate.NextAsync(3);
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 2);
        int[] pids = Pids(executor);

        await executor.DisposeAsync();

        Assert.All(futures, static future => Assert.True(future.IsCancelled));
        await UntilGoneAsync(pids);
    }

    [Fact]
    public async Task Submit_OfTheUrgent_RunsWhileTheOtherIsStoppedAndThenThatGoesOn()
    {
        await using var executor = new ProcessExecutor(Sliced(Preemptive(), mostBegun: 2));
        using var low = new Gate();
        using var high = new Gate();
        (Future<int> stopped, int pid, Future<int> urgent) = await PreemptAsync(executor, low, high, new TaskOptions { Priority = 9, Name = "low" });
        Assert.Equal("low", executor.GetWorkers().Single(static worker => worker.State == WorkerState.Suspended).Task);

        high.Open();
        await urgent.InTime();
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 0);
        low.Open();

        Assert.Equal(pid, await stopped.InTime());
    }

    [Fact]
    public async Task Map_AndStreamInSlices_GiveAllInOrder()
    {
        await using var executor = new ProcessExecutor(Sliced(Turns(), mostBegun: 4));
        Future<long>[] beside = [.. Enumerable.Range(0, 2).Select(_ => executor.Submit(Compute, 100))];
        var mapped = new List<int>();
        var streamed = new List<int>();

        await foreach (int value in executor.Map(Enumerable.Range(0, 3000), static number => number * 2, new MapOptions { ItemTimeout = Waits.Hang }))
        {
            mapped.Add(value);
        }

        await foreach (int value in executor.Stream<int>(new WorkRequest((Func<int, IAsyncEnumerable<int>>)Work.CountAsync, [300])))
        {
            streamed.Add(value);
        }

        Assert.Equal(Enumerable.Range(0, 3000).Select(static number => number * 2), mapped);
        Assert.Equal(Enumerable.Range(0, 300), streamed);
        await Task.WhenAll(beside.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task IdleTimeout_OfWorkersBeyondTheUsual_EndsThem()
    {
        ProcessExecutorOptions options = Sliced(Turns(), mostBegun: 3);
        options.IdleTimeout = TimeSpan.FromMilliseconds(50);
        await using var executor = new ProcessExecutor(options);
        using (var gate = new Gate())
        {
            Future<int>[] futures = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
            await gate.NextAsync(3);
            gate.Open();
            await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        }

        await UntilAsync(() => executor.GetWorkers().Count == 1);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    /// <summary>Occupies a processor for so much time of it.</summary>
    private static long Compute(int milliseconds)
    {
        using var self = Process.GetCurrentProcess();
        TimeSpan end = self.TotalProcessorTime + TimeSpan.FromMilliseconds(milliseconds);
        long steps = 0;
        do
        {
            for (int i = 0; i < 100_000; i++)
            {
                steps++;
            }

            self.Refresh();
        }
        while (self.TotalProcessorTime < end);
        return steps;
    }

    // One that is stopped for another, which has come to its gate.
    private static async Task<(Future<int> Stopped, int Pid, Future<int> Urgent)> PreemptAsync(ProcessExecutor executor, Gate low, Gate high, TaskOptions options)
    {
        Future<int> stopped = executor.Submit(Gate.Pass, low.Path, options);
        Visitor visitor = await low.NextAsync();
        Future<int> urgent = executor.Submit(Gate.Pass, high.Path);
        await high.NextAsync();
        await UntilAsync(() => CountOf(executor, WorkerState.Suspended) == 1);
        return (stopped, visitor.Pid, urgent);
    }

    private static int CountOf(ProcessExecutor executor, WorkerState state) => executor.GetWorkers().Count(worker => worker.State == state);

    private static ProcessExecutorOptions Sliced(SchedulingPolicy policy, int mostBegun, int workers = 1)
    {
        ProcessExecutorOptions options = Small(workers);
        options.Policy = policy;
        options.MostBegun = mostBegun;
        return options;
    }

    private static RoundRobinPolicy Turns() => new(SchedulingTime.Millisecond);

    private static PriorityPolicy Preemptive() => new(new PriorityPolicyOptions { IsPreemptive = true });

    private static SchedulingPolicy Make(string name) => name switch
    {
        "rr" => Turns(),
        "stride" => new StridePolicy(SchedulingTime.Millisecond),
        "lottery" => new LotteryPolicy(SchedulingTime.Millisecond, seed: 7),
        "priority-rr" => new PriorityPolicy(new PriorityPolicyOptions { Quantum = SchedulingTime.Millisecond, IsPreemptive = true }),
        "mlfq" => new MultilevelFeedbackPolicy(),
        "srtf" => new ShortestRemainingTimePolicy(),
        _ => new FairSharePolicy(quantum: SchedulingTime.Millisecond),
    };
}
