using System.Runtime.CompilerServices;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>The end of an executor: its workers, what waits, the collector, and this process's own end.</summary>
public sealed class ProcessExecutorShutdownTests : ProcessExecutorTest
{
    [Fact]
    public async Task Dispose_AfterWork_EndsEveryWorker()
    {
        ProcessExecutorOptions options = Small(3);
        options.Spares = 1;
        var executor = new ProcessExecutor(options);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => executor.Submit(Work.Add, number, 0).Task)).InTime();
        await UntilAsync(() => executor.GetWorkers().Count == 4);
        int[] pids = Pids(executor);

        await executor.DisposeAsync();

        Assert.All(pids, static pid => Assert.False(ProcessTable.Exists(pid)));
        Assert.Empty(executor.GetWorkers());
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Theory]
    [InlineData(ShutdownMode.Drain)]
    [InlineData(ShutdownMode.CancelPending)]
    [InlineData(ShutdownMode.Kill)]
    public async Task Shutdown_BeforeAnyWorkerIsUp_EndsIt(ShutdownMode mode)
    {
        for (int i = 0; i < 3; i++)
        {
            var executor = new ProcessExecutor(Small(2));
            Future<int> future = executor.Submit(Work.Add, 1, 2);

            await executor.ShutdownAsync(mode, Waits.Hang).InTime();

            Assert.Equal(mode == ShutdownMode.Drain ? FutureState.Succeeded : FutureState.Cancelled, future.State);
            Assert.Empty(executor.GetWorkers());
            await executor.DisposeAsync();
        }
    }

    [Fact]
    public async Task Shutdown_WithKillAfterAllWorkersDied_EndsIt()
    {
        var executor = new ProcessExecutor(Small(2));
        await executor.Submit(Work.Add, 1, 2).InTime();
        await UntilAsync(() => executor.GetStatistics().Workers == 2);
        foreach (int pid in Pids(executor))
        {
            Deaths.Family.Signal(pid, 9);
        }

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        Assert.Empty(executor.GetWorkers());
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_WithKillAndTenThousandLongTasks_IsPrompt()
    {
        var executor = new ProcessExecutor(Small(2));
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 10_000).Select(_ => executor.Submit(Work.Defy, gate.Path))];
        await gate.NextAsync(2);
        long start = TimeProvider.System.GetTimestamp();

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.All(futures, static future => Assert.Equal(FutureState.Cancelled, future.State));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_RightAfterSubmissionsAndCancellations_EndsEveryTask()
    {
        for (int round = 0; round < 5; round++)
        {
            var executor = new ProcessExecutor(Small(2));
            Future<int>[] futures = [.. Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Add, number, 0))];
            foreach (Future<int> future in futures.Where((_, index) => index % 3 == round % 3))
            {
                future.Cancel();
            }

            await executor.ShutdownAsync(round % 2 == 0 ? ShutdownMode.CancelPending : ShutdownMode.Drain, Waits.Hang).InTime();

            Assert.All(futures, static future => Assert.True(future.IsDone, $"{future}"));
            await executor.DisposeAsync();
        }
    }

    [Fact]
    public async Task Dispose_WithAModeOfItsOwn_GoesByIt()
    {
        ProcessExecutorOptions options = Small();
        options.DisposeMode = ShutdownMode.Kill;
        using var gate = new Gate();
        Future<int> running;
        using (var executor = new ProcessExecutor(options))
        {
            running = executor.Submit(Work.Defy, gate.Path);
            await gate.NextAsync();
        }

        await running.IsCancelled();
    }

    [Fact]
    public async Task Shutdown_WithRetriesThatWait_EndsThem()
    {
        var executor = new ProcessExecutor(Small());
        string note = NewPath();
        var policy = new RetryPolicy { Count = 5, Backoff = TimeSpan.FromHours(1), LongestBackoff = TimeSpan.FromHours(1), ShouldRetry = static _ => true };
        Future<int> future = executor.Submit(Work.FailUntil, note, 100, new TaskOptions { Retries = policy });
        await UntilAsync(() => Lines(note).Length == 1 && executor.GetStatistics() is { Pending: 1, Running: 0 });

        await executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang).InTime();

        await future.IsCancelled();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Collection_OfAnExecutorWithTasks_FinishesThemAndEndsItsWorkers()
    {
        using var gate = new Gate();
        (WeakReference executor, Future<int>[] futures) = StartAndForget(gate.Path);
        Visitor[] visitors = await gate.NextAsync(2);

        await UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !executor.IsAlive;
        });
        Assert.All(futures, static future => Assert.False(future.IsDone));
        gate.Open();

        Assert.Equal(4, (await Task.WhenAll(futures.Select(static future => future.Task)).InTime()).Length);
        await UntilGoneAsync(visitors.Select(static visitor => visitor.Pid));
    }

    [Fact]
    public async Task Collection_OfAnIdleExecutor_EndsItsWorkers()
    {
        using var gate = new Gate();
        (WeakReference executor, Future<int>[] futures) = StartAndForget(gate.Path);
        gate.Open();
        int[] pids = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        await UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !executor.IsAlive && !pids.Any(ProcessTable.Exists);
        });
    }

    [Theory]
    [InlineData("return")]
    [InlineData("exit")]
    [InlineData("throw")]
    public async Task Exit_OfAProcessWithAnAbandonedExecutor_IsNotHeldUp(string way)
    {
        using var gate = new Gate();
        using var seen = new Gate();
        using var child = ChildProcess.Start(Leave, way, gate.Path, seen.Path, new ChildProcessOptions { StandardError = ChildOutput.Null });
        Visitor visitor = await gate.NextAsync();
        seen.Open();

        Assert.True(child.Join(Waits.Hang));

        Assert.Equal(way switch { "return" => ChildOutcomeKind.Returned, "exit" => ChildOutcomeKind.Exited, _ => ChildOutcomeKind.Threw }, child.Outcome!.Kind);
        await visitor.GoneAsync();
        await UntilGoneAsync(visitor.Pid);
    }

    [Fact]
    public async Task Kill_OfAProcessWithAnExecutor_EndsItsWorkers()
    {
        using var gate = new Gate();
        using var seen = new Gate();
        using var child = ChildProcess.Start(Leave, "never", gate.Path, seen.Path);
        Visitor visitor = await gate.NextAsync();

        child.Kill();

        await visitor.GoneAsync();
        await UntilGoneAsync(visitor.Pid);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Executor, Future<int>[] Futures) StartAndForget(string gate)
    {
        var executor = new ProcessExecutor(Small(2));
        Future<int>[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, gate))];
        return (new WeakReference(executor), futures);
    }

    private static void Leave(string way, string gate, string seen)
    {
        var executor = new ProcessExecutor(Small());
        _ = executor.Submit(Work.Defy, gate);
        _ = executor.Submit(Work.Add, 1, 2);
        Gate.Pass(seen);
        switch (way)
        {
            case "exit":
                Environment.Exit(0);
                break;
            case "throw":
                throw new InvalidOperationException("test");
            case "never":
                InChild.WaitForever();
                break;
        }
    }
}
