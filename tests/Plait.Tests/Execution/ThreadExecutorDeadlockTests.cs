using Plait.Execution;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Tasks that wait for tasks for which no thread is left.</summary>
public sealed class ThreadExecutorDeadlockTests : ExecutorTest
{
    // The graph's memory is made once a process.
    public ThreadExecutorDeadlockTests() => _ = TaskEnd.OfThread();

    [Fact]
    public async Task Result_OfATaskBehindTheOneThatAsks_IsADeadlockThatIsSaid()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Name = "single", Workers = 1 });

        Future<int> outer = executor.Submit(() => executor.Submit(static () => 1, new TaskOptions { Name = "inner" }).Result());

        DeadlockException deadlock = await outer.FailsWith<DeadlockException>();
        Assert.Contains("inner (which waits for a thread of executor single, where all 1 are taken)", deadlock.Message, StringComparison.Ordinal);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Result_WhereAllThreadsAsk_IsGivenUpByOneOfThem()
    {
        const int Workers = 3;
        await using var executor = new ThreadExecutor(Workers);
        using var all = new Barrier(Workers);

        Future<int>[] outer = [.. Enumerable.Range(0, Workers).Select(_ => executor.Submit(() =>
        {
            Assert.True(all.SignalAndWait(Waits.Hang));
            return executor.Submit(static () => 1).Result();
        }))];
        await Task.WhenAll(outer.Select(static future => future.Task.ContinueWith(static _ => { }, TaskScheduler.Default))).InTime();

        // The one that gave up has freed its thread, and that thread has run what the others waited for.
        Future<int> failed = Assert.Single(outer, static future => future.State == FutureState.Faulted);
        Assert.IsType<DeadlockException>(failed.Exception);
        Assert.All(outer.Except([failed]), static future => Assert.Equal(1, future.Result()));
    }

    [Fact]
    public async Task Wait_ForAllInTheSameExecutor_IsADeadlockThatIsSaid()
    {
        await using var executor = new ThreadExecutor(1);

        Future outer = executor.Submit(() => { _ = Future.Wait([executor.Submit(static () => 1), executor.Submit(static () => 2)]); });

        await outer.FailsWith<DeadlockException>();
    }

    [Fact]
    public async Task Result_AcrossTwoExecutorsInACircle_IsADeadlockThatIsSaid()
    {
        await using var one = new ThreadExecutor(new ThreadExecutorOptions { Name = "one", Workers = 1 });
        await using var two = new ThreadExecutor(new ThreadExecutorOptions { Name = "two", Workers = 1 });

        Future<int> outer = one.Submit(() => two.Submit(() => one.Submit(static () => 1).Result()).Result());

        DeadlockException deadlock = await outer.FailsWith<DeadlockException>();
        Assert.Contains("executor one", deadlock.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_OfATaskThatWaitsForALockOfWhoAsks_IsADeadlockThatIsSaid()
    {
        await using var executor = new ThreadExecutor(2);
        using ILock held = ThreadScope.Create().CreateLock();

        Future<int> outer = executor.Submit(() =>
        {
            using Hold hold = held.Acquire();
            return executor.Submit(() =>
            {
                using Hold inner = held.Acquire();
                return 1;
            }).Result();
        });

        // One of the two gives up: the inner one, and then that is what the outer one gets, or the outer one itself.
        await outer.FailsWith<DeadlockException>();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Result_WhereOneThreadIsBusy_WaitsForIt()
    {
        await using var executor = new ThreadExecutor(2);
        using var gate = new Gate();
        long before = DeadlockSearches();

        Future<int> busy = executor.Submit(Gate.Pass, gate.Path);
        Visitor visitor = await gate.NextAsync();
        Future<int> outer = executor.Submit(() => executor.Submit(static () => 1).Result());

        // It has looked, and found somebody who will help.
        Assert.True(SpinWait.SpinUntil(() => DeadlockSearches() > before + 1, Waits.Hang));
        visitor.LetPass();
        Assert.Equal(1, await outer.InTime());
        await busy.InTime();
    }

    [Fact]
    public async Task Result_WhileAThreadMayStillStart_IsNone()
    {
        await using var executor = new ThreadExecutor(4);

        Assert.Equal(4, await executor.Submit(() => Nest(executor, 3)).InTime());
    }

    [Fact]
    public async Task Result_WithATimeout_EndsByThat()
    {
        await using var executor = new ThreadExecutor(1);

        await executor.Submit(() => executor.Submit(static () => 1).Result(TimeSpan.FromMilliseconds(200))).FailsWith<TimeoutException>();
    }

    private static int Nest(ThreadExecutor executor, int depth) => depth == 0 ? 1 : executor.Submit(() => Nest(executor, depth - 1)).Result() + 1;

    private static long DeadlockSearches() => DeadlockSearch.Searches;
}
