using Plait.Cli.Chapters.Processes;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pool;

internal sealed class Poison() : Chapter(
    "poison",
    Parts.ProcessPool,
    "A thousand tasks, and among them some that crash, each in its own way, that never end, or that kill every worker they meet.\n"
        + "Each bad one fails alone, with its reason, after the attempts it was given; every good one runs exactly once.",
    "docs/process-executor.md")
{
    // The way, what it does, how its end must be named, and how many attempts it must have had.
    private static readonly (string Way, Action Function, int Retries, string Named, int Attempts)[] s_ways =
    [
        ("exception", Deaths.Throw, 1, "InvalidOperationException", 1),
        ("exit_code", Deaths.Exit, 0, "Exited:7", 1),
        ("native_fault", Deaths.Fault, 1, "Signaled:11", 2),
        ("killed", Deaths.BeKilled, 1, "Signaled:9", 2),
        ("stack_overflow", Deaths.Overflow, 0, "StackOverflow:6", 1),
        ("fail_fast", Deaths.FailFast, 0, "FailFast:6", 1),
        ("unhandled", Deaths.ThrowOnThread, 1, "UnhandledException:6", 2),
        ("memory_limit", Deaths.FillMemory, 0, "KilledForMemory:9", 1),
        ("endless", () => Thread.CurrentThread.Join(), 0, "TimeoutException", 1),
        ("stubborn", Deaths.BeKilled, 9, "Signaled:9:quarantined", 3),
    ];

    public override async Task RunAsync(ChapterContext context)
    {
        int all = context.IsQuick ? 200 : 1000;
        DirectoryInfo marks = Directory.CreateTempSubdirectory("plait-poison-");
        try
        {
            var worker = new ChildProcessOptions { StandardError = ChildOutput.Keep, MemoryLimit = 160 << 20 };
            await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 4, QuarantineAfter = 3, Worker = worker, DisposeMode = ShutdownMode.Kill });
            int gap = all / s_ways.Length;
            Future[] futures = [.. Enumerable.Range(0, all).Select(number =>
            {
                (string way, Action function, int retries, _, _) = number % gap == gap / 2 ? s_ways[number / gap] : ("good", static () => { }, 0, "", 0);
                var options = new TaskOptions { Name = way, Retries = retries, Timeout = TimeSpan.FromSeconds(way == "endless" ? 1 : 60) };
                return pool.Submit(Work, marks.FullName, number, function, options);
            })];
            await Task.WhenAll(futures.Select(f => f.Task)).WaitAsync(context.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Cancellation.ThrowIfCancellationRequested();
            Dictionary<int, int> attempts = marks.EnumerateFiles().CountBy(f => int.Parse(f.Name.Split('.')[0])).ToDictionary();
            int[] good = [.. Enumerable.Range(0, all).Where(n => futures[n].Name == "good")];
            context.Fact("good", $"{good.Count(n => futures[n].State == FutureState.Succeeded)}/{good.Length}");
            context.Fact("good_once", good.Count(n => attempts.GetValueOrDefault(n) == 1));
            context.Fact("workers_died", pool.GetStatistics().WorkersDied);
            context.Expect(good.All(n => futures[n].State == FutureState.Succeeded && attempts.GetValueOrDefault(n) == 1), "every good task has succeeded, and ran once");
            foreach ((string way, _, _, string named, int expected) in s_ways)
            {
                int number = Array.FindIndex(futures, f => f.Name == way);
                string actual = NameOf(futures[number].Exception);
                context.Fact(way, $"{actual}x{attempts.GetValueOrDefault(number)}");
                context.Expect(actual == named && attempts.GetValueOrDefault(number) == expected, $"{way} fails alone as {named}, after {expected} attempts");
            }
        }
        finally
        {
            marks.Delete(recursive: true);
        }
    }

    private static void Work(string marks, int number, Action function)
    {
        // A file for each time that a task begins.
        WorkerContext worker = ProcessExecutor.Current!;
        File.WriteAllText(Path.Combine(marks, $"{number}.{worker.Id}.{worker.TaskNumber}"), "");
        function();
    }

    private static string NameOf(Exception? error) => error switch
    {
        WorkerDiedException { Outcome: var outcome, IsQuarantined: var given } => Crash.NameOf(outcome) + (given ? ":quarantined" : ""),
        _ => error?.GetType().Name ?? "none",
    };
}
