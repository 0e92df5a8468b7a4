using Plait.Execution;
using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What executors keep whose order a policy decides.</summary>
public abstract class ExecutorPolicyContract : ExecutorTest
{
    /// <summary>An executor of so many workers under a policy.</summary>
    protected abstract IExecutor Create(int workers, SchedulingPolicy policy);

    public static TheoryData<string> Policies => ["fifo", "lifo", "sjf", "priority", "rr", "mlfq", "fair"];

    [Fact]
    public async Task Submit_WithPriorities_RunsTheSmallerFirst() =>
        Assert.Equal(
            ["0", "1a", "1b", "5", "9"],
            await OrderOfAsync(new PriorityPolicy(), [("5", new() { Priority = 5 }), ("1a", new() { Priority = 1 }), ("9", new() { Priority = 9 }), ("0", new() { Priority = 0 }), ("1b", new() { Priority = 1 })]));

    [Fact]
    public async Task Submit_WithExpectedCosts_RunsTheShortestFirst() =>
        Assert.Equal(
            ["1 ms", "2 ms", "1 s"],
            await OrderOfAsync(
                new ShortestJobFirstPolicy(),
                [
                    ("1 s", new() { ExpectedCost = TimeSpan.FromSeconds(1) }),
                    ("2 ms", new() { ExpectedCost = TimeSpan.FromMilliseconds(2) }),
                    ("1 ms", new() { ExpectedCost = TimeSpan.FromMilliseconds(1) }),
                ]));

    [Fact]
    public async Task Submit_LastInFirstOut_RunsTheLatestFirst() =>
        Assert.Equal(["c", "b", "a"], await OrderOfAsync(new LifoPolicy(), [("a", new()), ("b", new()), ("c", new())]));

    [Fact]
    public async Task Submit_WithShares_TakesTurnsByWeight()
    {
        string[] order = await OrderOfAsync(
            new FairSharePolicy(),
            [.. Enumerable.Range(0, 20).Select(static number => ($"heavy{number}", new TaskOptions { ShareClass = "heavy" })), .. Enumerable.Range(0, 5).Select(static number => ($"light{number}", new TaskOptions { ShareClass = "light" }))]);

        // They come behind twenty others, and do not wait for them.
        Assert.Contains(order[..20], static name => name.StartsWith("light", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_OfANameThatTookLong_IsExpectedToTakeLong()
    {
        await using IExecutor executor = Create(1, new ShortestJobFirstPolicy());
        await executor.Submit(Work.AddAsync, 1, 1, new TaskOptions { Name = "long" }).InTime();
        using (var learn = new Gate())
        {
            Future<int> slow = executor.Submit(Gate.Pass, learn.Path, new TaskOptions { Name = "long" });
            await learn.NextAsync();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
            await timer.WaitForNextTickAsync();
            learn.Open();
            await slow.InTime();
        }

        for (int i = 0; i < 10; i++)
        {
            await executor.Submit(Work.Add, 1, 1, new TaskOptions { Name = "short" }).InTime();
        }

        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future last = executor.Submit(Work.Note, note, "long", new TaskOptions { Name = "long" });
        Future first = executor.Submit(Work.Note, note, "short", new TaskOptions { Name = "short" });
        gate.Open();
        await Task.WhenAll(busy[0].Task, first.Task, last.Task).InTime();

        Assert.Equal(["short", "long"], Lines(note));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Submit_OfThousandsUnderAnyPolicy_RunsEachOnce(string name)
    {
        await using IExecutor executor = Create(3, Make(name));
        var random = new Random(5);

        Future<int>[] futures =
        [
            .. Enumerable.Range(0, 3000).Select(number => executor.Submit(
                Work.Add,
                number,
                0,
                new TaskOptions { Name = $"n{number % 7}", Priority = random.Next(5), ShareClass = $"c{number % 3}", ExpectedCost = TimeSpan.FromMicroseconds(random.Next(100)) })),
        ];
        futures[2500].Cancel();
        int[] values = await Task.WhenAll(futures.Where(static future => !future.IsCancelled).Select(static future => future.Task)).InTime();

        Assert.InRange(values.Length, 2999, 3000);
        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.Equal(values.Length, executor.GetStatistics().Succeeded);
        Assert.Equal(0, executor.GetStatistics().Pending);
    }

    [Fact]
    public async Task Submit_OfWhatHasWaitedLong_RunsBeforeTheMoreUrgent()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = SchedulingTime.Millisecond }));
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future old = executor.Submit(Work.Note, note, "old", new TaskOptions { Priority = 5 });

        // More than five times the interval that makes up for one step.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        await timer.WaitForNextTickAsync();
        Future urgent = executor.Submit(Work.Note, note, "urgent");
        gate.Open();
        await Task.WhenAll(busy[0].Task, old.Task, urgent.Task).InTime();

        Assert.Equal(["old", "urgent"], Lines(note));
    }

    [Fact]
    public async Task Cancel_OfWhatWaits_LeavesTheOthersInOrder()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy());
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future[] futures = [.. Enumerable.Range(0, 6).Select(number => executor.Submit(Work.Note, note, $"{number}", new TaskOptions { Priority = -number }))];

        Assert.True(futures[5].Cancel());
        Assert.True(futures[2].Cancel());
        Assert.Equal(4, executor.GetStatistics().Pending);
        gate.Open();
        await Task.WhenAll([busy[0].Task, .. futures.Where(static future => !future.IsCancelled).Select(static future => future.Task)]).InTime();

        Assert.Equal(["4", "3", "1", "0"], Lines(note));
    }

    [Fact]
    public async Task Submit_OfWhatFailsAndIsTriedAgain_IsOrderedAnew()
    {
        await using IExecutor executor = Create(1, new PriorityPolicy());
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        string tries = NewPath();
        Future last = executor.Submit(Work.Note, note, "last", new TaskOptions { Priority = 9 });
        Future<int> failing = executor.Submit(Work.FailUntil, tries, 3, new TaskOptions { Priority = 1, Retries = new RetryPolicy { Count = 5, ShouldRetry = static _ => true } });
        gate.Open();
        await Task.WhenAll(busy[0].Task, last.Task, failing.Task).InTime();

        Assert.Equal(3, await failing.InTime());
        Assert.Equal(["last"], Lines(note));
        Assert.Equal(2, executor.GetStatistics().Retried);
    }

    [Fact]
    public async Task Submit_OfOneKey_KeepsTheKeyAndTheOrderOfOthers()
    {
        await using IExecutor executor = Create(2, new PriorityPolicy());
        using var gate = new Gate();
        using var second = new Gate();
        string note = NewPath();
        Future<int> holder = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Key = "k" });
        await gate.NextAsync();
        Future waits = executor.Submit(Work.Note, note, "key", new TaskOptions { Key = "k", Priority = -5 });
        Future<int> other = executor.Submit(Gate.Pass, second.Path, new TaskOptions { Priority = 5 });

        // The other worker has it, urgent or not: nothing of the key's runs before the key is free.
        await second.NextAsync();
        Assert.False(waits.IsDone);
        gate.Open();
        await Task.WhenAll(holder.Task, waits.Task).InTime();
        second.Open();
        await other.InTime();
        Assert.Equal(["key"], Lines(note));
    }

    [Fact]
    public async Task Map_UnderAPolicy_GivesAllInOrder()
    {
        await using IExecutor executor = Create(2, new ShortestJobFirstPolicy());
        var values = new List<int>();

        await foreach (int value in executor.Map(Enumerable.Range(0, 2000), static number => number * 2))
        {
            values.Add(value);
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(static number => number * 2), values);
    }

    [Fact]
    public async Task Stream_UnderAPolicy_GivesAllInOrder()
    {
        await using IExecutor executor = Create(1, new FairSharePolicy());
        var values = new List<int>();

        await foreach (int value in executor.Stream<int>(new WorkRequest((Func<int, IAsyncEnumerable<int>>)Work.CountAsync, [300])))
        {
            values.Add(value);
        }

        Assert.Equal(Enumerable.Range(0, 300), values);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Shutdown_WithMuchWaiting_EndsIt()
    {
        IExecutor executor = Create(1, new MultilevelFeedbackPolicy());
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int>[] waiting = [.. Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Add, number, 0))];

        Task<bool> over = executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang);
        Assert.All(waiting, static future => Assert.True(future.IsCancelled));
        gate.Open();

        Assert.True(await over.InTime());
        Assert.True(busy[0].IsDone);
        await executor.DisposeAsync();
    }

    protected static SchedulingPolicy Make(string name) => name switch
    {
        "fifo" => new FifoPolicy(),
        "lifo" => new LifoPolicy(),
        "sjf" => new ShortestJobFirstPolicy(),
        "priority" => new PriorityPolicy(),
        "rr" => new RoundRobinPolicy(SchedulingTime.Millisecond),
        "mlfq" => new MultilevelFeedbackPolicy(),
        _ => new FairSharePolicy(),
    };

    // Submitted while the one thread is busy, so that the policy alone decides.
    private async Task<string[]> OrderOfAsync(SchedulingPolicy policy, (string Name, TaskOptions Options)[] tasks)
    {
        await using IExecutor executor = Create(1, policy);
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future[] futures = [.. tasks.Select(task => executor.Submit(Work.Note, note, task.Name, task.Options))];
        gate.Open();
        await Task.WhenAll([busy[0].Task, .. futures.Select(static future => future.Task)]).InTime();
        return Lines(note);
    }
}
