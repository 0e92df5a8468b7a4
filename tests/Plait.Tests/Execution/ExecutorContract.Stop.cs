using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Cancellation, timeouts and retries.
public abstract partial class ExecutorContract
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
    public async Task Cancel_OfATaskThatHasEnded_IsFalse()
    {
        await using IExecutor executor = Create(1);
        Future<int> succeeded = executor.Submit(Work.Add, 1, 2);
        Future<int> failed = executor.Submit(Work.Fail, "test");
        succeeded.Wait();
        failed.Wait();

        Assert.False(succeeded.Cancel());
        Assert.False(failed.Cancel());

        Assert.Equal((FutureState.Succeeded, FutureState.Faulted), (succeeded.State, failed.State));
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
    public async Task Token_CancelledBeforeTheSubmission_NeverRunsIt()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        var token = new CancellationToken(canceled: true);

        Future future = executor.Submit(Work.Note, note, "ran", cancellationToken: token);

        Assert.Equal(token, (await future.IsCancelled()).CancellationToken);
        await executor.Submit(Work.Add, 1, 2).InTime();
        Assert.Empty(Lines(note));
    }

    [Fact]
    public async Task Token_CancelledAfterTheEnd_ChangesNothing()
    {
        await using IExecutor executor = Create(1);
        using var source = new CancellationTokenSource();
        Future<int> future = executor.Submit(Work.Add, 1, 2, cancellationToken: source.Token);
        await future.InTime();

        await source.CancelAsync();

        Assert.Equal((FutureState.Succeeded, 3), (future.State, await future));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Cancel_OfAFunctionThatDefiesIt_StopsIt()
    {
        Assert.SkipUnless(CanKill, "This executor cannot stop a function that does not help.");
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();
        Future<int> future = executor.Submit(Work.Defy, gate.Path);
        Visitor visitor = await gate.NextAsync();

        Assert.True(future.Cancel());

        await future.IsCancelled();
        await visitor.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
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
    public async Task Timeout_OfAFunctionThatDefiesIt_StopsItAndHarmsNoNeighbour()
    {
        Assert.SkipUnless(CanKill, "This executor cannot stop a function that does not help.");
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();
        using var neighbours = new Gate();
        Future<int>[] neighbour = await OccupyAsync(executor, neighbours, 1);

        Future<int> future = executor.Submit(Work.Defy, gate.Path, timeout: TimeSpan.FromMilliseconds(200));
        Visitor visitor = await gate.NextAsync();

        await future.FailsWith<TimeoutException>();
        await visitor.GoneAsync();
        Assert.Equal(FutureState.Running, neighbour[0].State);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        neighbours.Open();
        await neighbour[0].InTime();
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
    public async Task Timeout_OfATaskThatIsQuick_NeverComes()
    {
        await using IExecutor executor = Create(1);
        Future<int>[] futures = [.. Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Add, number, 0, timeout: TimeSpan.FromSeconds(20)))];

        Assert.Equal(Enumerable.Range(0, 50), await Task.WhenAll(futures.Select(static future => future.Task)).InTime());
        Assert.Equal(0, executor.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task Retries_OfWhatThePredicateWants_GoOnUntilItSucceeds()
    {
        await using IExecutor executor = Create();
        string note = NewPath();
        var policy = new RetryPolicy { Count = 5, ShouldRetry = static error => error is InvalidDataException };

        Future<int> future = executor.Submit(Work.FailUntil, note, 3, new TaskOptions { Retries = policy });

        Assert.Equal(3, await future.InTime());
        Assert.Equal(2, executor.GetStatistics().Retried);
    }

    [Fact]
    public async Task Retries_UsedUp_BringTheLastFailure()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        var policy = new RetryPolicy { Count = 2, ShouldRetry = static _ => true };

        InvalidDataException error = await executor.Submit(Work.FailUntil, note, 100, new TaskOptions { Retries = policy }).FailsWith<InvalidDataException>();

        Assert.Equal("try 3", error.Message);
        Assert.Equal((3, 1L), (Lines(note).Length, executor.GetStatistics().Failed));
    }

    [Fact]
    public async Task Retries_OfWhatTheFunctionThrew_AreNotMadeUnlessAskedFor()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        string other = NewPath();

        await executor.Submit(Work.FailUntil, note, 100, new TaskOptions { Retries = 5 }).FailsWith<InvalidDataException>();
        await executor.Submit(Work.FailUntil, other, 100, new TaskOptions { Retries = new RetryPolicy { Count = 5, ShouldRetry = static error => error is TimeoutException } }).FailsWith<InvalidDataException>();

        Assert.Equal((1, 1), (Lines(note).Length, Lines(other).Length));
    }

    [Fact]
    public async Task Retries_WithAPredicateThatThrows_EndTheTask()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        var policy = new RetryPolicy { Count = 5, ShouldRetry = static _ => throw new NotSupportedException("the predicate's") };

        Future<int> future = executor.Submit(Work.FailUntil, note, 100, new TaskOptions { Retries = policy });

        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => future.InTime());
        Assert.False(error is TimeoutException, error.ToString());
        Assert.Single(Lines(note));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
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
