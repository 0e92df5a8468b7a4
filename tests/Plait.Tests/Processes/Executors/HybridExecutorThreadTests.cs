using System.Collections.Concurrent;
using Plait.Execution;
using Plait.Processes;
using Plait.Processes.Bootstrap;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Processes that the system gives fewer threads than they may have tasks. The thread that receives while the initializer runs is there before it can refuse the next.</summary>
public sealed class HybridExecutorThreadTests : ProcessExecutorTest
{
    private const int There = 2;

    private static readonly int[] s_mixed = [2, 0, 3, 1];

    [Fact]
    public async Task Submit_WhereTheSystemRefusesThreads_RunsTheRestLaterInTheSameProcess()
    {
        await using HybridExecutor executor = Create(processes: 1, Refuse);
        using var gate = new Gate();
        var events = new ConcurrentQueue<WorkerEvent>();
        executor.WorkerChanged += events.Enqueue;

        Future<int>[] futures = [.. Enumerable.Range(0, 8).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        var here = new Queue<Visitor>(await gate.NextAsync(There));
        for (int i = There; i < futures.Length; i++)
        {
            // Whoever goes makes room for exactly one.
            Assert.False(gate.HasVisitor);
            here.Dequeue().LetPass();
            here.Enqueue(await gate.NextAsync());
        }

        gate.Open();
        int[] pids = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Single(pids.Distinct());
        Assert.Equal((0, 1), (executor.GetStatistics().WorkersDied, executor.GetStatistics().StartsRefused));
        await UntilAsync(() => events.Any(static happened => happened.Kind == WorkerEventKind.StartRefused && happened.Message.Contains("2 tasks at once instead of 4", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Submit_WhereOneProcessIsShortOfThreads_UsesTheOther()
    {
        string first = NewPath();
        await using HybridExecutor executor = Create(processes: 2, () =>
        {
            try
            {
                new FileStream(first, FileMode.CreateNew).Dispose();
                Refuse();
            }
            catch (IOException)
            {
                // The other one was.
            }
        });
        using var gate = new Gate();
        await UntilAsync(() => executor.GetStatistics().Workers == 8);

        Future<int>[] futures = [.. Enumerable.Range(0, There + 4).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] visitors = await gate.NextAsync(There + 4);

        Assert.Equal([There, 4], visitors.GroupBy(static visitor => visitor.Pid).Select(static group => group.Count()).Order());
        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Submit_WhenTheSystemGrantsThreadsAgain_RunsAsManyAsBefore()
    {
        await using HybridExecutor executor = Create(processes: 1, Refuse);
        using (var first = new Gate())
        {
            Future<int>[] few = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, first.Path))];
            await first.NextAsync(There);
            first.Open();
            await Task.WhenAll(few.Select(static future => future.Task)).InTime();
        }

        Assert.True(await executor.Submit(Grant).InTime());
        using var gate = new Gate();
        Future<int>[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        await gate.NextAsync(4);
        gate.Open();
        Assert.Single((await Task.WhenAll(futures.Select(static future => future.Task)).InTime()).Distinct());
    }

    [Fact]
    public async Task Submit_BehindWhatDoesNotStop_RunsInTheNextProcess()
    {
        await using HybridExecutor executor = Create(processes: 1, Refuse, grace: TimeSpan.FromMilliseconds(50));
        using var gate = new Gate();
        Future<int>[] deaf = [.. Enumerable.Range(0, There).Select(_ => executor.Submit(Gate.Pass, gate.Path, new TaskOptions { Timeout = TimeSpan.FromMilliseconds(300) }))];
        await gate.NextAsync(There);
        Future<int> behind = executor.Submit(Work.Add, 1, 2);

        await Task.WhenAll(deaf.Select(static future => future.FailsWith<TimeoutException>()));
        Assert.Equal(3, await behind.InTime());
    }

    [Fact]
    public async Task Cancel_OfWhatHasNoThread_EndsItBeforeItBegins()
    {
        await using HybridExecutor executor = Create(processes: 1, Refuse);
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = [.. Enumerable.Range(0, There).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        await gate.NextAsync(There);
        Future waiting = executor.Submit(Work.Note, note, "ran");

        Assert.True(waiting.Cancel());
        await waiting.IsCancelled();
        gate.Open();
        await Task.WhenAll(busy.Select(static future => future.Task)).InTime();
        Assert.Empty(Lines(note));
    }

    [Fact]
    public async Task Submit_WhereTheSystemRefusesThreads_KeepsTheOrderOfThePolicy()
    {
        await using HybridExecutor executor = Create(processes: 1, Refuse, policy: new PriorityPolicy());
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] busy = [.. Enumerable.Range(0, There).Select(_ => executor.Submit(Gate.Pass, gate.Path))];
        Visitor[] visitors = await gate.NextAsync(There);
        Future[] waiting = [.. s_mixed.Select(priority => executor.Submit(Work.Note, note, $"{priority}", new TaskOptions { Priority = priority }))];
        await UntilAsync(() => executor.GetStatistics() is { StartsRefused: 1, Pending: 4 });

        visitors[0].LetPass();
        await Task.WhenAll(waiting.Select(static future => future.Task)).InTime();

        Assert.Equal(["0", "1", "2", "3"], Lines(note));
        gate.Open();
        await Task.WhenAll(busy.Select(static future => future.Task)).InTime();
    }

    private static HybridExecutor Create(int processes, Action initializer, TimeSpan? grace = null, SchedulingPolicy? policy = null) => new(new HybridExecutorOptions
    {
        Processes = processes,
        TasksPerProcess = 4,
        Spares = 0,
        Initializer = initializer,
        Grace = grace ?? TimeSpan.FromSeconds(20),
        Policy = policy,
    });

    private static void Refuse() => SharedWorkerLoop.StartThread = static _ => throw new OutOfMemoryException("no thread");

    private static bool Grant()
    {
        SharedWorkerLoop.StartThread = static thread => thread.UnsafeStart();
        return true;
    }
}
