using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pool;

internal sealed class ProcessPool() : Chapter(
    "process-pool",
    Parts.ProcessPool,
    "Twenty tasks on five workers: five processes do them all, and none of them is started anew.\n"
        + "Tasks end in any order; their results are taken in the order of submission. Without a number there is a worker a core.",
    "docs/process-executor.md",
    hasBreak: true)
{
    private const int Workers = 5;
    private const int Tasks = 20;

    public override async Task RunAsync(ChapterContext context)
    {
        var options = new ProcessExecutorOptions { Name = "five", Workers = context.IsBroken ? Workers + 1 : Workers, Spares = 0 };
        await using var pool = new ProcessExecutor(options);
        await Readiness.WaitAsync(pool, context.Cancellation);
        int[] before = [.. pool.GetWorkers().Select(w => w.Pid).Order()];
        context.Say($"the workers are {string.Join(", ", before)}");

        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.05 : 0.25);
        var ended = new System.Collections.Concurrent.ConcurrentQueue<int>();
        Future<(int Number, int Pid)>[] futures = [.. Enumerable.Range(0, Tasks).Select(number => pool.Submit(Work, number, number % Workers == 0 ? 3 * wait : wait))];
        foreach (Future<(int Number, int Pid)> future in futures)
        {
            future.AddDoneCallback(done => ended.Enqueue(done.Result().Number));
        }

        var results = new List<(int Number, int Pid)>();
        foreach (Future<(int Number, int Pid)> future in futures)
        {
            (int Number, int Pid) result = await future;
            context.Say($"task {result.Number} ran in {result.Pid}");
            results.Add(result);
        }

        int[] pids = [.. results.Select(r => r.Pid).Distinct().Order()];
        ExecutorStatistics statistics = pool.GetStatistics();
        context.Fact("tasks", statistics.Succeeded);
        context.Fact("pids", pids.Length);
        context.Fact("workers_started", statistics.WorkersStarted);
        context.Fact("ended_in_order", ended.SequenceEqual(ended.Order()));
        context.Fact("results_in_order", results.Select(r => r.Number).SequenceEqual(Enumerable.Range(0, Tasks)));
        context.Expect(pids.Length == Workers, $"exactly {Workers} processes ran the {Tasks} tasks");
        context.Expect(pids.SequenceEqual(before) && statistics.WorkersStarted == before.Length, "they are the ones there were at first: none was started anew");
        context.Expect(results.Select(r => r.Number).SequenceEqual(Enumerable.Range(0, Tasks)), "the results come in the order of submission");

        int usual = DefaultSize();
        using ChildProcess<int> limited = ChildProcess.Start(DefaultSize, new ChildProcessOptions { Affinity = [Thread.GetCurrentProcessorId()] });
        context.Fact("default_size", usual);
        context.Fact("default_size_on_one_core", await limited);
        context.Expect(usual == Environment.ProcessorCount && limited.Result == 1, "without a number there are as many workers as cores that the process may use");
    }

    private static int DefaultSize()
    {
        using var pool = new ProcessExecutor();
        return pool.WorkerCount;
    }

    private static async Task<(int Number, int Pid)> Work(int number, TimeSpan wait)
    {
        await Task.Delay(wait, TimeProvider.System);
        return (number, Environment.ProcessId);
    }
}
