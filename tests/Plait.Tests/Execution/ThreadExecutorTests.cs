using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What only a thread executor does: threads of its own, which can be neither killed nor lost.</summary>
public sealed class ThreadExecutorTests : ExecutorTest
{
    [Fact]
    public async Task Initializer_ThatThrows_BreaksTheExecutor()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 2, Name = "bad", Initializer = static () => throw new InvalidDataException("no start") });

        Future<int> first = executor.Submit(Work.Add, 1, 2);

        ExecutorBrokenException broken = await first.FailsWith<ExecutorBrokenException>();
        Assert.Contains("no start", broken.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(broken.InnerException);
        Assert.Throws<ExecutorBrokenException>(() => executor.Submit(Work.Add, 1, 2));
    }

    [Fact]
    public async Task Initializer_OfEachThread_RunsBeforeItsFirstTask()
    {
        var prepared = new ThreadLocal<bool>();
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 3, Initializer = () => prepared.Value = true });

        Future<bool>[] futures = [.. Enumerable.Range(0, 50).Select(_ => executor.Submit(() => prepared.Value))];

        Assert.All(await Task.WhenAll(futures.Select(static future => future.Task)).InTime(), Assert.True);
    }

    [Fact]
    public async Task Cancel_OfAFunctionThatDefiesIt_LeavesItAndGoesOnWithAnotherThread()
    {
        var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Grace = TimeSpan.FromMilliseconds(20) });
        using var gate = new Gate();
        Future<int> stuck = executor.Submit(Gate.Pass, gate.Path);
        await gate.NextAsync();

        Assert.True(stuck.Cancel());

        await stuck.IsCancelled();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Equal((1, 1L), (executor.GetStatistics().Workers, executor.GetStatistics().WorkersDied));
        gate.Open();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatDefiesIt_EndsItsFuture()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Grace = TimeSpan.FromMilliseconds(20) });
        using var gate = new Gate();

        Future<int> stuck = executor.Submit(Gate.Pass, gate.Path, timeout: TimeSpan.FromMilliseconds(20));

        await stuck.FailsWith<TimeoutException>();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        gate.Open();
    }

    [Fact]
    public async Task Submit_FromItsOwnFunctions_RunsAllOfThem()
    {
        await using var executor = new ThreadExecutor(3);
        int runs = 0;

        // More than one thread's own queue has room for.
        Future<Future[]> outer = executor.Submit(() => Enumerable.Range(0, 2000).Select(_ => executor.Submit(() => { Interlocked.Increment(ref runs); })).ToArray());
        Future[] inner = await outer.InTime();
        FutureSplit<Future> split = Future.Wait(inner, timeout: Waits.Hang);

        Assert.Empty(split.NotDone);
        Assert.Equal(2000, runs);
    }

    [Fact]
    public void ThreadExecutor_WithAnOptionOutOfRange_IsRefusedWithTheValue()
    {
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(static () => new ThreadExecutor(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("7", Assert.Throws<ArgumentOutOfRangeException>(static () => new ThreadExecutor(new ThreadExecutorOptions { StackSize = 7 })).Message, StringComparison.Ordinal);
        Assert.Contains("-5", Assert.Throws<ArgumentOutOfRangeException>(static () => new ThreadExecutor(new ThreadExecutorOptions { QueueLimit = -5 })).Message, StringComparison.Ordinal);
    }
}
