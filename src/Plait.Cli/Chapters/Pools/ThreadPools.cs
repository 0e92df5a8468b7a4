using System.Collections.Concurrent;
using Plait.Execution;

namespace Plait.Cli.Chapters.Pools;

internal sealed class ThreadPools() : Chapter(
    "thread-pool",
    Parts.Pools,
    "A hundred tasks on ten threads: ten threads do them all, and none of them is started anew. Without a number there are five times as many\n"
        + "threads as cores: a thread that waits uses none.",
    "docs/executors.md",
    hasBreak: false)
{
    private const int Workers = 10;
    private const int Tasks = 100;

    public override async Task RunAsync(ChapterContext context)
    {
        await using var pool = new ThreadExecutor(new ThreadExecutorOptions { Name = "ten", Workers = Workers });
        using var all = new CountdownEvent(Workers);
        var threads = new ConcurrentDictionary<int, string?>();
        Future[] futures =
        [
            .. Enumerable.Range(0, Tasks).Select(number => pool.Submit(token =>
            {
                if (threads.TryAdd(Environment.CurrentManagedThreadId, Thread.CurrentThread.Name))
                {
                    // The first task of each thread waits until all ten are at work.
                    context.Say($"task {number} is the first on thread {Thread.CurrentThread.Name}");
                    all.Signal();
                    all.Wait(token);
                }
            })),
        ];
        foreach (Future future in futures)
        {
            await future;
        }

        ExecutorStatistics statistics = pool.GetStatistics();
        context.Fact("tasks", statistics.Succeeded);
        context.Fact("thread_ids", threads.Count);
        context.Fact("threads_started", statistics.WorkersStarted);
        context.Expect(statistics.Succeeded == Tasks, $"all {Tasks} tasks ran");
        context.Expect(threads.Count == Workers && statistics.WorkersStarted == Workers, $"exactly {Workers} threads ran them, and none was started anew");
        context.Expect(threads.Values.All(static name => name?.StartsWith("ten-", StringComparison.Ordinal) == true), "each thread has the pool's name and its own number");

        await using var usual = new ThreadExecutor();
        context.Fact("default_size", usual.WorkerCount);
        context.Expect(usual.WorkerCount == 5 * Environment.ProcessorCount, "without a number there are five threads a core");
    }
}
