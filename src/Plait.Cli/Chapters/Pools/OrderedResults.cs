using Plait.Execution;

namespace Plait.Cli.Chapters.Pools;

internal sealed class OrderedResults() : Chapter(
    "ordered-results",
    Parts.Pools,
    "Twenty tasks that end in any order: their futures, kept in a list, give the results in the order of submission. Who asks for each result\n"
        + "right after its submission waits for each task in turn: as slow as one after the other.",
    "docs/executors.md",
    hasBreak: true)
{
    private const int Tasks = 20;

    public override async Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromMilliseconds(context.IsQuick ? 10 : 40);
        await using var pool = new ThreadExecutor(new ThreadExecutorOptions { Name = "ten", Workers = 10 });
        long start = context.Time.GetTimestamp();

        // Every fourth takes longer, so that the others overtake it.
        Future<int>[] futures = [.. Enumerable.Range(0, Tasks).Select(number => pool.Submit(Work, number, number % 4 == 0 ? 4 * wait : wait))];
        List<int> results = context.IsBroken
            ? [.. Future.AsCompleted(futures).Select(static future => future.Result())]
            : Kept(pool, futures);
        TimeSpan together = context.Time.GetElapsedTime(start);
        context.Say($"results: {string.Join(' ', results)}");

        await using var another = new ThreadExecutor(new ThreadExecutorOptions { Name = "ten again", Workers = 10 });
        start = context.Time.GetTimestamp();
        for (int number = 0; number < Tasks; number++)
        {
            _ = another.Submit(Work, number, wait).Result();
        }

        TimeSpan one = context.Time.GetElapsedTime(start);
        context.Fact("results_in_order", results.SequenceEqual(Enumerable.Range(0, Tasks)));
        context.Fact("together_seconds", together);
        context.Fact("result_at_once_seconds", one);
        context.Expect(results.SequenceEqual(Enumerable.Range(0, Tasks)), "the results come in the order of submission");
        context.Expect(one >= Tasks * wait, "asking for each result at once takes the time of all tasks, one after the other");
    }

    private static List<int> Kept(ThreadExecutor pool, Future<int>[] futures)
    {
        pool.Shutdown(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);
        return [.. futures.Select(static future => future.Result())];
    }

    private static int Work(int number, TimeSpan wait)
    {
        Sleep.AtLeast(wait);
        return number;
    }
}
