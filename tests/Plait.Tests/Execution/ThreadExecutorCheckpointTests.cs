using Plait.Execution;
using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Tasks that let others have their thread's place: docs/design/checkpoints.md.</summary>
public sealed class ThreadExecutorCheckpointTests
{
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public void Checkpoint_OutsideOfAnExecutor_ReturnsAtOnce() => ThreadExecutor.Checkpoint();

    [Fact]
    public async Task Checkpoint_InTheDefaultOrder_KeepsTheThread()
    {
        await using var executor = new ThreadExecutor(1);
        int ended = 0;

        Future<int> first = executor.Submit(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                ThreadExecutor.Checkpoint();
            }

            return Volatile.Read(ref ended);
        });
        Future<int> second = executor.Submit(() => Interlocked.Increment(ref ended));

        Assert.Equal(0, await first.Task.InTime());
        Assert.Equal(1, await second.Task.InTime());
    }

    [Fact]
    public async Task Checkpoint_SliceUsedUp_LetsTheOthersHaveTheirTurns()
    {
        await using ThreadExecutor executor = Sharing(1);
        int begun = 0;

        // None can end before all have begun, on one thread.
        Future[] futures = [.. Enumerable.Range(0, 5).Select(_ => executor.Submit(() =>
        {
            Interlocked.Increment(ref begun);
            GoOnUntil(() => Volatile.Read(ref begun) == 5);
        }))];

        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Checkpoint_SomethingMoreUrgentCame_LetsItRunAndComesBackAfterIt()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Policy = new PriorityPolicy(new PriorityPolicyOptions { IsPreemptive = true, AgingInterval = 0 }) });
        var order = new List<string>();
        using var began = new ManualResetEventSlim();
        bool isUrgentDone = false;

        Future low = executor.Submit(
            () =>
            {
                order.Add("low begins");
                began.Set();
                GoOnUntil(() => Volatile.Read(ref isUrgentDone));
                order.Add("low ends");
            },
            new TaskOptions { Priority = 5 });
        began.Wait(_stop);
        Future less = executor.Submit(() => order.Add("less urgent"), new TaskOptions { Priority = 7 });
        Future urgent = executor.Submit(
            () =>
            {
                order.Add("urgent");
                Volatile.Write(ref isUrgentDone, true);
            },
            new TaskOptions { Priority = 1 });

        await Task.WhenAll(low.Task, less.Task, urgent.Task).InTime();
        Assert.Equal(["low begins", "urgent", "low ends", "less urgent"], order);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Checkpoint_ManyTasks_NeverMoreAtOnceThanThereArePlaces(int workers)
    {
        await using ThreadExecutor executor = Sharing(workers);
        int running = 0;
        int most = 0;
        long rounds = 0;

        Future[] futures = [.. Enumerable.Range(0, 24).Select(_ => executor.Submit(() =>
        {
            for (int i = 0; i < 400; i++)
            {
                int now = Interlocked.Increment(ref running);
                int seen;
                while ((seen = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, seen) != seen)
                {
                }

                Thread.SpinWait(50);
                Interlocked.Increment(ref rounds);
                Interlocked.Decrement(ref running);
                ThreadExecutor.Checkpoint();
            }
        }))];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal(24 * 400, rounds);
        Assert.InRange(most, 1, workers);
        Assert.Equal(24, executor.GetStatistics().Succeeded);
    }

    [Fact]
    public async Task Await_OfAnAsyncFunction_IsACheckpoint()
    {
        await using ThreadExecutor executor = Sharing(1);
        bool isDone = false;

        Future first = executor.Submit(async () =>
        {
            while (!Volatile.Read(ref isDone))
            {
                await Task.Yield();
            }
        });
        Future second = executor.Submit(() => Volatile.Write(ref isDone, true));

        await Task.WhenAll(first.Task, second.Task).InTime();
    }

    [Fact]
    public async Task Cancel_ATaskThatWaitsForItsTurn_EndsItWhenItHasIt()
    {
        await using ThreadExecutor executor = Sharing(1);
        int begun = 0;
        bool isOver = false;

        Future<int> cancelled = executor.Submit(
            token =>
            {
                Interlocked.Increment(ref begun);
                GoOnUntil(() => token.IsCancellationRequested);
                token.ThrowIfCancellationRequested();
                return 1;
            },
            CancellationToken.None);
        Future other = executor.Submit(() =>
        {
            Interlocked.Increment(ref begun);
            GoOnUntil(() => Volatile.Read(ref isOver));
        });
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 2 || _stop.IsCancellationRequested);
        Assert.True(cancelled.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Task.InTime());
        Volatile.Write(ref isOver, true);

        await other.Task.InTime();
    }

    [Theory]
    [InlineData(ShutdownMode.Drain)]
    [InlineData(ShutdownMode.CancelPending)]
    public async Task Shutdown_WithTasksThatWaitForTheirTurn_LetsThemEnd(ShutdownMode mode)
    {
        await using ThreadExecutor executor = Sharing(2);
        int begun = 0;
        bool isOver = false;

        Future[] futures = [.. Enumerable.Range(0, 6).Select(_ => executor.Submit(() =>
        {
            Interlocked.Increment(ref begun);
            GoOnUntil(() => Volatile.Read(ref isOver));
        }))];
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 6 || _stop.IsCancellationRequested);
        Task<bool> end = executor.ShutdownAsync(mode, Timeout.InfiniteTimeSpan);
        Assert.False(end.IsCompleted);
        Volatile.Write(ref isOver, true);

        Assert.True(await end.InTime());
        Assert.All(futures, static future => Assert.Equal(FutureState.Succeeded, future.State));
    }

    [Fact]
    public async Task Shutdown_Kill_EndsTheFuturesOfTasksThatWaitForTheirTurn()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Policy = new RoundRobinPolicy(1000), Grace = TimeSpan.Zero });
        int begun = 0;
        int ended = 0;
        bool isOver = false;

        Future[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(() =>
        {
            Interlocked.Increment(ref begun);
            GoOnUntil(() => Volatile.Read(ref isOver));
            Interlocked.Increment(ref ended);
        }))];
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 4 || _stop.IsCancellationRequested);
        await executor.ShutdownAsync(ShutdownMode.Kill, Timeout.InfiniteTimeSpan).InTime();
        Assert.All(futures, static future => Assert.True(future.IsDone));

        // Those that were given up go on: none sleeps for ever.
        Volatile.Write(ref isOver, true);
        SpinWait.SpinUntil(() => Volatile.Read(ref ended) == 4 || _stop.IsCancellationRequested);
        Assert.Equal(4, ended);
    }

    [Fact]
    public async Task Timeout_OfATaskThatWaitsForItsTurn_GivesItUpAndTheOthersGoOn()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Policy = new RoundRobinPolicy(1000), Grace = TimeSpan.Zero });
        int ended = 0;
        bool isOver = false;

        Future late = executor.Submit(
            () =>
            {
                GoOnUntil(() => Volatile.Read(ref isOver));
                Interlocked.Increment(ref ended);
            },
            timeout: TimeSpan.FromMilliseconds(50));
        Future[] others = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(() => GoOnUntil(() => late.IsDone)))];

        await Assert.ThrowsAsync<TimeoutException>(() => late.Task.InTime());
        await Task.WhenAll(others.Select(static future => future.Task)).InTime();
        Volatile.Write(ref isOver, true);
        SpinWait.SpinUntil(() => Volatile.Read(ref ended) == 1 || _stop.IsCancellationRequested);
        Assert.Equal(3, executor.GetStatistics().Succeeded);
    }

    [Fact]
    public async Task GetInsights_OfATaskThatWaitedForItsTurn_CountsOnlyItsWork()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Policy = new RoundRobinPolicy(1000), MeasuresTasks = true });
        TimeProvider clock = TimeProvider.System;
        long start = clock.GetTimestamp();
        int begun = 0;

        Future[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(() =>
        {
            Interlocked.Increment(ref begun);
            GoOnUntil(() => Volatile.Read(ref begun) == 4 && clock.GetElapsedTime(start) > TimeSpan.FromMilliseconds(200));
        }))];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        TimeSpan all = clock.GetElapsedTime(start);

        // One place: what they worked, all added up, is no more than the time there was.
        Assert.InRange(executor.GetInsights().Total.Working, TimeSpan.FromTicks(1), all);
    }

    // A thousand nanoseconds: over at most checkpoints.
    private static ThreadExecutor Sharing(int workers) => new(new ThreadExecutorOptions { Workers = workers, Policy = new RoundRobinPolicy(1000) });

    private void GoOnUntil(Func<bool> isOver)
    {
        while (!isOver())
        {
            _stop.ThrowIfCancellationRequested();
            ThreadExecutor.Checkpoint();
        }
    }
}
