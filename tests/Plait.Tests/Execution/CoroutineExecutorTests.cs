using Plait.Coroutines;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What is a coroutine executor's own: many functions on one thread, and kills.</summary>
public sealed class CoroutineExecutorTests : ExecutorTest
{
    [Fact]
    public async Task Submit_OfManyThatWait_RunsAllAtOnceOnOneThread()
    {
        await using var executor = new CoroutineExecutor();
        int inside = 0;
        var all = new TaskCompletionSource();

        Future<int>[] futures = [.. Enumerable.Range(0, 500).Select(_ => executor.Submit(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            if (++inside == 500)
            {
                all.SetResult();
            }

            await all.Task;
            await Coroutine.Yield();
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            return thread;
        }))];

        int[] threads = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        Assert.Single(threads.Distinct());
        Assert.Equal((1, 500L), (executor.GetStatistics().Workers, executor.GetStatistics().Succeeded));
    }

    [Fact]
    public async Task Submit_OfMoreThanALoopTakes_BeginsTheOthersAsThoseEnd()
    {
        await using var executor = new CoroutineExecutor(new CoroutineExecutorOptions { TasksPerLoop = 3 });
        (int inside, int most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => executor.Submit(async () =>
        {
            most = Math.Max(most, ++inside);
            await Coroutine.Sleep(TimeSpan.FromMilliseconds(1));
            inside--;
        }).Task)).InTime();
        Assert.Equal((3, 0, 3), (most, inside, executor.WorkerCount));
    }

    [Fact]
    public async Task Submit_ToSeveralLoops_UsesAll()
    {
        await using var executor = new CoroutineExecutor(2);
        var both = new TaskCompletionSource();
        int inside = 0;
        Future<string>[] futures = [.. Enumerable.Range(0, 2).Select(_ => executor.Submit(async () =>
        {
            if (Interlocked.Increment(ref inside) == 2)
            {
                both.SetResult();
            }

            await both.Task;
            return EventLoop.Current!.Name;
        }))];
        string[] loops = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        Assert.Equal([$"{executor.Name}-1", $"{executor.Name}-2"], loops.Order());
    }

    [Fact]
    public async Task Cancel_OfATaskThatSleeps_KillsItsCoroutine()
    {
        await using var executor = new CoroutineExecutor();
        var began = new TaskCompletionSource();
        var ended = new TaskCompletionSource<string>();
        Future future = executor.Submit(
            async () =>
            {
                began.SetResult();
                try
                {
                    await Coroutine.Sleep(Timeout.InfiniteTimeSpan);
                }
                catch (CoroutineKilledException)
                {
                    ended.SetResult(Coroutine.Current!.Name);
                    throw;
                }
            },
            new TaskOptions { Name = "sleeper" });
        await began.Task.InTime();
        Assert.True(future.Cancel());
        await future.IsCancelled();
        Assert.Equal("sleeper", await ended.Task.InTime());
        Assert.Equal(1, executor.GetStatistics().Cancelled);
    }

    [Fact]
    public async Task Timeout_OfAnAttempt_KillsThatOneAndLeavesTheNextAlone()
    {
        await using var executor = new CoroutineExecutor();
        int attempts = 0;
        Future<int> future = executor.Submit(
            async () =>
            {
                if (++attempts < 3)
                {
                    await Coroutine.Sleep(Timeout.InfiniteTimeSpan);
                }

                await Coroutine.Yield();
                return attempts;
            },
            new TaskOptions { Timeout = TimeSpan.FromMilliseconds(20), Retries = new RetryPolicy { Count = 5, ShouldRetry = static error => error is TimeoutException } });
        Assert.Equal(3, await future.InTime());
        Assert.Equal((2L, 2L), (executor.GetStatistics().TimedOut, executor.GetStatistics().Retried));
    }

    [Fact]
    public async Task Cancel_OfAFunctionThatDoesNotEnd_LeavesItAndGivesItsPlaceToTheNext()
    {
        await using var executor = new CoroutineExecutor(new CoroutineExecutorOptions { TasksPerLoop = 1, Grace = TimeSpan.FromMilliseconds(20) });
        var never = new TaskCompletionSource();
        var began = new TaskCompletionSource();
        Future future = executor.Submit(async () =>
        {
            began.SetResult();
            await never.Task;
        });
        await began.Task.InTime();
        future.Cancel();
        await future.IsCancelled();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        never.SetResult();
    }

    [Fact]
    public async Task Shutdown_ThatKills_EndsWhatSleeps()
    {
        var executor = new CoroutineExecutor();
        var began = new TaskCompletionSource();
        Future future = executor.Submit(async () =>
        {
            began.SetResult();
            await Coroutine.Sleep(Timeout.InfiniteTimeSpan);
        });
        await began.Task.InTime();
        Assert.True(await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime());
        await future.IsCancelled();
        Assert.Equal(0, executor.GetStatistics().Workers);
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Submit_FromACoroutineOfIt_IsAwaitedThere()
    {
        await using var executor = new CoroutineExecutor();
        Assert.Equal(10, await executor.Submit(async () =>
        {
            int sum = 0;
            for (int i = 0; i < 5; i++)
            {
                sum += await executor.Submit(async () =>
                {
                    await Coroutine.Yield();
                    return i;
                });
            }

            return sum;
        }).InTime());
    }

    [Fact]
    public void Options_OutOfTheirRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutineExecutor(-1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutineExecutor(new CoroutineExecutorOptions { TasksPerLoop = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutineExecutor(new CoroutineExecutorOptions { QueueLimit = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutineExecutor(new CoroutineExecutorOptions { BlockedAfter = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CoroutineExecutor(new CoroutineExecutorOptions { Grace = TimeSpan.FromSeconds(-1) }));
    }
}
