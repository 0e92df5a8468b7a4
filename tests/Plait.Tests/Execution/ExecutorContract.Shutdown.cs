using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Limits, room and the ways to end.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task WaitForRoomAsync_WithoutALimit_IsThereAtOnce()
    {
        await using IExecutor executor = Create(1);

        Assert.True(executor.WaitForRoomAsync().AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Shutdown_WithDrain_RunsEverything()
    {
        IExecutor executor = Create();
        string note = NewPath();
        Future[] futures = [.. Enumerable.Range(0, 30).Select(number => executor.Submit(Work.Note, note, $"{number}"))];

        Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());

        Assert.All(futures, static future => Assert.Equal(FutureState.Succeeded, future.State));
        Assert.Equal(30, Lines(note).Length);
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_FromADoneCallback_Works()
    {
        IExecutor executor = Create(1);
        var over = new TaskCompletionSource<bool>();

        executor.Submit(Work.Add, 1, 2).AddDoneCallback(_ => over.SetResult(executor.Shutdown(ShutdownMode.Drain, Waits.Hang)));

        Assert.True(await over.Task.InTime());
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WithTasksThatWait_LosesNoResult()
    {
        Future<int>[] futures;
        using (IExecutor executor = Create())
        {
            futures = [.. Enumerable.Range(0, 100).Select(number => executor.Submit(Work.Add, number, 0))];
        }

        Assert.All(futures, static future => Assert.True(future.IsDone));
        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(futures.Select(static future => future.Task)).InTime());
    }

    [Fact]
    public void Dispose_WithoutAnyTask_EndsIt()
    {
        IExecutor executor = Create();

        executor.Dispose();
        executor.Dispose();

        Assert.Throws<ExecutorClosedException>(() => executor.Submit(Work.Add, 1, 2));
    }

    [Fact]
    public async Task Shutdown_WithSettingsThatDoNotExist_IsRefusedWithTheValue()
    {
        await using IExecutor executor = Create(1);

        Assert.Contains("7", Assert.Throws<ArgumentOutOfRangeException>(() => executor.Shutdown((ShutdownMode)7, TimeSpan.Zero)).Message, StringComparison.Ordinal);
        Assert.Contains("-00:00:02", Assert.Throws<ArgumentOutOfRangeException>(() => executor.Shutdown(ShutdownMode.Drain, TimeSpan.FromSeconds(-2))).Message, StringComparison.Ordinal);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }
}
