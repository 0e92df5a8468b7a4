using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>A future ends once, whoever else tries.</summary>
public sealed class FutureRaceTests
{
    [Fact]
    public void TrySucceed_AfterAnyEnd_ChangesNothing()
    {
        var error = new InvalidOperationException("first");
        var succeeded = new TestFuture<int>();
        var failed = new TestFuture<int>();
        var cancelled = new TestFuture<int>();
        Assert.True(succeeded.Succeed(1));
        Assert.True(failed.Fail(error));
        Assert.True(cancelled.Cancel());

        foreach (TestFuture<int> future in new[] { succeeded, failed, cancelled })
        {
            Assert.False(future.Succeed(2));
            Assert.False(future.Fail(new InvalidOperationException("second")));
            Assert.False(future.Cancel());
        }

        Assert.Equal(1, succeeded.Result());
        Assert.Same(error, failed.Exception);
        Assert.True(cancelled.IsCancelled);
    }

    [Fact]
    public async Task TryEnd_ByManyThreadsAtOnce_IsWonByOne()
    {
        const int Threads = 4;
        for (int round = 0; round < 300; round++)
        {
            var future = new TestFuture<int>();
            Task<int> task = future.Task;
            int calls = 0;
            future.AddDoneCallback(_ => Interlocked.Increment(ref calls));
            using var start = new Barrier(Threads);
            var wins = new bool[Threads];
            var threads = new Thread[Threads];
            for (int i = 0; i < Threads; i++)
            {
                int number = i;
                threads[i] = new Thread(() =>
                {
                    start.SignalAndWait();
                    wins[number] = number switch
                    {
                        0 => future.Fail(new InvalidOperationException("test")),
                        1 => future.Cancel(),
                        _ => future.Succeed(number),
                    };
                });
                threads[i].Start();
            }

            foreach (Thread thread in threads)
            {
                thread.Join();
            }

            int winner = Assert.Single(Enumerable.Range(0, Threads), number => wins[number]);
            FutureState expected = winner switch { 0 => FutureState.Faulted, 1 => FutureState.Cancelled, _ => FutureState.Succeeded };
            Assert.Equal(expected, future.State);
            Assert.Equal(expected == FutureState.Succeeded ? winner : -1, await ValueOrAsync(task, -1));
            var last = new TaskCompletionSource();
            future.AddDoneCallback(_ => last.SetResult());
            await last.Task.InTime();
            Assert.Equal(1, calls);
        }
    }

    [Fact]
    public async Task Result_OfManyWaiters_IsTheSameForAll()
    {
        const int Waiters = 8;
        var error = new InvalidOperationException("test");
        var future = new TestFuture<int>();
        using var ready = new CountdownEvent(Waiters);
        Task<Exception?>[] waiters =
        [
            .. Enumerable.Range(0, Waiters).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    ready.Signal();
                    return Record.Exception(() => { _ = future.Result(); });
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ];
        Assert.True(ready.Wait(Waits.Hang, TestContext.Current.CancellationToken));

        future.Fail(error);

        Assert.All(await Task.WhenAll(waiters).InTime(), seen => Assert.Same(error, seen));
    }

    private static async Task<int> ValueOrAsync(Task<int> task, int otherwise)
    {
        try
        {
            return await task.InTime();
        }
        catch (Exception error) when (error is InvalidOperationException or OperationCanceledException)
        {
            return otherwise;
        }
    }
}
