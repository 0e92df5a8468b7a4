using Plait.Tests.Execution;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Async functions stay on their thread to their end.</summary>
public sealed class WorkerThreadAsyncTests : ThreadTest
{
    private static Task<int> NoTask { get; } = null!;

    [Fact]
    public async Task Start_OfAnAsyncFunction_KeepsItsThreadThroughEveryAwait()
    {
        var elsewhere = new TaskCompletionSource();
        WorkerThread<int[]> thread = WorkerThread.Start(async () =>
        {
            var seen = new List<int> { Environment.CurrentManagedThreadId };
            await Task.Yield();
            seen.Add(Environment.CurrentManagedThreadId);
            await elsewhere.Task;
            seen.Add(Environment.CurrentManagedThreadId);
            await Task.Run(static () => { });
            seen.Add(WorkerThread.Current.ManagedId);
            return seen.ToArray();
        });
        elsewhere.SetResult();

        Assert.Equal(Enumerable.Repeat(thread.ManagedId, 4), await thread);
    }

    [Fact]
    public async Task Start_OfAnAsyncFunctionThatLeavesItsContext_EndsAllTheSame()
    {
        WorkerThread<int> thread = WorkerThread.Start(static async () =>
        {
            await Task.Run(static () => { }).ConfigureAwait(false);
            return 5;
        });

        Assert.Equal(5, await thread);
    }

    [Fact]
    public void Start_OfAnAsyncFunctionThatReturnsNull_FailsAndSaysSo()
    {
        WorkerThread<int> thread = WorkerThread.Start(static () => NoTask);

        Assert.Contains("returned null", Assert.Throws<InvalidOperationException>(() => thread.Result).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Post_OfWhatThrows_IsToldAndTheFunctionGoesOn()
    {
        using var errors = new ErrorOutput();
        WorkerThread<int> thread = WorkerThread.Start(static async () =>
        {
            SynchronizationContext.Current!.Post(static _ => throw new FormatException("from async void"), null);
            await Task.Yield();
            return 5;
        }, "host");

        Assert.Equal(5, thread.Result);
        Assert.Contains("'host'", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("from async void", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_AfterTheEnd_RunsOnTheThreadPool()
    {
        SynchronizationContext context = (await WorkerThread.Start(static async () =>
        {
            await Task.Yield();
            return SynchronizationContext.Current;
        }))!;
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

        context.Post(_ => ran.SetResult(Thread.CurrentThread.IsThreadPoolThread), null);

        Assert.True(await ran.Task.InTime());
    }

    [Fact]
    public async Task Post_JustBeforeTheEnd_IsNotLost()
    {
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WorkerThread.Start(() =>
        {
            SynchronizationContext.Current!.Post(_ => ran.SetResult(true), null);
            return Task.CompletedTask;
        });

        Assert.True(await ran.Task.InTime());
    }

    [Fact]
    public async Task Send_FromInsideAndOutside_RunsOnTheThread()
    {
        var over = new TaskCompletionSource();
        var context = new TaskCompletionSource<SynchronizationContext>();
        int inside = 0;
        WorkerThread thread = WorkerThread.Start(async () =>
        {
            SynchronizationContext.Current!.Send(_ => inside = Environment.CurrentManagedThreadId, null);
            context.SetResult(SynchronizationContext.Current);
            await over.Task;
        });
        int outside = 0;
        await Task.Run(async () => (await context.Task).Send(_ => outside = Environment.CurrentManagedThreadId, null)).InTime();
        await Assert.ThrowsAsync<FormatException>(() => Task.Run(async () => (await context.Task).Send(static _ => throw new FormatException(), null)).InTime());
        over.SetResult();
        await thread;

        Assert.Equal((thread.ManagedId, thread.ManagedId), (inside, outside));
    }
}
