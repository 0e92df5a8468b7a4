using Plait.Execution;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Execution;

// The futures that an executor gives, and functions that start something themselves: by the cases of CPython's test_future and test_thread_pool, mpire and joblib, in tests/ported.md.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task AddDoneCallback_OfTasksOfEveryEnd_GetsTheFutureWithIt()
    {
        await using IExecutor executor = Create();
        Future<int>[] futures = [executor.Submit(Work.Add, 5, 0), executor.Submit(Work.Fail, "test"), executor.Submit(Work.Add, 6, 0, cancellationToken: new CancellationToken(canceled: true))];

        Future<int>[] early = await ToldAsync(futures);
        Assert.Equal(futures, early);

        // And once more, now that they have ended.
        Future<int>[] late = await ToldAsync(futures);

        Assert.Equal(futures, late);
        Assert.Equal([FutureState.Succeeded, FutureState.Faulted, FutureState.Cancelled], futures.Select(static future => future.State));
        Assert.Equal(5, late[0].Result());
        Assert.Equal("test", Assert.IsType<InvalidDataException>(late[1].Exception).Message);
        Assert.True(late[2].IsCancelled);

        static Task<Future<int>[]> ToldAsync(Future<int>[] futures) => Task.WhenAll(futures.Select(static future =>
        {
            var told = new TaskCompletionSource<Future<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
            future.AddDoneCallback((Future<int> done) => told.SetResult(done));
            return told.Task;
        })).InTime();
    }

    [Fact]
    public async Task AddDoneCallback_OfSeveral_CallsThemInOrderPastOneThatThrows()
    {
        await using IExecutor executor = Create(1);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = new List<int>();
        Future<int> future = executor.Submit(Work.Add, 1, 2);

        future.AddDoneCallback(_ => calls.Add(1));
        future.AddDoneCallback(_ => throw new InvalidDataException("a callback's own"));
        future.AddDoneCallback(_ => calls.Add(2));
        future.AddDoneCallback(_ => over.SetResult());

        await over.Task.InTime();
        Assert.Equal([1, 2], calls);
        Assert.Equal(3, await future.InTime());
        Assert.Equal(7, await executor.Submit(Work.Add, 3, 4).InTime());
    }

    [Fact]
    public async Task Result_AskedForAgain_IsTheSame()
    {
        await using IExecutor executor = Create();
        Future<List<int>>[] futures = [.. Enumerable.Range(0, 10).Select(number => executor.Submit(static (int number) => new List<int> { number }, number))];
        Future<int> failed = executor.Submit(Work.Fail, "test");

        List<int>[] first = [.. futures.Select(static future => future.Result(Waits.Hang))];
        List<int>[] second = [.. futures.Select(static future => future.Result(TimeSpan.Zero))];

        Assert.Equal(Enumerable.Range(0, 10), first.Select(Assert.Single));
        Assert.All(first.Zip(second), static pair => Assert.Same(pair.First, pair.Second));
        Assert.Same(failed.GetException(Waits.Hang), Assert.Throws<InvalidDataException>(() => failed.Result()));
    }

    [Fact]
    public async Task ToString_OfTasksOfEveryEnd_SaysHowTheyEnded()
    {
        await using IExecutor executor = Create();
        Future<int> succeeded = executor.Submit(Work.Add, 1, 2, new TaskOptions { Name = "sum" });
        Future<int> failed = executor.Submit(Work.Fail, "of no use", new TaskOptions { Name = "failure" });
        await succeeded.InTime();
        await failed.FailsWith<InvalidDataException>();

        Assert.Contains("sum", $"{succeeded}", StringComparison.Ordinal);
        Assert.Contains($"{FutureState.Succeeded}", $"{succeeded}", StringComparison.OrdinalIgnoreCase);
        Assert.Contains("failure", $"{failed}", StringComparison.Ordinal);
        Assert.Contains(nameof(InvalidDataException), $"{failed}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_ForTasksOfEveryEnd_SeesThemAllDone()
    {
        await using IExecutor executor = Create();
        Future<int>[] futures = [executor.Submit(Work.Add, 1, 2), executor.Submit(Work.Fail, "test"), executor.Submit(Work.Add, 1, 2, cancellationToken: new CancellationToken(canceled: true))];

        FutureSplit<Future<int>> split = Future.Wait(futures, timeout: Waits.Hang);

        Assert.Empty(split.NotDone);
        Assert.Equal(3, split.Done.Count);
        Assert.Equal(futures.ToHashSet(), Future.AsCompleted(futures, Waits.Hang).ToHashSet());
    }

    [Fact]
    public async Task Shutdown_RightAfterACancellation_Ends()
    {
        for (int round = 0; round < 3; round++)
        {
            IExecutor executor = Create(1);
            await executor.Submit(Work.Add, 1, 2).InTime();
            Future<int> future = executor.Submit(Work.Add, 3, 4);

            _ = future.Cancel();

            Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());
            Assert.True(future.IsDone);
            await executor.DisposeAsync();
        }
    }

    [Fact]
    public async Task Submit_FromAThreadOfOnesOwn_MakesUsesAndEndsAnExecutorThere()
    {
        var sum = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using IExecutor executor = Create();
                sum.SetResult(executor.Map(Enumerable.Range(0, 20), static number => 2 * number).ToArray().Sum() + executor.Submit(Work.Add, 1, 2).Result());
            }
            catch (Exception error)
            {
                sum.SetException(error);
            }
        });
        thread.Start();

        Assert.Equal(383, await sum.Task.InTime());
        thread.Join();
    }

    [Fact]
    public async Task Submit_OfAFunctionWithAnExecutorOfItsOwn_BringsItsValueOrItsError()
    {
        await using IExecutor executor = Create();

        Assert.Equal(45, await executor.Submit(SumInThreads, 10).InTime());
        DivideByZeroException error = await executor.Submit(SumInThreads, -3).FailsWith<DivideByZeroException>();

        // Who reads it finds both: the function, and what it had run by others.
        Assert.Contains(nameof(SumInThreads), error.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(NumberOrError), error.ToString(), StringComparison.Ordinal);

        static int SumInThreads(int count)
        {
            using var inner = new ThreadExecutor(2);
            return inner.Map(Enumerable.Range(count < 0 ? count : 0, Math.Abs(count)), NumberOrError).ToArray().Sum();
        }

        static int NumberOrError(int number) => number < 0 ? number / (number - number) : number;
    }

    [Fact]
    public async Task Submit_OfAFunctionThatStartsAProcess_BringsItsResult()
    {
        await using IExecutor executor = Create(1);

        (int child, int worker) = await executor.Submit(StartAsync).InTime();

        Assert.NotEqual(worker, child);

        static async Task<(int Child, int Worker)> StartAsync()
        {
            using var child = ChildProcess.Start(static () => Environment.ProcessId);
            return (await child, Environment.ProcessId);
        }
    }
}
