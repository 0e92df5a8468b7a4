using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Result, Exception, Wait, Cancel and ToString in each state a future can have.</summary>
public sealed class FutureResultTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void State_FromBeginToEnd_SaysWhereItStands()
    {
        var future = new TestFuture<int>();
        Assert.Equal((FutureState.Pending, false), (future.State, future.IsDone));
        future.Begin();
        Assert.Equal((FutureState.Running, false), (future.State, future.IsDone));
        future.Succeed(5);
        Assert.Equal((FutureState.Succeeded, true, false), (future.State, future.IsDone, future.IsCancelled));
    }

    [Fact]
    public void ToString_InEachState_NamesTaskStateAndError()
    {
        var pending = new TestFuture<int>("count words");
        var running = new TestFuture<int>("count words");
        running.Begin();
        var failed = new TestFuture<int>("count words");
        failed.Fail(new InvalidDataException("test"));
        var cancelled = new TestFuture<int>("count words");
        cancelled.Cancel();
        var succeeded = new TestFuture<int>("count words");
        succeeded.Succeed(5);

        Assert.Equal("'count words': Pending", pending.ToString());
        Assert.Equal("'count words': Running", running.ToString());
        Assert.Equal("'count words': Faulted, InvalidDataException", failed.ToString());
        Assert.Equal("'count words': Cancelled, OperationCanceledException", cancelled.ToString());
        Assert.Equal("'count words': Succeeded", succeeded.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Result_OfOneThatHasNotEnded_TimesOutAndLeavesItAlone(bool isRunning)
    {
        var future = new TestFuture<int>("slow one");
        if (isRunning)
        {
            future.Begin();
        }

        long start = TimeProvider.System.GetTimestamp();

        TimeoutException late = Assert.Throws<TimeoutException>(() => future.Result(s_short, TestContext.Current.CancellationToken));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), s_short, Waits.Hang);
        Assert.Contains("slow one", late.Message, StringComparison.Ordinal);
        Assert.False(future.IsDone);
        Assert.True(future.Succeed(5));
        Assert.Equal(5, future.Result());
    }

    [Fact]
    public void Result_WithZero_DoesNotWait()
    {
        var future = new TestFuture<int>();
        Assert.Throws<TimeoutException>(() => future.Result(TimeSpan.Zero, TestContext.Current.CancellationToken));
        future.Succeed(5);
        Assert.Equal(5, future.Result(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Wait_OfAPartOfAMillisecond_LastsAsLong()
    {
        var future = new TestFuture<int>();
        TimeSpan time = TimeSpan.FromMilliseconds(1.9);
        long start = TimeProvider.System.GetTimestamp();

        Assert.False(future.Wait(time, TestContext.Current.CancellationToken));

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= time * 0.7);
    }

    [Fact]
    public async Task Result_WhileItWaits_GetsTheValue()
    {
        var future = new TestFuture<int>();
        (Task<int> result, Action untilWaiting) = Blocked(() => future.Result(Waits.Hang, TestContext.Current.CancellationToken));
        untilWaiting();

        future.Succeed(5);

        Assert.Equal(5, await result.InTime());
    }

    [Fact]
    public async Task Result_WhileItWaits_GetsTheCancellation()
    {
        var future = new TestFuture<int>();
        (Task<int> result, Action untilWaiting) = Blocked(() => future.Result(Waits.Hang, TestContext.Current.CancellationToken));
        untilWaiting();

        future.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(result.InTime);
    }

    [Fact]
    public async Task Exception_WhileItWaits_GetsTheException()
    {
        var error = new InvalidOperationException("test");
        var future = new TestFuture<int>();
        (Task<Exception?> exception, Action untilWaiting) = Blocked(() => future.GetException(Waits.Hang));
        untilWaiting();

        future.Fail(error);

        Assert.Same(error, await exception.InTime());
    }

    [Fact]
    public void Exception_OfOneThatHasNotEnded_TimesOut() =>
        Assert.Throws<TimeoutException>(() => new TestFuture<int>().GetException(s_short));

    [Fact]
    public void Exception_InEachEnd_IsNullTheErrorOrThrown()
    {
        var error = new InvalidOperationException("test");
        var succeeded = new TestFuture<int>();
        succeeded.Succeed(5);
        var failed = new TestFuture<int>();
        failed.Fail(error);
        var cancelled = new TestFuture<int>();
        cancelled.Cancel();

        Assert.Null(succeeded.Exception);
        Assert.Same(error, failed.Exception);
        Assert.Throws<OperationCanceledException>(() => cancelled.Exception);
    }

    [Fact]
    public void Result_OfOneThatFailed_ThrowsTheOneExceptionEveryTime()
    {
        InvalidOperationException error = Thrown();
        var future = new TestFuture<int>();
        future.Fail(error);

        for (int i = 0; i < 3; i++)
        {
            InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => future.Result());
            Assert.Same(error, thrown);

            // Where it came from stays; the places it was looked at do not pile up.
            Assert.Contains(nameof(Thrown), thrown.StackTrace, StringComparison.Ordinal);
            Assert.Equal(1, thrown.StackTrace!.Split(nameof(Result_OfOneThatFailed_ThrowsTheOneExceptionEveryTime)).Length - 1);
        }
    }

    [Fact]
    public void Result_OfOneThatWasCancelled_CarriesTheToken()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var future = new TestFuture<int>("stopped one");
        Assert.True(future.Cancel(source.Token));

        OperationCanceledException cancelled = Assert.Throws<OperationCanceledException>(() => future.Result());

        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Contains("stopped one", cancelled.Message, StringComparison.Ordinal);
        Assert.Same(cancelled, Assert.Throws<OperationCanceledException>(() => future.Exception));
    }

    [Fact]
    public void Result_OfExceptionsThatLookLikeNothing_ThrowsThemAllTheSame()
    {
        // A falsy exception is swallowed where somebody asks "is there an error?" the wrong way.
        var future = new TestFuture<object?>();
        future.Fail(new EmptyException());

        Assert.Throws<EmptyException>(() => future.Result());
        Assert.Equal(FutureState.Faulted, future.State);
    }

    [Fact]
    public void Cancel_InEachState_SaysWhetherItHadNotEnded()
    {
        var pending = new TestFuture<int>();
        var running = new TestFuture<int>();
        running.Begin();
        var succeeded = new TestFuture<int>();
        succeeded.Succeed(5);
        var failed = new TestFuture<int>();
        failed.Fail(new InvalidOperationException("test"));

        Assert.True(pending.Cancel());
        Assert.True(running.Cancel());
        Assert.False(pending.Cancel());
        Assert.False(succeeded.Cancel());
        Assert.False(failed.Cancel());

        Assert.Equal(
            [FutureState.Cancelled, FutureState.Cancelled, FutureState.Succeeded, FutureState.Faulted],
            new[] { pending.State, running.State, succeeded.State, failed.State });
    }

    [Fact]
    public async Task Wait_WithATokenThatIsCancelled_EndsTheWaitOnly()
    {
        using var source = new CancellationTokenSource();
        var future = new TestFuture<int>();
        (Task<bool> wait, Action untilWaiting) = Blocked(() => future.Wait(Waits.Hang, source.Token));
        untilWaiting();

        await source.CancelAsync();

        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(wait.InTime);
        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.False(future.IsDone);
    }

    [Fact]
    public void Wait_OfAnEnd_NeverThrowsIt()
    {
        var failed = new TestFuture<int>();
        failed.Fail(new InvalidOperationException("test"));
        var cancelled = new TestFuture<int>();
        cancelled.Cancel();

        failed.Wait();
        cancelled.Wait();
        Assert.True(failed.Wait(TimeSpan.Zero, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Wait_WithANegativeTime_IsRefusedWithIt()
    {
        var future = new TestFuture<int>();

        Assert.Contains("-00:00:02", Assert.Throws<ArgumentOutOfRangeException>(() => future.Wait(TimeSpan.FromSeconds(-2), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => future.Result(TimeSpan.FromSeconds(-2), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => future.GetException(TimeSpan.FromSeconds(-2)));
    }

    [Fact]
    public void Wait_WithTheLongestTime_IsTaken()
    {
        var future = new TestFuture<int>();
        future.AddDoneCallback(static _ => { });
        using var later = new Timer(_ => future.Succeed(5), null, 20, Timeout.Infinite);

        Assert.True(future.Wait(TimeSpan.MaxValue, TestContext.Current.CancellationToken));
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("test");
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }

    /// <summary>Runs it on a thread of its own; the action returns once that thread sleeps.</summary>
    private static (Task<TResult> Result, Action UntilWaiting) Blocked<TResult>(Func<TResult> wait)
    {
        var started = new TaskCompletionSource<Thread>();
        Task<TResult> result = Task.Factory.StartNew(
            () =>
            {
                started.SetResult(Thread.CurrentThread);
                return wait();
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return (result, () => SpinWait.SpinUntil(() => started.Task.IsCompleted && started.Task.Result.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Waits.Hang));
    }

    private sealed class EmptyException : Exception
    {
        public override string Message => string.Empty;
    }
}
