using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Tasks beside each other, and what a worker begins with: by the cases of CPython's test_shutdown and test_init, mpire and joblib, in tests/ported.md.
public abstract partial class BackgroundExecutorContract
{
    /// <summary>How often the initializer runs when so many workers are at work.</summary>
    protected virtual int Initializations(int workers) => workers;

    [Fact]
    public async Task Submit_BesideATaskThatFails_IsNotHarmed()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        Future<int>[] first = await OccupyAsync(executor, gate, 1);

        await executor.Submit(Work.Fail, "the second").FailsWith<InvalidDataException>();
        Assert.Equal(FutureState.Running, first[0].State);
        await executor.Submit(static async token => await new TaskCompletionSource().Task.WaitAsync(token), timeout: TimeSpan.FromMilliseconds(10)).FailsWith<TimeoutException>();
        Assert.Equal(FutureState.Running, first[0].State);
        gate.Open();

        Assert.True(await first[0].InTime() > 0);
    }

    [Fact]
    public async Task Timeout_OfSomeOfManyTasks_FailsThoseOnly()
    {
        await using IExecutor executor = Create(3);

        Future<int>[] futures =
        [
            .. Enumerable.Range(0, 6).Select(number => number % 2 == 0
                ? executor.Submit(Work.Add, number, 0, timeout: TimeSpan.FromMinutes(10))
                : executor.Submit(static async token => { await new TaskCompletionSource().Task.WaitAsync(token); return 0; }, timeout: TimeSpan.FromMilliseconds(10))),
        ];

        for (int number = 0; number < futures.Length; number += 2)
        {
            Assert.Equal(number, await futures[number].InTime());
            await futures[number + 1].FailsWith<TimeoutException>();
        }

        Assert.Equal(3, executor.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task Submit_OfAFunctionThatChangesItsArgument_ChangesTheCallersOwnWhereNothingIsCopied()
    {
        await using IExecutor executor = Create(2);
        var numbers = new List<int>();

        Future[] futures = [.. Enumerable.Range(0, 5).Select(number => executor.Submit(Append, numbers, number))];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal(CanIsolate ? [] : Enumerable.Range(0, 5), numbers.Order());

        static void Append(List<int> numbers, int number)
        {
            lock (numbers)
            {
                numbers.Add(number);
            }
        }
    }

    [Fact]
    public async Task Submit_OfFewerTasksThanWorkers_StartsNoMoreWorkersThanAreNeeded()
    {
        await using IExecutor executor = Create(5);
        using var gate = new Gate();
        Future<int>[] futures = await OccupyAsync(executor, gate, 3);

        Assert.InRange(executor.GetStatistics().Workers, 1, 5);
        Assert.Equal(3, executor.GetStatistics().Running);
        gate.Open();
        Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());

        Assert.Equal((0, 0), (executor.GetStatistics().Workers, executor.GetStatistics().BusyWorkers));
        Assert.All(futures, static future => Assert.Equal(FutureState.Succeeded, future.State));
    }

    [Fact]
    public async Task Shutdown_ThatNobodyWaitsFor_FinishesWhatThereIs()
    {
        IExecutor executor = Create(2);
        string note = NewPath();
        Future[] futures = [.. Enumerable.Range(0, 10).Select(number => executor.Submit(Work.Note, note, $"{number}"))];

        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);

        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        Assert.Equal(10, Lines(note).Length);
        Assert.True(await shutdown.InTime());
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Initializer_OfEveryWorker_RunsBeforeItsFirstTask()
    {
        string note = NewPath();
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 2, Initializer = () => Work.Note(note, "initialized") });
        using var gate = new Gate();

        Future<int>[] futures = await OccupyAsync(executor, gate, 2);

        Assert.Equal(Enumerable.Repeat("initialized", Initializations(2)), Lines(note));
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        await executor.Submit(Work.Note, note, "a task").InTime();
        Assert.Equal(Initializations(2) + 1, Lines(note).Length);
    }

    [Fact]
    public async Task Initializer_ThatThrows_FailsEveryTaskWithAnErrorOfItsOwn()
    {
        using var gate = new Gate();
        string path = gate.Path;
        await using IExecutor executor = Create(new ExecutorSettings
        {
            Workers = 1,
            Initializer = () =>
            {
                Gate.Pass(path);
                Work.Fail("no licence");
            },
        });
        Future<int>[] futures = [.. Enumerable.Range(0, 5).Select(number => executor.Submit(Work.Add, number, 0))];
        await gate.NextAsync();

        // Some tasks wait for it by now. It is tried again where that may help.
        gate.Open();
        var errors = new List<Exception>();
        foreach (Future<int> future in futures)
        {
            ExecutorBrokenException broken = await future.FailsWith<ExecutorBrokenException>();
            Assert.Contains("no licence", broken.ToString(), StringComparison.Ordinal);
            errors.Add(broken);
        }

        // One object for all would carry the stacks of whoever asked for the others.
        Assert.Equal(errors.Count, errors.Distinct(ReferenceEqualityComparer.Instance).Count());
        await UntilAsync(() => Record.Exception(() => { _ = executor.Submit(Work.Add, 1, 2); }) is ExecutorBrokenException);
    }
}
