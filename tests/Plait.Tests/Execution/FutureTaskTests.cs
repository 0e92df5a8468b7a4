using System.Runtime.CompilerServices;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>A future among tasks: await, Task, WhenAll, WhenEach.</summary>
public sealed class FutureTaskTests
{
    [Fact]
    public async Task Await_OfAValue_BringsIt()
    {
        var future = new TestFuture<int>();
        Task<int> awaiting = AwaitAsync(future);
        Assert.False(awaiting.IsCompleted);

        future.Succeed(5);

        Assert.Equal(5, await awaiting.InTime());
        Assert.Equal(5, await future);
        Future untyped = future;
        await untyped;
    }

    [Fact]
    public async Task Await_OfAnError_ThrowsTheSameObjectAsResultAndTask()
    {
        var error = new InvalidOperationException("test");
        var future = new TestFuture<int>();
        Task<int> awaiting = AwaitAsync(future);

        future.Fail(error);

        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(awaiting.InTime));
        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => future.Task));
        Assert.Same(error, Assert.Throws<InvalidOperationException>(() => future.Result()));
        Assert.Same(error, future.Exception);
        await Assert.ThrowsAsync<InvalidOperationException>(() => AwaitUntypedAsync(future));
    }

    [Fact]
    public async Task Await_OfACancellation_CarriesTheToken()
    {
        using var source = new CancellationTokenSource();
        var future = new TestFuture<int>();
        Task<int> awaiting = AwaitAsync(future);
        Task<int> task = future.Task;

        await source.CancelAsync();
        future.Cancel(source.Token);

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(awaiting.InTime)).CancellationToken);
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task)).CancellationToken);
        Assert.Equal(TaskStatus.Canceled, task.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_AskedForBeforeOrAfterTheEnd_IsOneObjectWithTheEnd(bool isEarly)
    {
        var future = new TestFuture<int>();
        Task? early = isEarly ? future.Task : null;

        future.Succeed(5);

        Assert.Equal(5, await future.Task.InTime());
        Assert.Same(future.Task, ((Future)future).Task);
        Assert.True(early is null || ReferenceEquals(early, future.Task));
    }

    [Fact]
    public async Task Task_WhileTheFutureEnds_IsAlwaysCompleted()
    {
        for (int round = 0; round < 500; round++)
        {
            var future = new TestFuture<int>();
            using var start = new Barrier(2);
            Task<int> taken = Task.Run(
                () =>
                {
                    start.SignalAndWait();
                    return future.Task;
                },
                TestContext.Current.CancellationToken);
            start.SignalAndWait(TestContext.Current.CancellationToken);
            future.Succeed(round);

            Assert.Equal(round, await taken.InTime());
        }
    }

    [Fact]
    public async Task Task_OfManyFutures_WorksWithWhenAll()
    {
        TestFuture<int>[] futures = [.. Enumerable.Range(0, 10).Select(static _ => new TestFuture<int>())];
        Task<int[]> all = Task.WhenAll(futures.Select(static future => future.Task));

        foreach ((int index, TestFuture<int> future) in futures.Index())
        {
            future.Succeed(index);
        }

        Assert.Equal(Enumerable.Range(0, 10), await all.InTime());
    }

    [Fact]
    public async Task Task_OfManyFutures_ComesFromWhenEachInTheOrderOfTheirEnds()
    {
        TestFuture<int>[] futures = [.. Enumerable.Range(0, 4).Select(static _ => new TestFuture<int>())];
        futures[2].Succeed(2);
        var seen = new List<int>();

        await foreach (Task<int> task in Task.WhenEach(futures.Select(static future => future.Task)).WithCancellation(TestContext.Current.CancellationToken))
        {
            seen.Add(Array.FindIndex(futures, future => future.Task == task));
            switch (seen.Count)
            {
                case 1:
                    futures[3].Fail(new InvalidOperationException("test"));
                    break;
                case 2:
                    futures[0].Cancel();
                    break;
                case 3:
                    futures[1].Succeed(1);
                    break;
            }
        }

        Assert.Equal([2, 3, 0, 1], seen);
    }

    [Fact]
    public async Task Task_Continuations_NeverRunOnTheThreadThatEndsTheFuture()
    {
        var future = new TestFuture<int>();
        Task<Thread> where = future.Task.ContinueWith(static _ => Thread.CurrentThread, TestContext.Current.CancellationToken, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Task<Thread> awaited = ThreadAfterAsync(future);
        var ends = new Thread(() => future.Succeed(5));
        ends.Start();

        Assert.NotSame(ends, await where.InTime());
        Assert.NotSame(ends, await awaited.InTime());
        ends.Join();
    }

    [Fact]
    public async Task Fail_OfFuturesNobodyLooksAt_IsNoUnobservedException()
    {
        const string Mark = "a future that nobody looked at";
        int unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, what) =>
        {
            if (what.Exception.ToString().Contains(Mark, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref unobserved);
            }
        };
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            // A plain task of the same kind is noticed: so the handler sees what there is to see.
            await UntilNoticedAsync(Control, () => Volatile.Read(ref unobserved) > 0);
            Volatile.Write(ref unobserved, 0);

            FailMany(Mark);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            GC.WaitForPendingFinalizers();

            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Control() => new TaskCompletionSource().SetException(new InvalidOperationException(Mark));
    }

    private static async Task UntilNoticedAsync(Action drop, Func<bool> isNoticed)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!isNoticed())
        {
            drop();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailMany(string mark)
    {
        for (int i = 0; i < 50; i++)
        {
            var early = new TestFuture<int>();
            _ = early.Task;
            early.Fail(new InvalidOperationException(mark));
            var late = new TestFuture<int>();
            late.Fail(new InvalidOperationException(mark));
            late.Wait();
            _ = late.Task;
        }
    }

    private static async Task<int> AwaitAsync(Future<int> future) => await future;

    private static async Task AwaitUntypedAsync(Future future) => await future;

    private static async Task<Thread> ThreadAfterAsync(Future<int> future)
    {
        await future;
        return Thread.CurrentThread;
    }
}
