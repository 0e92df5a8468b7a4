using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pools;

internal sealed class Callbacks() : Chapter(
    "callbacks",
    Parts.Pools,
    "A callback gets the future, which has ended. It runs in the process that submitted, whatever ran the function, and on a thread of the\n"
        + "runtime's pool: neither the one that submitted nor one of the executor's, so that a slow callback delays no result.",
    "docs/executors.md",
    hasBreak: false)
{
    public override async Task RunAsync(ChapterContext context)
    {
        await using var processes = new ProcessExecutor(new ProcessExecutorOptions { Name = "workers", Workers = 1, Spares = 0 });
        await using var threads = new ThreadExecutor(new ThreadExecutorOptions { Name = "threads", Workers = 1 });
        await TellAsync(context, "process", processes);
        await TellAsync(context, "thread", threads);

        Future<int> failed = threads.Submit(static int () => throw new InvalidDataException("spoilt"));
        var seen = new TaskCompletionSource<FutureState>(TaskCreationOptions.RunContinuationsAsynchronously);
        failed.AddDoneCallback(future => seen.SetResult(future.State));
        context.Fact("state_of_a_failed_one", await seen.Task.WaitAsync(context.Cancellation));
        context.Expect(await seen.Task == FutureState.Faulted, "it is called for a function that failed as well");
    }

    private static async Task TellAsync(ChapterContext context, string kind, IExecutor executor)
    {
        var told = new TaskCompletionSource<(bool IsDone, int Value, int Pid, bool IsPoolThread)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Future<int> future = executor.Submit(static () => Environment.ProcessId);
        future.AddDoneCallback((Future<int> done) => told.SetResult((done.IsDone, done.Result(), Environment.ProcessId, Thread.CurrentThread.IsThreadPoolThread)));
        (bool isDone, int value, int pid, bool isPoolThread) = await told.Task.WaitAsync(context.Cancellation);
        context.Fact($"{kind}_function_pid", value);
        context.Fact($"{kind}_callback_pid", pid);
        context.Fact($"{kind}_callback_on_pool_thread", isPoolThread);
        context.Expect(isDone, $"the callback of a {kind} gets a future that has ended");
        context.Expect(pid == Environment.ProcessId && (value == pid) == (kind == "thread"), $"the function ran where the {kind} is, the callback here");
        context.Expect(isPoolThread, $"the callback of a {kind} runs on a thread of the runtime's pool");
    }
}
