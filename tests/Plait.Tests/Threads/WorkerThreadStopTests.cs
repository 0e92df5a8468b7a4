using Plait.Tests.Execution;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Asking a thread to stop, and how a thread ended.</summary>
public sealed class WorkerThreadStopTests : ThreadTest
{
    [Fact]
    public void RequestStop_OfAFunctionThatObeys_IsCancelledAndNotTold()
    {
        using var errors = new ErrorOutput();
        WorkerThread thread = WorkerThread.Start(static token => { token.WaitHandle.WaitOne(); token.ThrowIfCancellationRequested(); }, "obedient");

        thread.RequestStop();

        ThreadOutcome outcome = Joined(thread).Outcome!;
        Assert.Equal((ThreadOutcomeKind.Cancelled, false, "obedient", thread.NativeId), (outcome.Kind, outcome.IsSuccess, outcome.Name, outcome.NativeId));
        Assert.IsType<OperationCanceledException>(outcome.Exception);
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public async Task RequestStop_OfAnAsyncFunction_CancelsWhatItAwaits()
    {
        WorkerThread<int> thread = WorkerThread.Start(static async token =>
        {
            await new TaskCompletionSource().Task.WaitAsync(token);
            return 1;
        });

        thread.RequestStop();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await thread);
        Assert.Equal(ThreadOutcomeKind.Cancelled, thread.Outcome!.Kind);
    }

    [Fact]
    public void RequestStop_OfAFunctionThatReturnsThen_IsAReturn()
    {
        WorkerThread<bool> thread = WorkerThread.Start(static () => WorkerThread.Current.Cancellation.WaitHandle.WaitOne(Waits.Hang));

        thread.RequestStop();
        thread.RequestStop();

        Assert.True(thread.Result);
        Assert.Equal(ThreadOutcomeKind.Returned, thread.Outcome!.Kind);
        Assert.True(thread.Outcome.IsSuccess);
    }

    [Fact]
    public void RequestStop_OfAnEndedThread_DoesNothing()
    {
        WorkerThread thread = Joined(WorkerThread.Start(static () => { }));

        thread.RequestStop();

        Assert.False(thread.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void Outcome_OfACancellationNobodyAskedFor_IsAFailure()
    {
        using var errors = new ErrorOutput();
        WorkerThread thread = Joined(WorkerThread.Start(static () => throw new OperationCanceledException("own idea")));

        Assert.Equal(ThreadOutcomeKind.Threw, thread.Outcome!.Kind);
        Assert.Contains("own idea", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("own idea", thread.Outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_WhileTheThreadRuns_IsNull()
    {
        using var gate = new ManualResetEventSlim();
        WorkerThread thread = WorkerThread.Start(() => InTime(gate));

        Assert.Null(thread.Outcome);
        gate.Set();
        Assert.Equal($"'{thread.Name}' (thread {thread.NativeId}): its function returned.", Joined(thread).Outcome!.ToString());
        Assert.True(thread.Outcome!.Duration >= TimeSpan.Zero);
    }
}
