using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// </summary>
/// <summary>What an executor keeps that runs its functions while the caller goes on: everything an executor keeps, and this.</summary>
public abstract partial class BackgroundExecutorContract : ExecutorContract
{
    /// <summary>Whether functions get copies of their arguments, and their values come back as copies.</summary>
    protected virtual bool CanIsolate => false;

    /// <summary>How many values a function may be ahead of who takes them.</summary>
    protected abstract int FurthestAhead { get; }

    [Fact]
    public async Task Submit_OfMoreTasksThanWorkers_RunsAsManyAsThereAreWorkers()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();

        Future<int>[] futures = [.. Enumerable.Range(0, 6).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] first = await gate.NextAsync(2);

        // Nobody else comes before one of these has gone.
        Assert.Equal(2, executor.WorkerCount);
        Assert.Equal(2, executor.GetStatistics().BusyWorkers);
        Assert.False(gate.HasVisitor);
        first[0].LetPass();
        await gate.NextAsync();
        Assert.False(gate.HasVisitor);
        Assert.Equal(1, futures.Count(static future => future.IsDone));
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_BehindATaskThatIsSlow_IsRunByTheOther()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();

        // Whatever is handed to a worker ahead of time must not wait for what that worker does.
        Future<int>[] before = [.. Enumerable.Range(0, 20).Select(number => executor.Submit(Work.Add, number, 0))];
        Future<int> slow = executor.Submit(Gate.Pass, gate.Path);
        Future<int>[] after = [.. Enumerable.Range(0, 100).Select(number => executor.Submit(Work.Add, number, 0))];
        await gate.NextAsync();
        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(after.Select(static future => future.Task)).InTime());
        Assert.All(before, static future => Assert.True(future.IsDone));
        Assert.Equal(FutureState.Running, slow.State);

        gate.Open();
        await slow.InTime();
    }

    [Fact]
    public async Task State_FromSubmissionToEnd_SaysWhereItStands()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int> first = executor.Submit(Gate.Pass, gate.Path);
        Visitor visitor = await gate.NextAsync();
        Future<int> second = executor.Submit(Work.Add, 2, 3);

        Assert.Equal((FutureState.Running, FutureState.Pending), (first.State, second.State));
        visitor.LetPass();
        await first.InTime();
        await second.InTime();
        Assert.Equal((FutureState.Succeeded, FutureState.Succeeded), (first.State, second.State));
    }

    [Fact]
    public async Task AddDoneCallback_OfOneThatBlocks_HoldsUpNoOtherTask()
    {
        await using IExecutor executor = Create(1);
        using var gate = new ManualResetEventSlim();
        executor.Submit(Work.Add, 1, 2).AddDoneCallback(_ => gate.Wait(Waits.Hang));

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(i, await executor.Submit(Work.Add, i, 0).InTime());
        }

        gate.Set();
    }

    [Fact]
    public async Task Submit_OfAnArgumentThatIsChangedLater_SeesItAsItWasWhereValuesAreCopies()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        var numbers = new List<int> { 1, 2 };

        Future<int> sum = executor.Submit(static (List<int> numbers) => numbers.Sum(), numbers);
        numbers.Add(3);
        gate.Open();

        Assert.Equal(CanIsolate ? 3 : 6, await sum.InTime());
        await busy[0].InTime();
    }

    [Fact]
    public async Task GetStatistics_AfterTasksOfEachEnd_CountsThem()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        await executor.Submit(Work.Add, 1, 2).InTime();
        await executor.Submit(Work.Fail, "test").FailsWith<InvalidDataException>();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> cancelled = executor.Submit(Work.Add, 1, 2);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);
        cancelled.Cancel();

        ExecutorStatistics meanwhile = executor.GetStatistics();
        gate.Open();
        await waiting.InTime();
        await busy[0].InTime();
        ExecutorStatistics after = executor.GetStatistics();

        Assert.Equal((1, 1, 2), (meanwhile.Workers, meanwhile.BusyWorkers, meanwhile.Pending + meanwhile.Running));
        Assert.Equal((3, 1, 1), (after.Succeeded, after.Failed, after.Cancelled));
        Assert.Equal((0, 0), (after.Pending, after.Running));
    }

    [Fact]
    public async Task Cancel_OfAChainBeforeItsTurn_LeavesTheFirstAlone()
    {
        await using IExecutor executor = Create(1);
        using var gate = new Gate();
        string note = NewPath();
        Future<int> first = executor.Submit(Gate.Pass, gate.Path);
        await gate.NextAsync();
        Future<int> next = first.Then(executor, pid =>
        {
            Work.Note(note, "ran");
            return pid;
        });

        Assert.Equal(FutureState.Pending, next.State);
        Assert.True(next.Cancel());
        await next.IsCancelled();
        gate.Open();

        await first.InTime();
        await executor.Submit(Work.Add, 1, 2).InTime();
        Assert.Empty(Lines(note));
    }

    [Fact]
    public async Task Cancel_OfAChainThatWaitsForAWorker_NeverRunsIt()
    {
        await using IExecutor executor = Create(1);
        using var inline = new InlineExecutor();
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> next = inline.Submit(static () => 1).Then(executor, Noting(note));
        await UntilAsync(() => executor.GetStatistics().Pending == 1);

        Assert.True(next.Cancel());

        await next.IsCancelled();
        gate.Open();
        await busy[0].InTime();
        await executor.Submit(Work.Add, 1, 2).InTime();
        Assert.Empty(Lines(note));
    }

    // What a lambda beside others captures is theirs as well, and must travel.
    private static Func<int, int> Noting(string note) => number =>
    {
        Work.Note(note, "ran");
        return number;
    };
}
