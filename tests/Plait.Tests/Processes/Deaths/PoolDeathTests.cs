using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Execution;
using Plait.Interop;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>Deaths of workers at awkward moments: by each other, after their result, while they are idle, and with their parent.</summary>
public sealed class PoolDeathTests : ProcessTest
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Kill_OfWorkersByEachOther_EndsEveryFuture(int count)
    {
        await using ProcessExecutor pool = NewPool(count);
        await UntilAsync(() => pool.GetStatistics().Workers >= count);
        int[] pids = [.. pool.GetWorkers().Select(static worker => worker.Pid)];

        Future[] futures = [.. Enumerable.Range(0, count).Select(i => pool.Submit(KillAll, pids, i, cancellationToken: Cancellation))];

        // The first one that runs may have killed all the others before they could begin: those run, and fail, or find nobody.
        foreach (Future future in futures)
        {
            Exception? error = await Crash.EndOf(future);
            Assert.True(error is null or WorkerDiedException { Outcome.Signal: Signals.Kill }, $"{error}");
        }

        Assert.Equal(Enumerable.Range(0, 20), await ResultsOf(pool, 20));
    }

    [Theory]
    [InlineData(Crash.Kill)]
    [InlineData(Crash.FailFast)]
    [InlineData(Crash.Exit)]
    public async Task Finalizer_ThatCrashesAfterTheResult_CostsTheResultNothing(string way)
    {
        await using ProcessExecutor pool = NewPool(1);

        Assert.Equal(42, await pool.Submit(LeaveATrap, way, cancellationToken: Cancellation).Task.WaitAsync(Limits.Hang, Cancellation));

        // The function that runs when the garbage is collected is the one that pays.
        WorkerDiedException died = Assert.IsType<WorkerDiedException>(await Crash.EndOf(pool.Submit(Collect, cancellationToken: Cancellation)));
        Assert.Contains(nameof(Collect), died.TaskName, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 3), await ResultsOf(pool, 3));
    }

    [Fact]
    public async Task Submit_InACallbackThatThenCrashes_IsIsolated()
    {
        await using ProcessExecutor pool = NewPool(1);
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<Future, Exception> note = (_, error) => failed.TrySetResult(error);
        Future.CallbackFailed += note;
        try
        {
            Future<int> future = pool.Submit(static () => 1, cancellationToken: Cancellation);
            future.AddDoneCallback(_ => SubmitTrap(pool));
            future.AddDoneCallback(_ => later.SetResult());

            Assert.IsType<CannotTravelException>(await failed.Task.WaitAsync(Limits.Hang, Cancellation));
            await later.Task.WaitAsync(Limits.Hang, Cancellation);
        }
        finally
        {
            Future.CallbackFailed -= note;
        }

        Assert.Equal(Enumerable.Range(0, 3), await ResultsOf(pool, 3));
    }

    [Fact]
    public async Task Kill_OfEveryIdleWorker_IsFoundOutAndMadeGood()
    {
        await using ProcessExecutor pool = NewPool(3);
        Assert.Equal(Enumerable.Range(0, 3), await ResultsOf(pool, 3));
        foreach (WorkerInfo worker in pool.GetWorkers())
        {
            Family.Signal(worker.Pid, Signals.Kill);
        }

        // No task ran, so none is blamed: whatever was handed to a dead worker is handed on.
        Assert.Equal(Enumerable.Range(0, 20), await ResultsOf(pool, 20));
        pool.Resize(2);
        Assert.Equal(Enumerable.Range(0, 20), await ResultsOf(pool, 20));
    }

    [Theory]
    [InlineData(ShutdownMode.Drain)]
    [InlineData(ShutdownMode.CancelPending)]
    [InlineData(ShutdownMode.Kill)]
    public async Task Shutdown_WhileWorkersDie_Ends(ShutdownMode mode)
    {
        await using ProcessExecutor pool = NewPool(2);
        Future[] futures = [.. Enumerable.Range(0, 12).Select(number => SubmitCrash(pool, number))];

        bool isOrderly = await pool.ShutdownAsync(mode, Limits.Hang);

        Assert.True(isOrderly);
        for (int number = 0; number < futures.Length; number++)
        {
            Assert.True(futures[number].IsDone);
            Exception? error = await Crash.EndOf(futures[number]);
            bool isRight = error is null or WorkerDiedException { Deaths: 2 } || (mode != ShutdownMode.Drain && error is OperationCanceledException or WorkerDiedException);
            Assert.True(isRight, $"{futures[number]} ended with {error}");
            Assert.True(mode != ShutdownMode.Drain || error is null == (number % 3 != 0), $"{futures[number]} ended with {error}");
        }
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("busy")]
    [InlineData("flooded")]
    [InlineData("sliced")]
    public void Kill_OfTheSubmitter_EndsItsWorkersAndWhatTheyStarted(string state)
    {
        using Dummy parent = Dummy.Start(["pool", state]);
        while (parent.ReadLine() is { } line && line != "up")
        {
            Assert.DoesNotContain("wrong", line, StringComparison.Ordinal);
        }

        parent.Signal(Signals.Kill);

        (TimeSpan elapsed, string left) = parent.Family.WaitUntilGone(Limits.OneSecond());
        Assert.Equal(string.Empty, left);
        TestContext.Current.TestOutputHelper?.WriteLine($"all gone after {elapsed.TotalMilliseconds:0} ms");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static void SubmitTrap(ProcessExecutor pool) => _ = pool.Submit(Trap.Run, new Trap(Trap.ArgumentEncoding, Crash.Exception, IsResult: false, []));

    // Every third one kills its worker, twice.
    private static Future SubmitCrash(ProcessExecutor pool, int number) =>
        pool.Submit(Crash.Now, number % 3 == 0 ? Crash.Kill : string.Empty, new TaskOptions { Name = $"{number}", Retries = 1 });

    private static ProcessExecutor NewPool(int workers) => new(new ProcessExecutorOptions
    {
        Workers = workers,
        Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep, Codecs = { new TrapCodec() } },
    });

    private static async Task<int[]> ResultsOf(ProcessExecutor pool, int count)
    {
        Future<int>[] futures = [.. Enumerable.Range(0, count).Select(number => pool.Submit(static (int number) => number, number))];
        return await Task.WhenAll(futures.Select(static future => future.Task)).WaitAsync(Limits.Hang);
    }

    // Each begins with another one, and with itself last.
    private static void KillAll(int[] pids, int first)
    {
        for (int i = 0; i < pids.Length; i++)
        {
            int pid = pids[(first + i) % pids.Length];
            if (pid != Environment.ProcessId)
            {
                Family.Signal(pid, Signals.Kill);
            }
        }

        ProcessCalls.KillSelf();
    }

    private static int LeaveATrap(string way)
    {
        Drop(way);
        return 42;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1806:Do not ignore method results", Justification = "It is to become garbage.")]
    private static void Drop(string way) => new CrashWhenCollected(way);

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        InChild.WaitForever();
    }

    private sealed class CrashWhenCollected(string way)
    {
        ~CrashWhenCollected() => Crash.Now(way);
    }
}
