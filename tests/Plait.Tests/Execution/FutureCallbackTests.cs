using System.Collections.Concurrent;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Done-callbacks: every one is called once, in order, on the thread pool, whatever the others do.</summary>
public sealed class FutureCallbackTests
{
    [Fact]
    public async Task AddDoneCallback_BeforeTheValue_GetsTheFutureWithIt()
    {
        var future = new TestFuture<int>();
        Task<Future<int>> called = CallOf(future);

        future.Succeed(5);

        Assert.Same(future, await called.InTime());
        Assert.Equal(5, (await called.InTime()).Result());
    }

    [Fact]
    public async Task AddDoneCallback_BeforeTheException_GetsTheFutureWithIt()
    {
        var error = new InvalidOperationException("test");
        var future = new TestFuture<int>();
        Task<Future<int>> called = CallOf(future);

        future.Fail(error);

        Assert.Same(error, (await called.InTime()).Exception);
    }

    [Fact]
    public async Task AddDoneCallback_BeforeTheCancellation_IsCalled()
    {
        var future = new TestFuture<int>();
        Task<Future<int>> called = CallOf(future);

        Assert.True(future.Cancel());

        Assert.True((await called.InTime()).IsCancelled);
    }

    [Theory]
    [InlineData(FutureState.Succeeded)]
    [InlineData(FutureState.Faulted)]
    [InlineData(FutureState.Cancelled)]
    public async Task AddDoneCallback_AfterTheEnd_IsCalled(FutureState end)
    {
        TestFuture<int> future = Ended(end);

        Future<int> seen = await CallOf(future).InTime();

        Assert.Same(future, seen);
        Assert.Equal(end, seen.State);
    }

    [Fact]
    public async Task AddDoneCallback_OfTheUntypedFuture_GetsTheSameObject()
    {
        var called = new TaskCompletionSource<Future>();
        Future future = Ended(FutureState.Succeeded);

        future.AddDoneCallback(called.SetResult);

        Assert.Same(future, await called.Task.InTime());
    }

    [Fact]
    public async Task AddDoneCallback_OfOneThatThrows_HarmsNoOther()
    {
        var told = new ConcurrentQueue<(Future, Exception)>();
        var error = new InvalidOperationException("the callback's");
        var future = new TestFuture<int>();
        Action<Future, Exception> listener = (which, what) =>
        {
            if (which == future)
            {
                told.Enqueue((which, what));
            }
        };
        Future.CallbackFailed += listener;
        try
        {
            Task<Future<int>> first = CallOf(future);
            future.AddDoneCallback(_ => throw error);
            Task<Future<int>> second = CallOf(future);

            future.Succeed(5);

            Assert.Equal(5, (await first.InTime()).Result());
            Assert.Equal(5, (await second.InTime()).Result());
            Assert.Equal((future, error), Assert.Single(told));
        }
        finally
        {
            Future.CallbackFailed -= listener;
        }
    }

    [Fact]
    public async Task AddDoneCallback_OfOneThatThrowsAfterTheEnd_IsToldToTheListener()
    {
        var told = new TaskCompletionSource<Exception>();
        var error = new InvalidOperationException("the callback's");
        TestFuture<int> future = Ended(FutureState.Succeeded);
        Action<Future, Exception> listener = (which, what) =>
        {
            if (which == future)
            {
                told.TrySetResult(what);
            }
        };
        Future.CallbackFailed += listener;
        try
        {
            // Nothing may reach whoever adds it.
            future.AddDoneCallback(_ => throw error);

            Assert.Same(error, await told.Task.InTime());
        }
        finally
        {
            Future.CallbackFailed -= listener;
        }
    }

    [Fact]
    public async Task CallbackFailed_WithAHandlerThatThrows_HarmsNoOtherHandlerOrCallback()
    {
        var told = new TaskCompletionSource();
        var future = new TestFuture<int>();
        Action<Future, Exception> bad = (which, _) => Throw(which == future);
        Action<Future, Exception> good = (which, _) => Complete(which == future);
        Future.CallbackFailed += bad;
        Future.CallbackFailed += good;
        try
        {
            future.AddDoneCallback(static _ => throw new InvalidOperationException("the callback's"));
            Task<Future<int>> next = CallOf(future);

            future.Succeed(5);

            await next.InTime();
            await told.Task.InTime();
        }
        finally
        {
            Future.CallbackFailed -= bad;
            Future.CallbackFailed -= good;
        }

        static void Throw(bool isMine)
        {
            if (isMine)
            {
                throw new InvalidOperationException("the handler's");
            }
        }

        void Complete(bool isMine)
        {
            if (isMine)
            {
                told.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task AddDoneCallback_OfMany_CallsThemInTheOrderOfAdding()
    {
        var order = new ConcurrentQueue<int>();
        var future = new TestFuture<int>();
        for (int i = 0; i < 100; i++)
        {
            int number = i;
            future.AddDoneCallback(_ => order.Enqueue(number));
        }

        future.Succeed(5);
        for (int i = 100; i < 200; i++)
        {
            int number = i;
            future.AddDoneCallback(_ => order.Enqueue(number));
        }

        await CallOf(future).InTime();
        Assert.Equal(Enumerable.Range(0, 200), order);
    }

    [Fact]
    public async Task AddDoneCallback_FromACallback_IsCalledAfterTheOthers()
    {
        var order = new ConcurrentQueue<string>();
        var last = new TaskCompletionSource();
        var future = new TestFuture<int>();
        future.AddDoneCallback(_ =>
        {
            order.Enqueue("first");
            future.AddDoneCallback(_ =>
            {
                order.Enqueue("added");
                last.SetResult();
            });
        });
        future.AddDoneCallback(_ => order.Enqueue("second"));

        future.Succeed(5);

        await last.Task.InTime();
        Assert.Equal(["first", "second", "added"], order);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddDoneCallback_AnyTime_NeverRunsOnTheThreadOfTheCaller(bool isEndedFirst)
    {
        var where = new TaskCompletionSource<(Thread Thread, bool IsPool)>();
        var future = new TestFuture<int>();
        var caller = new Thread(() =>
        {
            if (isEndedFirst)
            {
                future.Succeed(5);
            }

            future.AddDoneCallback(_ => where.SetResult((Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread)));
            future.Succeed(5);
        });
        caller.Start();

        (Thread thread, bool isPool) = await where.Task.InTime();

        Assert.True(isPool);
        Assert.NotSame(caller, thread);
        caller.Join();
    }

    [Fact]
    public async Task AddDoneCallback_OfOneThatBlocks_DoesNotHoldUpWhoEndsTheFuture()
    {
        using var gate = new ManualResetEventSlim();
        var future = new TestFuture<int>();
        future.AddDoneCallback(_ => gate.Wait(Waits.Hang));
        Task<Future<int>> next = CallOf(future);

        Assert.True(future.Succeed(5));

        Assert.Equal(5, future.Result(Waits.Hang, TestContext.Current.CancellationToken));
        Assert.False(next.IsCompleted);
        gate.Set();
        await next.InTime();
    }

    [Fact]
    public async Task AddDoneCallback_WhileTheFutureEnds_CallsEachOnce()
    {
        for (int round = 0; round < 200; round++)
        {
            const int Adders = 3;
            var future = new TestFuture<int>();
            using var start = new Barrier(Adders + 1);
            int calls = 0;
            using var all = new CountdownEvent(Adders * 2);
            Task[] adders =
            [
                .. Enumerable.Range(0, Adders).Select(_ => Task.Factory.StartNew(
                    () =>
                    {
                        start.SignalAndWait();
                        for (int i = 0; i < 2; i++)
                        {
                            future.AddDoneCallback(_ =>
                            {
                                Interlocked.Increment(ref calls);
                                all.Signal();
                            });
                        }
                    },
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default)),
            ];
            start.SignalAndWait(TestContext.Current.CancellationToken);
            future.Succeed(round);

            await Task.WhenAll(adders).InTime();
            Assert.True(all.Wait(Waits.Hang, TestContext.Current.CancellationToken));
            Assert.Equal(Adders * 2, calls);
        }
    }

    [Fact]
    public async Task AddDoneCallback_OnceCalled_IsNotHeldByTheFuture()
    {
        TestFuture<int> future = Ended(FutureState.Succeeded);
        WeakReference target = AddCallbackWithTarget(future);
        await CallOf(future).InTime();

        Waits.AreCollected(target);
        GC.KeepAlive(future);
    }

    [Fact]
    public void AddDoneCallback_OfNull_IsRefused()
    {
        var future = new TestFuture<int>();

        Assert.Throws<ArgumentNullException>(() => future.AddDoneCallback((Action<Future<int>>)null!));
        Assert.Throws<ArgumentNullException>(() => ((Future)future).AddDoneCallback(null!));
    }

    private static WeakReference AddCallbackWithTarget(TestFuture<int> future)
    {
        var target = new List<int>();
        future.AddDoneCallback(done => target.Add(done.Result()));
        return new WeakReference(target);
    }

    private static Task<Future<int>> CallOf(TestFuture<int> future)
    {
        var called = new TaskCompletionSource<Future<int>>();
        future.AddDoneCallback(called.SetResult);
        return called.Task;
    }

    private static TestFuture<int> Ended(FutureState end)
    {
        var future = new TestFuture<int>();
        _ = end switch
        {
            FutureState.Succeeded => future.Succeed(5),
            FutureState.Faulted => future.Fail(new InvalidOperationException("test")),
            _ => future.Cancel(),
        };
        return future;
    }
}
