using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// What functions report while they run.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task Report_ManyTimes_ArrivesInOrderAndBeforeTheEnd()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<int>();

        Assert.Equal(3000, await executor.Submit(Reporting.Count, reports, 3000).InTime());

        Assert.Equal(Enumerable.Range(0, 3000), reports.Values);
    }

    [Fact]
    public async Task Report_ByTasksSideBySide_ArrivesAtItsOwn()
    {
        await using IExecutor executor = Create(2);
        Reports<int>[] reports = [.. Enumerable.Range(0, 40).Select(static _ => new Reports<int>())];

        Future<int>[] futures = [.. reports.Select((one, i) => executor.Submit(Reporting.CountAsync, one, i))];

        for (int i = 0; i < futures.Length; i++)
        {
            Assert.Equal(i, await futures[i].InTime());
            Assert.Equal(Enumerable.Range(0, i), reports[i].Values);
        }
    }

    [Fact]
    public async Task Report_ToTwo_ArrivesAtTheRightOne()
    {
        await using IExecutor executor = Create(1);
        var numbers = new Reports<int>();
        var words = new Reports<string?>();

        await executor.Submit(Reporting.CountToTwo, numbers, words, 9).InTime();

        Assert.Equal(Enumerable.Range(0, 9), numbers.Values);
        Assert.Equal((IEnumerable<string?>)[null, "word 1", "word 2", null, "word 4", "word 5", null, "word 7", "word 8"], words.Values);
    }

    [Fact]
    public async Task Report_ToACapturedOne_Arrives()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<string>();
        IProgress<string> progress = reports.Progress;

        await executor.Submit(() => progress.Report("from a lambda")).InTime();

        Assert.Equal(["from a lambda"], reports.Values);
    }

    [Fact]
    public async Task Report_ToTheFrameworksOwnClass_Arrives()
    {
        await using IExecutor executor = Create(1);
        var arrived = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new Progress<int>(arrived.SetResult);

        await executor.Submit(() => ((IProgress<int>)progress).Report(7)).InTime();

        Assert.Equal(7, await arrived.Task.InTime());
    }

    [Fact]
    public async Task Report_BeforeAnException_ArrivesBeforeTheEnd()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<int>();

        InvalidDataException error = await executor.Submit(Reporting.CountThenFail, reports, 100).FailsWith<InvalidDataException>();

        Assert.Equal("after 100", error.Message);
        Assert.Equal(Enumerable.Range(0, 100), reports.Values);
    }

    [Fact]
    public async Task Report_OfATaskThatIsTriedAgain_ArrivesFromEachAttempt()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<string>();
        var policy = new RetryPolicy { Count = 5, ShouldRetry = static error => error is InvalidDataException };

        Future<int> future = executor.Submit(Reporting.TryUntil, reports, NewPath(), 3, new TaskOptions { Retries = policy });

        Assert.Equal(3, await future.InTime());
        Assert.Equal(["begins 1", "begins 2", "begins 3", "ends 3"], reports.Values);
    }

    [Fact]
    public async Task Report_WithinAStream_ArrivesBeforeItsEnd()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<int>();
        IProgress<int> progress = reports.Progress;

        int[] values = await executor.Stream<int>(new WorkRequest(Reporting.CountAndYieldAsync, [progress, 100])).ToArrayAsync(TestContext.Current.CancellationToken).AsTask().InTime();

        Assert.Equal(Enumerable.Range(0, 100), values);
        Assert.Equal(Enumerable.Range(0, 100), reports.Values);
    }

    [Fact]
    public async Task Report_WithinAMap_Arrives()
    {
        await using IExecutor executor = Create(2);
        var reports = new Reports<int>();
        IProgress<int> progress = reports.Progress;

        int[] values = await executor.Map(Enumerable.Range(0, 50), item =>
        {
            progress.Report(item);
            return item;
        }).ToArrayAsync(TestContext.Current.CancellationToken).InTime();

        Assert.Equal(Enumerable.Range(0, 50), values);
        await executor.Submit(Work.Add, 1, 2).InTime();
        await UntilAsync(() => reports.Values.Length == 50);
        Assert.Equal(Enumerable.Range(0, 50), reports.Values.Order());
    }
}

// What functions report while they run.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task Report_ToOneThatBlocks_HoldsBackTheEndOfItsTaskAndNoOther()
    {
        await using IExecutor executor = Create(2);
        using var blocked = new BlockedReports<int>();

        Future<int> future = executor.Submit(Reporting.Count, blocked, 3);
        await blocked.Entered.InTime();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i, await executor.Submit(Work.Add, i, 0).InTime());
        }

        Assert.False(future.IsDone);
        blocked.Open();
        Assert.Equal(3, await future.InTime());
        Assert.Equal([0, 1, 2], blocked.Values);
    }
}

// What functions report while they run.
public abstract partial class KillingExecutorContract
{
    [Fact]
    public async Task Report_OfATaskThatDies_ArrivesBeforeItsEnd()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<int>();

        Future<int> future = executor.Submit(Reporting.CountThenDie, reports, 500);

        await Assert.ThrowsAnyAsync<Exception>(() => future.InTime());
        Assert.Equal(FutureState.Faulted, future.State);
        Assert.Equal(Enumerable.Range(0, 500), reports.Values);
    }

    [Fact]
    public async Task Report_OfATaskThatIsKilled_ArrivesBeforeItsEnd()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();
        var reports = new Reports<int>();
        Future<int> future = executor.Submit(Reporting.CountThenStay, reports, 300, gate.Path);
        await gate.NextAsync();

        Assert.True(future.Cancel());

        await future.IsCancelled();
        Assert.Equal(Enumerable.Range(0, 300), reports.Values);
    }

    [Fact]
    public async Task Report_ToOneThatThrows_HarmsNeitherTheTaskNorTheOthers()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<int>();

        Assert.Equal(5, await executor.Submit(Reporting.Count, new ThrowingReports(), 5).InTime());
        Assert.Equal(5, await executor.Submit(Reporting.Count, reports, 5).InTime());

        Assert.Equal([0, 1, 2, 3, 4], reports.Values);
    }

    [Fact]
    public async Task Report_OfWhatCannotTravel_ThrowsInTheFunction()
    {
        await using IExecutor executor = Create(1);
        var reports = new Reports<object>();

        string message = await executor.Submit(Reporting.ReportObject, reports).InTime();

        Assert.Contains("a value that was reported", message, StringComparison.Ordinal);
        Assert.Empty(reports.Values);
    }

    private sealed class ThrowingReports : IProgress<int>
    {
        public void Report(int value) => throw new InvalidOperationException($"not {value}");
    }
}
