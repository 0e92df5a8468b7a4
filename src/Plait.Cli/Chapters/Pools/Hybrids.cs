using Plait.Execution;
using Plait.Processes;
using Plait.SharedData;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Pools;

internal sealed class Hybrids() : Chapter(
    "hybrid",
    Parts.Pools,
    "Two processes with many threads in each: as many tasks at once as they have threads together, each on a thread of its own, so that waits\n"
        + "overlap as on threads. And what computes runs in both processes at a time, as in a pool of processes.",
    "docs/executors.md",
    hasBreak: false)
{
    private const int Processes = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public override async Task RunAsync(ChapterContext context)
    {
        int threads = context.IsQuick ? 10 : 200;
        int places = Processes * threads;
        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.2 : 2);
        await using var pool = new HybridExecutor(new HybridExecutorOptions { Name = "rooms", Processes = Processes, TasksPerProcess = threads, Spares = 0 });
        using var scope = ProcessScope.Create("rooms");
        using IBarrier all = scope.CreateBarrier(places);

        // A task for each place. They wait for each other, so none ends unless all are there.
        Future<(int Pid, int Thread)>[] met = [.. Enumerable.Range(0, places).Select(_ => pool.Submit(Meet, all))];
        (int Pid, int Thread)[] at = await Task.WhenAll(met.Select(static future => future.Task)).WaitAsync(context.Cancellation);
        context.Say($"{places} tasks met: {string.Join(", ", at.GroupBy(static place => place.Pid).Select(static process => $"{process.Count()} in process {process.Key}"))}");

        long start = context.Time.GetTimestamp();
        Future[] sleepers = [.. Enumerable.Range(0, places).Select(_ => pool.Submit(Sleep.AtLeast, wait))];
        await Future.WaitAsync(sleepers, cancellationToken: context.Cancellation);
        TimeSpan slept = context.Time.GetElapsedTime(start);
        context.Say($"{places} tasks slept {wait.TotalSeconds} s each: {slept.TotalSeconds:0.00} s in all");

        int cores = Math.Min(Processes, Environment.ProcessorCount);
        using SharedArray<int> seen = scope.CreateArray<int>(Processes);
        Future<int>[] computed = [.. Enumerable.Range(0, Processes).Select(place => pool.Submit(Compute, place, seen, cores))];
        int[] pids = await Task.WhenAll(computed.Select(static future => future.Task)).WaitAsync(context.Cancellation);
        int[] processors = [.. seen.ToArray().Select(static processor => processor - 1).Distinct().Order()];
        context.Say($"two tasks that compute: in processes {string.Join(" and ", pids)}, on processor {string.Join(" and ", processors)}");

        context.Fact("processes", at.Select(static place => place.Pid).Distinct().Count());
        context.Fact("at_once", at.Distinct().Count());
        context.Fact("waits", places * wait);
        context.Fact("slept", slept);
        context.Fact("processors", processors);
        context.Expect(at.Select(static place => place.Pid).Distinct().Count() == Processes && at.Distinct().Count() == places, $"{places} tasks run at once in {Processes} processes, each on a thread of its own");
        context.Expect(slept >= wait && slept < places * wait / 4, "their waits overlap");
        context.Expect(pids.Distinct().Count() == Processes && processors.Length == cores, "tasks that compute run in both processes, on as many cores");
    }

    private static (int Pid, int Thread) Meet(IBarrier all)
    {
        all.Wait(s_patience);
        return (Environment.ProcessId, Environment.CurrentManagedThreadId);
    }

    // Computes until all have begun and have been seen on so many processors at a time.
    private static int Compute(int place, SharedArray<int> seen, int cores)
    {
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            seen.Write(place, Thread.GetCurrentProcessorId() + 1);
        }
        while ((seen.Contains(0) || seen.Distinct().Count() < cores) && TimeProvider.System.GetElapsedTime(start) < s_patience);
        return Environment.ProcessId;
    }
}
