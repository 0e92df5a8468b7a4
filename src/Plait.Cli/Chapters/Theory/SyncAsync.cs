using Plait.Execution;

namespace Plait.Cli.Chapters.Theory;

internal sealed class SyncAsync() : Chapter(
    "sync-async",
    Parts.Theory,
    "Synchronous or not is how work is handed over: one result before the next task, or all tasks first. Blocking or not is the caller's state\n"
        + "meanwhile: asleep until a result is there, or free to do something else. The four are independent; each has its time, and what it leaves room for.",
    "docs/executors.md",
    hasBreak: true)
{
    private const int Tasks = 4;

    public override async Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromMilliseconds(context.IsQuick ? 100 : 500);
        await using var pool = new ThreadExecutor(new ThreadExecutorOptions { Name = "clerks", Workers = Tasks });
        var shown = new Dictionary<string, (TimeSpan Time, long Meanwhile)>();
        foreach (bool isAsync in (bool[])[false, true])
        {
            foreach (bool isBlocking in (bool[])[true, false])
            {
                string name = $"{(isAsync ? "async" : "sync")}_{(isBlocking ? "blocking" : "nonblocking")}";
                long start = context.Time.GetTimestamp();
                long meanwhile = isAsync && !context.IsBroken ? AllAtOnce(pool, wait, isBlocking) : OneByOne(pool, wait, isBlocking);
                shown[name] = (context.Time.GetElapsedTime(start), meanwhile);
                context.Say($"{name}: {shown[name].Time.TotalMilliseconds:0} ms for {Tasks} tasks of {wait.TotalMilliseconds:0} ms; of its own work the caller did {meanwhile} steps meanwhile");
                context.Fact($"{name}_seconds", shown[name].Time);
                context.Fact($"{name}_meanwhile", meanwhile);
            }
        }

        context.Expect(shown["sync_blocking"].Time >= Tasks * wait && shown["sync_nonblocking"].Time >= Tasks * wait, "handing over one after the other takes the time of all tasks, blocked or not");
        context.Expect(shown["async_blocking"].Time < 0.75 * shown["sync_blocking"].Time, "handing all over first takes less, though the caller sleeps as well");
        context.Expect(shown["async_nonblocking"].Time < 0.75 * shown["sync_nonblocking"].Time, "and so it does when the caller does not sleep");
        context.Expect(shown["sync_blocking"].Meanwhile + shown["async_blocking"].Meanwhile == 0, "who is blocked does nothing else");
        context.Expect(shown["sync_nonblocking"].Meanwhile > 0 && shown["async_nonblocking"].Meanwhile > 0, "who is not has time for work of its own");
    }

    // Each result before the next task.
    private static long OneByOne(ThreadExecutor pool, TimeSpan wait, bool isBlocking) =>
        Enumerable.Range(0, Tasks).Sum(_ => Await(isBlocking, pool.Submit(Work, wait)));

    private static long AllAtOnce(ThreadExecutor pool, TimeSpan wait, bool isBlocking) =>
        Await(isBlocking, [.. Enumerable.Range(0, Tasks).Select(_ => pool.Submit(Work, wait))]);

    // Asleep until they have ended, or looking at them now and then between steps of other work.
    private static long Await(bool isBlocking, params Future[] futures)
    {
        if (isBlocking)
        {
            Future.Wait(futures);
            return 0;
        }

        long steps = 0;
        while (!futures.All(static future => future.IsDone))
        {
            _ = Generators.Compute(1000);
            steps++;
        }

        return steps;
    }

    private static void Work(TimeSpan wait) => Sleep.AtLeast(wait);
}
