using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Cancellation, timeouts and retries.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task Cancel_OfATaskThatWaits_NeverRunsIt()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future[] waiting = [.. Enumerable.Range(0, 5).Select(number => executor.Submit(Work.Note, note, $"{number}"))];

        Assert.True(waiting[1].Cancel());
        Assert.True(waiting[3].Cancel());

        Assert.Equal((FutureState.Cancelled, FutureState.Cancelled), (waiting[1].State, waiting[3].State));
        Assert.False(waiting[1].Cancel());
        gate.Open();
        await busy[0].InTime();
        await Task.WhenAll(waiting[0].Task, waiting[2].Task, waiting[4].Task).InTime();
        Assert.Equal(["0", "2", "4"], Lines(note));
    }

    [Fact]
    public async Task Cancel_OfAFunctionThatObeysItsToken_EndsItInItsOwnWay()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        string note = NewPath();
        Future<int> future = executor.Submit(Work.ObeyAsync, gate.Path, note, CancellationToken.None);
        Visitor visitor = await gate.NextAsync();

        Assert.True(future.Cancel());

        await future.IsCancelled();
        Assert.Equal(["obeyed"], Lines(note));
        await visitor.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Equal(1, executor.GetStatistics().Cancelled);
    }

    [Fact]
    public async Task Cancel_AgainAndAgain_DoesNotPutOffTheEnd()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, Grace = TimeSpan.FromMilliseconds(200) });
        using var gate = new Gate();
        string path = gate.Path;
        Future<int> future = executor.Submit((CancellationToken _) => Gate.Pass(path));
        await gate.NextAsync();

        await UntilAsync(() => !future.Cancel());

        await future.IsCancelled();
        gate.Open();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Token_CancelledWhileTheTaskRuns_IsWhatItsFutureCarries()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        using var source = new CancellationTokenSource();
        string path = gate.Path;
        Future<int> future = executor.Submit(token => Gate.PassAsync(path, token), cancellationToken: source.Token);
        await gate.NextAsync();

        await source.CancelAsync();

        Assert.Equal(source.Token, (await future.IsCancelled()).CancellationToken);
    }

    [Fact]
    public async Task Token_CancelledWhileTheTaskWaits_EndsItAtOnce()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        using var source = new CancellationTokenSource();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future future = executor.Submit(Work.Note, note, "ran", new TaskOptions { CancellationToken = source.Token });

        await source.CancelAsync();

        Assert.Equal(source.Token, (await future.IsCancelled()).CancellationToken);
        gate.Open();
        await busy[0].InTime();
        await executor.Submit(Work.Add, 1, 2).InTime();
        Assert.Empty(Lines(note));
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatObeysItsToken_EndsItInItsOwnWay()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        string note = NewPath();

        Future<int> future = executor.Submit<int>(new WorkRequest(
            Work.ObeyAsync, [gate.Path, note, CancellationToken.None], new TaskOptions { Name = "slow one", Timeout = TimeSpan.FromMilliseconds(200) }));

        TimeoutException late = await future.FailsWith<TimeoutException>();
        Assert.Contains("slow one", late.Message, StringComparison.Ordinal);
        Assert.Equal(FutureState.Faulted, future.State);
        Assert.Equal(["obeyed"], Lines(note));
        Assert.Equal(1, executor.GetStatistics().TimedOut);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Timeout_FromTheStart_DoesNotCountTheWaitForAWorker()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        var time = TimeSpan.FromSeconds(2);

        Future<int> fromStart = executor.Submit(Work.Add, 1, 2, timeout: time);
        Future<int> fromSubmission = executor.Submit(Work.Add, 1, 2, new TaskOptions { Timeout = time, TimeoutStart = TimeoutStart.Submission });

        // The one that counts from its submission ends while it waits, and so shows that the time is over for the other as well.
        await fromSubmission.FailsWith<TimeoutException>();
        Assert.Equal(FutureState.Pending, fromStart.State);
        gate.Open();
        Assert.Equal(3, await fromStart.InTime());
        await busy[0].InTime();
    }

    [Fact]
    public async Task Timeout_FromTheSubmissionDuringABackoff_EndsTheTask()
    {
        await using IExecutor executor = Create(1);
        var retries = new RetryPolicy { Count = 3, Backoff = TimeSpan.FromDays(1), ShouldRetry = static _ => true };

        Future<int> future = executor.Submit(
            Work.Fail,
            "again",
            new TaskOptions { Retries = retries, Timeout = TimeSpan.FromSeconds(2), TimeoutStart = TimeoutStart.Submission });

        await future.FailsWith<TimeoutException>();
    }

    [Fact]
    public async Task Cancel_BetweenAttempts_EndsTheTaskAtOnce()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        var tried = new TaskCompletionSource();
        var policy = new RetryPolicy { Count = 5, Backoff = TimeSpan.FromHours(1), LongestBackoff = TimeSpan.FromHours(1), ShouldRetry = _ => tried.TrySetResult() || true };
        Future<int> future = executor.Submit(Work.FailUntil, note, 100, new TaskOptions { Retries = policy });
        await tried.Task.InTime();

        Assert.True(future.Cancel());

        await future.IsCancelled();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Single(Lines(note));
    }
}
