using System.Collections.Concurrent;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pools;

internal sealed class PoolApply() : Chapter(
    "pool-apply",
    Parts.Pools,
    "Python's pool: Apply blocks until its one task is done, so seven calls take the time of seven; ApplyAsync does not, and five workers do\n"
        + "seven tasks in two rounds. Close takes no more work, Join waits for what there is; Join of an open pool is refused.",
    "docs/executors.md",
    hasBreak: false)
{
    private const int Workers = 5;
    private static readonly string[] s_names = ["wash", "cook", "boil", "bake", "mop", "iron", "shop"];

    public override async Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 0.5);
        using var pool = new Plait.Execution.Pool(new ProcessExecutor(new ProcessExecutorOptions { Name = "house", Workers = Workers, Spares = 0 }));
        await Pool.Readiness.WaitAsync((ProcessExecutor)pool.Executor, context.Cancellation);

        long start = context.Time.GetTimestamp();
        foreach (string name in s_names)
        {
            context.Say($"{pool.Apply(Work, (name, wait)).Name} is done");
        }

        TimeSpan blocking = context.Time.GetElapsedTime(start);
        start = context.Time.GetTimestamp();
        var told = new ConcurrentQueue<string>();
        Future<(string Name, int Pid)>[] futures = [.. s_names.Select(name => pool.ApplyAsync(Work, (name, wait), done => told.Enqueue(done.Name)))];
        TimeSpan handing = context.Time.GetElapsedTime(start);
        string? refusal = Refusal(pool.Join);
        pool.Close();
        pool.Join();
        TimeSpan together = context.Time.GetElapsedTime(start);
        int pids = futures.Select(static future => future.Result().Pid).Distinct().Count();

        context.Fact("apply_seconds", blocking);
        context.Fact("handing_over_seconds", handing);
        context.Fact("apply_async_seconds", together);
        context.Fact("pids", pids);
        context.Fact("join_of_an_open_pool", refusal);
        context.Expect(blocking >= s_names.Length * wait, "Apply blocks: seven calls take as long as seven tasks");
        context.Expect(handing < blocking / 4, "ApplyAsync does not block");
        context.Expect(pids is > 1 and <= Workers && together >= 2 * wait, "five workers need two rounds for seven tasks");
        context.Expect(futures.All(static future => future.State == FutureState.Succeeded), "Close and Join lose nothing");
        context.Expect(refusal is not null, "Join of a pool that is open is refused");
        context.Expect(Refusal(() => _ = pool.ApplyAsync(Work, ("late", TimeSpan.Zero))) is not null, "a closed pool takes no more work");
    }

    // What it says; null when it does what it is asked.
    private static string? Refusal(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
    }

    private static (string Name, int Pid) Work((string Name, TimeSpan Wait) task)
    {
        Sleep.AtLeast(task.Wait);
        return (task.Name, Environment.ProcessId);
    }
}
