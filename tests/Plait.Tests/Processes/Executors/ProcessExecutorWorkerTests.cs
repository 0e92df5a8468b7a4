using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Which processes run the tasks, and what those find and leave there.</summary>
public sealed class ProcessExecutorWorkerTests : ProcessExecutorTest
{
    private static WeakReference? s_earlier;

    [Fact]
    public async Task Submit_OfOneTaskAfterAnother_UsesOneProcess()
    {
        ProcessExecutorOptions options = Small(4);
        options.MinimumWorkers = 1;
        await using var executor = new ProcessExecutor(options);
        var pids = new HashSet<int>();

        for (int i = 0; i < 20; i++)
        {
            pids.Add(await executor.Submit(static () => Environment.ProcessId).InTime());
        }

        Assert.NotEqual(Environment.ProcessId, Assert.Single(pids));
        Assert.Equal(1, executor.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task Submit_OfAsManyTasksAsWereRunBefore_StartsNoMoreProcesses()
    {
        ProcessExecutorOptions options = Small(4);
        options.MinimumWorkers = 0;
        await using var executor = new ProcessExecutor(options);
        for (int round = 0; round < 3; round++)
        {
            using var gate = new Gate();
            Future<int>[] futures = await OccupyAsync(executor, gate, 2);
            gate.Open();
            await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
        }

        Assert.Equal((2, 2L), (executor.GetStatistics().Workers, executor.GetStatistics().WorkersStarted));
    }

    [Fact]
    public async Task Submit_ToAnExecutorWithoutAWorkerYet_StartsOne()
    {
        ProcessExecutorOptions options = Small(2);
        options.MinimumWorkers = 0;
        await using var executor = new ProcessExecutor(options);
        Assert.Empty(executor.GetWorkers());

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Submit_OfATaskThatExits_NamesTheCodeAndHarmsNoOther()
    {
        await using var executor = new ProcessExecutor(Small(2));
        using var gate = new Gate();
        Future<int>[] neighbour = await OccupyAsync(executor, gate, 1);

        Future future = executor.Submit(static () => Environment.Exit(99), new TaskOptions { Name = "leaves early" });

        WorkerDiedException died = await future.FailsWith<WorkerDiedException>();
        Assert.Equal((99, 1, "leaves early"), (died.Outcome.ExitCode!.Value, died.Deaths, died.TaskName));
        Assert.Contains("99", died.Message, StringComparison.Ordinal);
        Assert.Contains("leaves early", died.Message, StringComparison.Ordinal);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        gate.Open();
        Assert.NotEqual(died.Pid, await neighbour[0].InTime());
    }

    [Fact]
    public async Task Kill_OfAWorkerThatRuns_FailsItsOwnTaskOnly()
    {
        await using var executor = new ProcessExecutor(Small(2));
        using var gate = new Gate();
        Future<int>[] running = [executor.Submit(Gate.Pass, gate.Path), executor.Submit(Gate.Pass, gate.Path)];
        Visitor[] visitors = await gate.NextAsync(2);
        Future<int>[] waiting = [.. Enumerable.Range(0, 20).Select(number => executor.Submit(Work.Add, number, 0))];

        Deaths.Family.Signal(visitors[0].Pid, 9);

        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(waiting.Select(static future => future.Task)).InTime());
        gate.Open();
        foreach (Future<int> future in running)
        {
            Exception? error = future.GetException(Waits.Hang);
            Assert.True(error is null ? future.Result() == visitors[1].Pid : error is WorkerDiedException died && died.Pid == visitors[0].Pid && died.Outcome.Signal == 9, $"{error}");
        }

        _ = Assert.Single(running, static future => future.State == FutureState.Faulted);
        await UntilAsync(() => executor.GetStatistics() is { WorkersDied: 1, Workers: 2 });
    }

    [Fact]
    public async Task Kill_OfAWorkerThatIsIdle_IsMendedWithoutALoss()
    {
        await using var executor = new ProcessExecutor(Small());
        var events = Watch(executor);
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();

        Deaths.Family.Signal(pid, 9);

        await UntilAsync(() => Has(events, WorkerEventKind.Died));
        Assert.Equal(pid, events.First(static happened => happened.Kind == WorkerEventKind.Died).Pid);
        Assert.NotEqual(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
    }

    [Fact]
    public async Task Submit_OfATaskThatKeepsItsArgument_LetsGoOfItInTheWorkerToo()
    {
        await using var executor = new ProcessExecutor(Small());

        await executor.Submit(static (List<int> numbers) => RememberWeakly(numbers), new List<int> { 1, 2, 3 }).InTime();
        await executor.Submit(Work.Add, 1, 2).InTime();

        Assert.False(await executor.Submit(IsEarlierAlive).InTime());
    }

    [Fact]
    public async Task Submit_OfATaskThatReturnsAnObject_LetsGoOfItInTheWorkerToo()
    {
        await using var executor = new ProcessExecutor(Small());

        List<int> back = await executor.Submit(static () => RememberWeakly([1, 2, 3])).InTime();
        Assert.Equal([1, 2, 3], back);
        await executor.Submit(Work.Add, 1, 2).InTime();

        Assert.False(await executor.Submit(IsEarlierAlive).InTime());
    }

    [Fact]
    public async Task Submit_OfLargeValues_BringsThemBothWays()
    {
        await using var executor = new ProcessExecutor(Small(2));
        byte[] large = new byte[20_000_000];
        new Random(7).NextBytes(large);

        byte[][] reversed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => executor.Submit(Reverse, large).Task)).InTime();

        Assert.All(reversed, back => Assert.True(back.AsSpan().SequenceEqual(Reverse(large))));
    }

    [Fact]
    public async Task Submit_OfWhatCannotTravel_IsRefusedInTheCallersStack()
    {
        await using var executor = new ProcessExecutor(Small());
        using Stream stream = File.OpenRead("/dev/null");
        Func<int> function = ReadingFrom(stream);

        CannotTravelException refused = Assert.Throws<CannotTravelException>(() => { _ = executor.Submit(function); });

        Assert.Contains(nameof(stream), refused.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0L), (executor.GetStatistics().Pending, executor.GetStatistics().Running, executor.GetStatistics().Failed));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Current_InATask_IsItsWorker()
    {
        await using var executor = new ProcessExecutor(Small());
        Assert.Null(ProcessExecutor.Current);

        (int id, long number) first = await executor.Submit(static () => (ProcessExecutor.Current!.Id, ProcessExecutor.Current.TaskNumber)).InTime();
        (int id, long number) second = await executor.Submit(static () => (ProcessExecutor.Current!.Id, ProcessExecutor.Current.TaskNumber)).InTime();

        Assert.Equal(executor.GetWorkers()[0].Id, first.id);
        Assert.Equal((first.id, first.number + 1), second);
    }

    [Fact]
    public async Task State_OfAWorker_StaysFromTaskToTaskAndApartFromOthers()
    {
        await using var executor = new ProcessExecutor(Small(2));
        using var gate = new Gate();
        Future<int>[] counts = [.. Enumerable.Range(0, 2).Select(_ => executor.Submit(CountAtTheGate, gate.Path))];
        await gate.NextAsync(2);
        gate.Open();

        int[] first = await Task.WhenAll(counts.Select(static count => count.Task)).InTime();
        Assert.Equal([1, 1], first);
        int sum = 0;
        for (int i = 0; i < 6; i++)
        {
            sum = Math.Max(sum, await executor.Submit(CountAtTheGate, gate.Path).InTime());
        }

        Assert.InRange(sum, 2, 7);
    }

    [Fact]
    public async Task GetWorkers_WhileOneRuns_SaysWhat()
    {
        ProcessExecutorOptions options = Small(2);
        options.Name = "cooks";
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        Future<int> future = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Name = "soup" });
        Visitor visitor = await gate.NextAsync();

        WorkerInfo busy = executor.GetWorkers().Single(worker => worker.Pid == visitor.Pid);

        Assert.Equal((WorkerState.Busy, "soup"), (busy.State, busy.Task));
        Assert.StartsWith("cooks-", busy.Name, StringComparison.Ordinal);
        Assert.True(busy.TaskTime > TimeSpan.Zero && busy.Age >= busy.TaskTime, $"{busy}");
        gate.Open();
        await future.InTime();
        await UntilAsync(() => executor.GetWorkers().Count(static worker => worker is { State: WorkerState.Idle, Task: null }) == 2);
        Assert.Equal(1, executor.GetWorkers().Sum(static worker => worker.TasksDone));
        Assert.Equal(2, executor.GetWorkers().Select(static worker => worker.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task WorkerChanged_WithAHandlerThatThrows_HarmsNobody()
    {
        await using var executor = new ProcessExecutor(Small());
        executor.WorkerChanged += static _ => throw new InvalidOperationException("the handler's");
        var events = Watch(executor);
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();

        Deaths.Family.Signal(pid, 9);

        await UntilAsync(() => Has(events, WorkerEventKind.Died) && Has(events, WorkerEventKind.Ready));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Spares_WhenAWorkerEnds_TakeItsPlace()
    {
        ProcessExecutorOptions options = Small();
        options.Spares = 1;
        await using var executor = new ProcessExecutor(options);
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();
        await UntilAsync(() => executor.GetWorkers().Any(static worker => worker.State == WorkerState.Spare));
        int spare = executor.GetWorkers().Single(static worker => worker.State == WorkerState.Spare).Pid;

        Deaths.Family.Signal(pid, 9);

        await UntilAsync(() => executor.GetWorkers().All(worker => worker.Pid != pid));
        Assert.Equal(spare, await executor.Submit(static () => Environment.ProcessId).InTime());
        await UntilAsync(() => executor.GetWorkers().Any(static worker => worker.State == WorkerState.Spare));
    }

    private static Func<int> ReadingFrom(Stream stream) => () => stream.ReadByte();

    private static List<int> RememberWeakly(List<int> numbers)
    {
        s_earlier = new WeakReference(numbers);
        return numbers;
    }

    private static bool IsEarlierAlive()
    {
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return s_earlier!.IsAlive;
    }

    private static byte[] Reverse(byte[] bytes)
    {
        byte[] reversed = [.. bytes];
        Array.Reverse(reversed);
        return reversed;
    }

    private static int CountAtTheGate(string gate)
    {
        IDictionary<string, object?> state = ProcessExecutor.Current!.State;
        int count = state.TryGetValue("count", out object? before) ? (int)before! + 1 : 1;
        state["count"] = count;
        Gate.Pass(gate);
        return count;
    }
}
