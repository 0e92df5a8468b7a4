using Plait.Execution;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Async functions that await tasks for which no thread is left, and such as only look like it.</summary>
public sealed class ThreadExecutorAwaitDeadlockTests : ExecutorTest
{
    // The graph's memory is made once a process.
    public ThreadExecutorAwaitDeadlockTests() => _ = TaskEnd.OfThread();

    // Longer than a wait lasts before it looks for a deadlock.
    private static TimeSpan Long => DeadlockDetection.Threshold * 1.5;

    [Fact]
    public async Task Await_OfATaskBehindTheOneThatAsks_IsADeadlockThatIsSaid()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Name = "lone", Workers = 1 });

        Future<int> outer = executor.Submit(async () => await executor.Submit(static () => 1, new TaskOptions { Name = "inner" }));

        DeadlockException deadlock = await outer.FailsWith<DeadlockException>();
        Assert.Contains("inner (which waits for a thread of executor lone, where all 1 are taken)", deadlock.Message, StringComparison.Ordinal);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Await_OfSeveralBehindEachOther_IsSaidForTheOneThatIsAwaitedLater()
    {
        await using var executor = new ThreadExecutor(1);
        await using var other = new ThreadExecutor(1);

        Future<int> outer = executor.Submit(async () =>
        {
            int first = await other.Submit(static () => 1);
            await Task.Yield();
            return first + await executor.Submit(static () => 2);
        });

        await outer.FailsWith<DeadlockException>();
    }

    [Fact]
    public async Task Await_ThatIsGivenUp_LeavesTheFunctionToGoOn()
    {
        await using var executor = new ThreadExecutor(1);
        Future<int>? inner = null;

        Future<int> outer = executor.Submit(async () =>
        {
            inner = executor.Submit(static () => 1);
            try
            {
                return await inner;
            }
            catch (DeadlockException)
            {
                await Task.Yield();
                return 7;
            }
        });

        Assert.Equal(7, await outer.InTime());
        Assert.Equal(1, await inner!.InTime());
    }

    [Fact]
    public async Task Await_WhereSomeAwaitAndOthersBlock_IsGivenUpByOneOfThem()
    {
        const int Workers = 4;
        await using var executor = new ThreadExecutor(Workers);
        using var all = new Barrier(Workers);

        Future<int>[] outer = [.. Enumerable.Range(0, Workers).Select(number => number % 2 == 0
            ? executor.Submit(() =>
            {
                Assert.True(all.SignalAndWait(Waits.Hang));
                return executor.Submit(static () => 1).Result();
            })
            : executor.Submit(async () =>
            {
                Assert.True(all.SignalAndWait(Waits.Hang));
                return await executor.Submit(static () => 1);
            }))];
        await Task.WhenAll(outer.Select(static future => future.Task.ContinueWith(static _ => { }, TaskScheduler.Default))).InTime();

        // The one that gave up has freed its thread, and that thread has run what the others waited for.
        Future<int> failed = Assert.Single(outer, static future => future.State == FutureState.Faulted);
        Assert.IsType<DeadlockException>(failed.Exception);
        Assert.All(outer.Except([failed]), static future => Assert.Equal(1, future.Result()));
    }

    [Fact]
    public async Task Await_AcrossTwoExecutorsInACircle_IsADeadlockThatIsSaid()
    {
        await using var one = new ThreadExecutor(1);
        await using var two = new ThreadExecutor(1);

        Future<int> outer = one.Submit(async () => await two.Submit(async () => await one.Submit(static () => 1)));

        await outer.FailsWith<DeadlockException>();
    }

    [Fact]
    public async Task Await_OfWhatRunsElsewhere_LetsWhatWasBegunBesideGoOn()
    {
        await using var executor = new ThreadExecutor(2);
        using var gate = new Gate();
        var bell = new TaskCompletionSource();
        var rung = new TaskCompletionSource();

        Future<int> outer = executor.Submit(async () =>
        {
            _ = BesideAsync();
            return await executor.Submit(Gate.Pass, gate.Path);
        });
        Visitor visitor = await gate.NextAsync();
        bell.SetResult();

        // By the thread that sleeps for the other task.
        await rung.Task.InTime();
        Assert.False(outer.IsDone);
        visitor.LetPass();
        Assert.Equal(Environment.ProcessId, await outer.InTime());

        async Task BesideAsync()
        {
            await bell.Task;
            rung.SetResult();
        }
    }

    [Fact]
    public async Task Await_WhereOneThreadIsBusy_WaitsForIt()
    {
        await using var executor = new ThreadExecutor(2);
        using var gate = new Gate();
        long before = DeadlockSearch.Searches;

        Future<int> busy = executor.Submit(Gate.Pass, gate.Path);
        Visitor visitor = await gate.NextAsync();
        Future<int> outer = executor.Submit(async () => await executor.Submit(static () => 1));

        // It has looked, and found somebody who will help.
        Assert.True(SpinWait.SpinUntil(() => DeadlockSearch.Searches > before + 1, Waits.Hang));
        visitor.LetPass();
        Assert.Equal(1, await outer.InTime());
        await busy.InTime();
    }

    [Fact]
    public async Task Await_InABranchBesideTheFunction_ProvesNothing()
    {
        await using var executor = new ThreadExecutor(1);
        var bell = new TaskCompletionSource();

        // The function itself waits for a bell, and only its branch for a thread.
        Future<int> outer = executor.Submit(async () =>
        {
            Task<int> branch = BranchAsync();
            await Task.WhenAny(branch, bell.Task);
            return branch.IsCompleted ? 1 : 2;
        });
        await PassAsync(Long);
        Assert.False(outer.IsDone);
        bell.SetResult();

        Assert.Equal(2, await outer.InTime());

        async Task<int> BranchAsync() => await executor.Submit(static () => 1);
    }

    [Fact]
    public async Task Await_ByWhoHoldsALock_IsNotTakenForAHoldThatStays()
    {
        await using var executor = new ThreadExecutor(2);
        using ILock held = ThreadScope.Create().CreateLock();
        using var gate = new Gate();
        var bell = new TaskCompletionSource();
        long before = DeadlockSearch.Searches;

        // The thread awaits a task that wants its lock; and gives that back meanwhile.
        Future<int> outer = executor.Submit(async () =>
        {
            Hold hold = held.Acquire();
            _ = GiveBackAsync(hold);
            return await executor.Submit(() =>
            {
                using Hold inner = held.Acquire();
                return 1;
            });
        });
        Assert.True(SpinWait.SpinUntil(() => DeadlockSearch.Searches > before + 3, Waits.Hang));
        Assert.False(outer.IsDone);
        bell.SetResult();

        Assert.Equal(1, await outer.InTime());

        async Task GiveBackAsync(Hold hold)
        {
            await bell.Task;
            hold.Dispose();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Await_OfATaskWithATime_EndsByThat(bool isAsync)
    {
        await using var executor = new ThreadExecutor(1);
        var limited = new TaskOptions { Timeout = Long, TimeoutStart = TimeoutStart.Submission };

        Future<int> outer = isAsync
            ? executor.Submit(async () => await executor.Submit(static () => 1, limited))
            : executor.Submit(() => executor.Submit(static () => 1, limited).Result());

        await outer.FailsWith<TimeoutException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Await_InATaskWithATime_EndsByThat(bool isAsync)
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 1, Grace = TimeSpan.Zero });
        var limited = new TaskOptions { Timeout = Long };
        Future<int>? inner = null;

        Future<int> outer = isAsync
            ? executor.Submit(async () => await (inner = executor.Submit(static () => 1)), limited)
            : executor.Submit(() => (inner = executor.Submit(static () => 1)).Result(), limited);

        // The thread that takes the place of the one that was given up runs what that waited for.
        await outer.FailsWith<TimeoutException>();
        Assert.Equal(1, await inner!.InTime());
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }
}
