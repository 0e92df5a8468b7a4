using System.Diagnostics;
using Plait.Benchmarks.Peers;
using Plait.Execution;
using Plait.Scheduling;

namespace Plait.Benchmarks.Executor;

/// <summary>What a thread executor costs: a call, many calls, the same under policies; and what futures cost to wait for.</summary>
internal static class ThreadCases
{
    private static readonly Func<int> Nothing = static () => 1;

    public static IEnumerable<BenchCase> Cases() =>
    [
        Call(), Tiny(), .. Policies().Select(static policy => UnderPolicy(policy.Name, policy.Policy)), AsCompleted(),
    ];

    private static BenchCase Call()
    {
        var executor = new ThreadExecutor(2);
        return new BenchCase
        {
            Area = ExecutorArea.Name,
            Name = "thread executor, submit + await, a call",
            Unit = BenchUnit.Nanoseconds,
            Ours = calls => new BenchRound([Awaited(calls, async count =>
            {
                for (int i = 0; i < count; i++)
                {
                    _ = await executor.Submit(Nothing);
                }
            })]),
            Peers =
            [
                LocalPeer.Create("Task.Run", calls => [Awaited(calls, static async count =>
                {
                    for (int i = 0; i < count; i++)
                    {
                        _ = await Task.Run(Nothing).ConfigureAwait(false);
                    }
                })]),
                PythonPeer.Create("CPython ThreadPoolExecutor", "thread_pool", "call") with { Goal = 15 },
            ],

            // At most one and a half times Task.Run.
            Goal = 0.67,
            TearDown = executor.Dispose,
            Full = new BenchSize(Rounds: 31, WarmUps: 10, Operations: 20_000),
            Quick = new BenchSize(Rounds: 9, WarmUps: 5, Operations: 10_000),
        };
    }

    private static BenchCase Tiny()
    {
        var executor = new ThreadExecutor(2);
        return new BenchCase
        {
            Area = ExecutorArea.Name,
            Name = "thread executor, tiny tasks submitted one by one, then awaited, a task",
            Unit = BenchUnit.Nanoseconds,
            Ours = tasks =>
            {
                long before = GC.GetTotalAllocatedBytes();
                double figure = Submitted(executor, tasks, options: null);
                return new BenchRound([figure], $"{tasks:N0} tasks, 2 threads, {(GC.GetTotalAllocatedBytes() - before) / tasks} bytes a task");
            },
            Peers =
            [
                LocalPeer.Create("Task.Run", static tasks => [Run(tasks)]),
                PythonPeer.Create("CPython ThreadPoolExecutor", "thread_pool", "tiny") with { Goal = 15 },
            ],
            Goal = 0.8,
            TearDown = executor.Dispose,
            Full = new BenchSize(Rounds: 9, WarmUps: 3, Operations: 1_000_000),
            Quick = new BenchSize(Rounds: 5, WarmUps: 3, Operations: 200_000),
        };
    }

    private static (string Name, Func<SchedulingPolicy> Policy)[] Policies() =>
    [
        ("shortest job first", static () => new ShortestJobFirstPolicy()),
        ("priority", static () => new PriorityPolicy()),
        ("fair share", static () => new FairSharePolicy()),
        ("multilevel feedback", static () => new MultilevelFeedbackPolicy()),
    ];

    private static BenchCase UnderPolicy(string name, Func<SchedulingPolicy> policy)
    {
        var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 2, Policy = policy() });
        var plain = new ThreadExecutor(2);
        var options = new TaskOptions { Name = "tiny", Priority = 1, ShareClass = "a" };
        return new BenchCase
        {
            Area = ExecutorArea.Name,
            Name = $"thread executor, tiny tasks by {name}, a task",
            Unit = BenchUnit.Nanoseconds,
            Ours = tasks => new BenchRound([Submitted(executor, tasks, options)]),
            Peers = [LocalPeer.Create("ours in the default order", tasks => [Submitted(plain, tasks, options)])],
            Goal = 0.5,
            TearDown = () =>
            {
                executor.Dispose();
                plain.Dispose();
            },
            Full = new BenchSize(Rounds: 9, WarmUps: 3, Operations: 200_000),
            Quick = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 50_000),
        };
    }

    private static BenchCase AsCompleted() => new()
    {
        Area = ExecutorArea.Name,
        Name = "futures taken as they end, half of them while it goes on, a future",
        Unit = BenchUnit.Nanoseconds,
        Ours = static futures => new BenchRound([Taken(futures)], $"{futures:N0} futures; {Taken(futures / 10):0} ns each for a tenth of them"),
        Peers = [PythonPeer.Create("CPython as_completed", "thread_pool", "completed")],
        Goal = 20,
        Full = new BenchSize(Rounds: 9, WarmUps: 3, Operations: 100_000),
        Quick = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 100_000),
    };

    // By code that runs on the runtime's own pool, as most async code does.
    private static double Awaited(int calls, Func<int, Task> loop)
    {
        long start = Stopwatch.GetTimestamp();
        Task.Run(() => loop(calls)).GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }

    private static double Submitted(ThreadExecutor executor, int tasks, TaskOptions? options)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        var futures = new Future<int>[tasks];
        for (int i = 0; i < tasks; i++)
        {
            futures[i] = executor.Submit(Nothing, options);
        }

        foreach (Future<int> future in futures)
        {
            _ = future.Result();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / tasks;
    }

    private static double Run(int count)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        var tasks = new Task<int>[count];
        for (int i = 0; i < count; i++)
        {
            tasks[i] = Task.Run(Nothing);
        }

        Task.WaitAll(tasks);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
    }

    private static double Taken(int count)
    {
        var futures = new CompletedByHand[count];
        for (int i = 0; i < count; i++)
        {
            futures[i] = new CompletedByHand();
            if (i < count / 2)
            {
                futures[i].Complete();
            }
        }

        long start = Stopwatch.GetTimestamp();
        int next = count / 2;
        foreach (CompletedByHand _ in Future.AsCompleted(futures))
        {
            if (next < count)
            {
                futures[next++].Complete();
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
    }
}
