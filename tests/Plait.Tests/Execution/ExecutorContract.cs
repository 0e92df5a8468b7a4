using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>
/// What every executor keeps, whatever runs its functions. An implementation derives from this, or from the contract
/// of those that can more, under the name XContractTests, and makes its executor.
/// </summary>
public abstract partial class ExecutorContract : ExecutorTest
{
    protected abstract IExecutor Create(ExecutorSettings settings);

    protected IExecutor Create(int workers = 2) => Create(new ExecutorSettings { Workers = workers });

    [Fact]
    public async Task Submit_OfFunctionsOfEveryShape_BringsTheirValues()
    {
        await using IExecutor executor = Create();
        string note = NewPath();

        await executor.Submit(() => Work.Note(note, "action")).InTime();
        await executor.Submit(Work.Note, note, "action with arguments").InTime();
        await executor.Submit(async () =>
        {
            await Task.Yield();
            Work.Note(note, "async action");
        }).InTime();
        await executor.Submit(
            async token =>
            {
                await Task.Yield();
                Work.Note(note, $"async action with token {token.CanBeCanceled}");
            }).InTime();
        await executor.Submit(token => Work.Note(note, $"action with token {token.CanBeCanceled}")).InTime();

        Assert.Equal(["action", "action with arguments", "async action", "async action with token True", "action with token True"], Lines(note));
        Assert.Equal(1, await executor.Submit(static () => 1).InTime());
        Assert.Equal(2, await executor.Submit(static async () => await Work.AddAsync(1, 1)).InTime());
        Assert.Equal(3, await executor.Submit(static (CancellationToken token) => token.IsCancellationRequested ? 0 : 3).InTime());
        Assert.Equal(4, await executor.Submit(static async (CancellationToken token) => await Work.AddAsync(2, token.CanBeCanceled ? 2 : 0)).InTime());
        Assert.Equal(5, await executor.Submit(static (int left) => left + 4, 1).InTime());
        Assert.Equal(6, await executor.Submit(Work.Add, 2, 4).InTime());
        Assert.Equal(7, await executor.Submit(Work.AddAsync, 3, 4).InTime());
        Assert.Equal("8 and nine", await executor.Submit(static (int number, string text) => $"{number} and {text}", 8, "nine").InTime());
    }

    [Fact]
    public async Task Submit_OfValuesThatLookLikeNothing_BringsThem()
    {
        await using IExecutor executor = Create(1);

        Assert.Null(await executor.Submit(static () => (string?)null).InTime());
        Assert.Empty(await executor.Submit(static () => string.Empty).InTime());
        Assert.Equal(0, await executor.Submit(static () => 0).InTime());
        Assert.False(await executor.Submit(static () => false).InTime());
        Assert.Empty(await executor.Submit(static () => Array.Empty<int>()).InTime());
    }

    [Fact]
    public async Task Submit_OfManyTasks_BringsEachItsOwnValue()
    {
        await using IExecutor executor = Create();

        Future<int>[] futures = [.. Enumerable.Range(0, 500).Select(number => executor.Submit(Work.Add, number, 1))];

        Assert.Equal(Enumerable.Range(1, 500), await Task.WhenAll(futures.Select(static future => future.Task)).InTime());
    }

    [Fact]
    public async Task Submit_FromManyThreads_BringsEachItsOwnValue()
    {
        await using IExecutor executor = Create();

        int[][] values = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            var seen = new int[50];
            for (int i = 0; i < seen.Length; i++)
            {
                seen[i] = await executor.Submit(Work.Add, thread * 1000, i).InTime();
            }

            return seen;
        })));

        for (int thread = 0; thread < values.Length; thread++)
        {
            Assert.Equal(Enumerable.Range(thread * 1000, 50), values[thread]);
        }
    }

    [Fact]
    public async Task Name_OfATask_IsItsFunctionsOrTheOneGiven()
    {
        await using IExecutor executor = Create(1);

        Future<int> plain = executor.Submit(Work.Add, 1, 2);
        Future<int> named = executor.Submit(Work.Add, 1, 2, new TaskOptions { Name = "sum of two" });

        Assert.Contains(nameof(Work.Add), plain.Name, StringComparison.Ordinal);
        Assert.Equal("sum of two", named.Name);
        await plain.InTime();
        await named.InTime();
    }

    [Fact]
    public async Task Submit_OfAFunctionThatThrows_BringsItsException()
    {
        await using IExecutor executor = Create();

        Future<int> failed = executor.Submit(Work.Fail, "what was wrong");
        InvalidDataException error = await failed.FailsWith<InvalidDataException>();
        InvalidDataException ofAction = await executor.Submit(static () => { Work.Fail("in an action"); }).FailsWith<InvalidDataException>();
        InvalidDataException ofAsync = await executor.Submit(static async () =>
        {
            await Task.Yield();
            Work.Fail("in an async function");
        }).FailsWith<InvalidDataException>();

        Assert.Equal("what was wrong", error.Message);
        Assert.Equal(FutureState.Faulted, failed.State);
        Assert.Equal(("in an action", "in an async function"), (ofAction.Message, ofAsync.Message));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Submit_OfAFunctionThatThrows_BringsTheStackOfWhereItWas()
    {
        await using IExecutor executor = Create(1);

        KeyNotFoundException error = await executor.Submit(Work.FailDeepDown, 3).FailsWith<KeyNotFoundException>();

        Assert.Equal(4, error.ToString().Split($"Work.{nameof(Work.FailDeepDown)}(Int32 depth)").Length - 1);
    }

    [Fact]
    public async Task Submit_OfAFunctionThatThrowsACancellationOfItsOwn_Fails()
    {
        await using IExecutor executor = Create(1);

        Future<int> future = executor.Submit(static int () => throw new OperationCanceledException("of my own accord"));

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => future.InTime());
        Assert.Equal("of my own accord", error.Message);
        Assert.Equal(FutureState.Faulted, future.State);
    }

    [Fact]
    public async Task Submit_FromADoneCallback_Works()
    {
        await using IExecutor executor = Create(1);
        var second = new TaskCompletionSource<int>();

        executor.Submit(Work.Add, 1, 2).AddDoneCallback(first => executor.Submit(Work.Add, first.Result(), 10).AddDoneCallback(next => second.SetResult(next.Result())));

        Assert.Equal(13, await second.Task.InTime());
    }

    [Fact]
    public async Task AddDoneCallback_OfASubmittedTask_RunsHereOnAThreadPoolThread()
    {
        await using IExecutor executor = Create(1);
        var where = new TaskCompletionSource<(int, bool)>();

        executor.Submit(Work.Add, 1, 2).AddDoneCallback(_ => where.SetResult((Environment.ProcessId, Thread.CurrentThread.IsThreadPoolThread)));

        Assert.Equal((Environment.ProcessId, true), await where.Task.InTime());
    }

    [Fact]
    public async Task Submit_OnceDone_HoldsNothingOfTheCall()
    {
        await using IExecutor executor = Create(1);
        (WeakReference argument, Future future) = await SubmitWithArgumentAsync(executor);

        // Each task may leave the one before it in a register or a field: two more pass.
        await executor.Submit(Work.Add, 1, 2).InTime();
        await executor.Submit(Work.Add, 1, 2).InTime();
        Waits.AreCollected(argument);
        Assert.True(future.IsDone);
    }

    private static async Task<(WeakReference Argument, Future Future)> SubmitWithArgumentAsync(IExecutor executor)
    {
        var argument = new List<int> { 1, 2, 3 };
        Future<int> future = executor.Submit(static (List<int> numbers) => numbers.Count, argument);
        Assert.Equal(3, await future.InTime());
        return (new WeakReference(argument), future);
    }
}
