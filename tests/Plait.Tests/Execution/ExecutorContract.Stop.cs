using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Cancellation, timeouts and retries.
public abstract partial class ExecutorContract
{
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
}
