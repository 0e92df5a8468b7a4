using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pool;

internal sealed class KillOnTimeout() : Chapter(
    "kill-on-timeout",
    Parts.ProcessPool,
    "An endless loop is stopped at its deadline: its process is killed, its caller gets a TimeoutException milliseconds later.\n"
        + "A spare takes the worker's place, and the tasks beside it notice nothing.",
    "docs/process-executor.md",
    hasBreak: true)
{
    private const int Workers = 3;

    public override async Task RunAsync(ChapterContext context)
    {
        int neighbours = context.IsQuick ? 60 : 300;
        var deadline = TimeSpan.FromSeconds(0.5);
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = Workers, DisposeMode = ShutdownMode.Kill });

        await Readiness.WaitAsync(pool, context.Cancellation);
        context.Say("an endless loop is submitted, and its neighbours after it");
        TimeSpan submitted = context.Elapsed;
        Future endless = pool.Submit(LoopForEver, timeout: context.IsBroken ? null : deadline);
        var callback = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        endless.AddDoneCallback(_ => callback.TrySetResult(context.Elapsed - submitted));
        Future<int>[] others = [.. Enumerable.Range(0, neighbours).Select(n => pool.Submit(Primes, 20_000 + n))];

        bool hasEnded = endless.Wait(TimeSpan.FromSeconds(context.IsBroken ? 2 : 30), context.Cancellation);
        Exception? error = hasEnded ? endless.Exception : null;
        context.Say(hasEnded ? $"{error?.GetType().Name}: {error?.Message}" : "the loop has not ended by itself");
        int[] counts = await Task.WhenAll(others.Select(f => f.Task)).WaitAsync(context.Cancellation);
        TimeSpan late = hasEnded ? await callback.Task - deadline : Timeout.InfiniteTimeSpan;

        // As many tasks as workers: a worker that were missing would leave one waiting.
        int[] pids = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => pool.Submit(Pid).Task)).WaitAsync(context.Cancellation);
        ExecutorStatistics statistics = pool.GetStatistics();
        context.Fact("deadline", deadline);
        context.Fact("ended_with", error?.GetType().Name);
        context.Fact("late_ms", hasEnded ? late.TotalMilliseconds : null);
        context.Fact("neighbours", counts.Length);
        context.Fact("neighbours_died", statistics.Failed - (hasEnded ? 1 : 0));
        context.Fact("timed_out", statistics.TimedOut);
        context.Fact("pids_after", pids.Distinct().Count());
        context.Fact("workers_after", statistics.Workers);
        context.Expect(hasEnded && error is TimeoutException, "the endless loop ended with a TimeoutException");
        context.Expect(hasEnded && late < TimeSpan.FromSeconds(1), "its caller knew within a second after the deadline");
        context.Expect(counts.Select((c, n) => c == Primes(20_000 + n)).All(right => right), "every neighbour's result arrived, and is right");
        context.Expect(statistics.Workers == Workers, "the pool is back at its size");
    }

    private static void LoopForEver()
    {
        while (true)
        {
        }
    }

    private static int Primes(int below) =>
        Enumerable.Range(2, Math.Max(0, below - 2)).Count(n => Enumerable.Range(2, (int)Math.Sqrt(n) - 1).All(d => n % d != 0));

    private static int Pid()
    {
        // Long enough that no other worker is free before this one has begun.
        Sleep.AtLeast(TimeSpan.FromSeconds(0.2));
        return Environment.ProcessId;
    }
}
