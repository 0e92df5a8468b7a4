using Plait.Execution;
using Plait.Processes;
using Plait.Processes.Bootstrap;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Reports of functions in other processes: what only such executors show.</summary>
public sealed class ProcessExecutorProgressTests : ExecutorTest
{
    private sealed record Step(string Name, int[] Data);

    [Fact]
    public async Task Report_OfARecordWithABigArray_ArrivesAsItWas()
    {
        await using var executor = new ProcessExecutor(1);
        var reports = new Reports<Step>();

        await executor.Submit(
            static (IProgress<Step> progress) =>
            {
                progress.Report(new Step("small", [1, 2]));
                progress.Report(new Step("big", [.. Enumerable.Range(0, 300_000)]));
            },
            reports).InTime();

        Assert.Equal(["small", "big"], reports.Values.Select(static step => step.Name));
        Assert.Equal(Enumerable.Range(0, 300_000), reports.Values[1].Data);
    }

    [Fact]
    public async Task Report_OnAThreadPoolThreadOfTheSubmitter_IsNeverTheDispatcher()
    {
        await using var executor = new ProcessExecutor(1);
        var where = new TaskCompletionSource<(int, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);

        await executor.Submit(static (IProgress<int> progress) => progress.Report(1), new Where(where)).InTime();

        Assert.Equal((Environment.ProcessId, true), await where.Task.InTime());
    }

    [Fact]
    public async Task Report_WhenNobodyTakesThem_WaitsAtTheWindow()
    {
        await using var executor = new ProcessExecutor(1);
        using var scope = ProcessScope.Create();
        SharedValue<int> reported = scope.CreateValue<int>();
        using var blocked = new BlockedReports<int>();

        Future<int> future = executor.Submit(
            static (IProgress<int> progress, SharedValue<int> reported) =>
            {
                for (int i = 0; i < 5000; i++)
                {
                    progress.Report(i);
                    reported.Value = i + 1;
                }

                return 5000;
            },
            blocked,
            reported);
        await blocked.Entered.InTime();
        await UntilAsync(() => reported.Value == ReportGate.Window);

        // The function cannot have made another: it waits until one is taken.
        Assert.False(future.IsDone);
        Assert.Equal(ReportGate.Window, reported.Value);
        blocked.Open();
        Assert.Equal(5000, await future.InTime());
        Assert.Equal(Enumerable.Range(0, 5000), blocked.Values);
    }

    [Fact]
    public async Task Report_AfterTheFunctionHasEnded_IsDropped()
    {
        await using var executor = new ProcessExecutor(1);
        var reports = new Reports<int>();

        await executor.Submit(
            static (IProgress<int> progress) =>
            {
                progress.Report(1);
                s_kept = progress;
            },
            reports).InTime();

        // More than may be under way: each that is dropped makes room for another.
        await executor.Submit(static () => Reporting.Count(s_kept!, 3000)).InTime();
        var after = new Reports<int>();
        await executor.Submit(Reporting.Count, after, 2).InTime();

        Assert.Equal([1], reports.Values);
        Assert.Equal([0, 1], after.Values);
    }

    [Fact]
    public async Task ProgressFailed_WhenAReceiverThrows_IsTold()
    {
        await using var executor = new ProcessExecutor(1);
        var told = new Reports<(string, string)>();
        executor.ProgressFailed += (task, error) => told.Report((task, error.Message));

        await executor.Submit(Reporting.Count, new Refusing(), 2, new TaskOptions { Name = "counts" }).InTime();

        Assert.Equal([("counts", "not 0"), ("counts", "not 1")], told.Values);
    }

    [Fact]
    public async Task Submit_OfAProgressThatIsDeclaredAsItself_IsRefused()
    {
        await using var executor = new ProcessExecutor(1);
        var reports = new Reports<int>();

        NotSupportedException refused = Assert.ThrowsAny<NotSupportedException>(() => executor.Submit(() => reports.Report(1)));

        Assert.Contains("Declare it as System.IProgress`1[System.Int32]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfAChildProcessWithProgress_SaysWhatTakesIt()
    {
        NotSupportedException refused = Assert.ThrowsAny<NotSupportedException>(() => ChildProcess.Start(static (IProgress<int> progress) => progress.Report(1), new Reports<int>()));

        Assert.Contains("Submit the function to an executor", refused.Message, StringComparison.Ordinal);
    }

    // In a worker: what a task keeps beyond its end.
    private static IProgress<int>? s_kept;

    private sealed class Where(TaskCompletionSource<(int, bool)> where) : IProgress<int>
    {
        public void Report(int value) => where.TrySetResult((Environment.ProcessId, Thread.CurrentThread.IsThreadPoolThread));
    }

    private sealed class Refusing : IProgress<int>
    {
        public void Report(int value) => throw new InvalidOperationException($"not {value}");
    }
}
