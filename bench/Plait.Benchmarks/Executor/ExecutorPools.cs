using System.Diagnostics;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>The pools that ours run on, kept from round to round; those of one case are disposed when the next case asks for its own.</summary>
internal static class ExecutorPools
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly Dictionary<int, ProcessExecutor> Kept = [];
    private static string owner = "";

    static ExecutorPools() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => DisposeAll();

    /// <summary>The pool of <paramref name="benchCase"/> with so many workers, made by <paramref name="options"/> when first asked for; all workers are ready.</summary>
    public static ProcessExecutor Of(string benchCase, int workers, Action<ProcessExecutorOptions>? options = null)
    {
        if (owner != benchCase)
        {
            DisposeAll();
            owner = benchCase;
        }

        if (!Kept.TryGetValue(workers, out ProcessExecutor? pool))
        {
            var chosen = new ProcessExecutorOptions { Workers = workers };
            options?.Invoke(chosen);
            Kept[workers] = pool = new ProcessExecutor(chosen);
            WaitUntilSettled(pool, workers, chosen.Spares);
        }

        return pool;
    }

    /// <summary>Blocks until <paramref name="pool"/> has so many idle workers and ready spares, and nothing starts or ends in it.</summary>
    /// <exception cref="TimeoutException">It took over a minute.</exception>
    public static void WaitUntilSettled(ProcessExecutor pool, int idle, int spares)
    {
        using var changed = new AutoResetEvent(false);
        void OnChange(WorkerEvent change) => changed.Set();

        pool.WorkerChanged += OnChange;
        try
        {
            long start = Stopwatch.GetTimestamp();
            for (var workers = pool.GetWorkers(); !IsSettled(workers, idle, spares); workers = pool.GetWorkers())
            {
                if (Stopwatch.GetElapsedTime(start) > Limit)
                {
                    string states = string.Join(", ", workers.Select(worker => $"{worker.Name} {worker.State}"));
                    throw new TimeoutException($"Executor '{pool.Name}' was to have {idle} idle workers and {spares} spares, but has after {Limit}: {states}.");
                }

                // No event tells that a worker has become idle, so look again without one.
                changed.WaitOne(LookAgain);
            }
        }
        finally
        {
            pool.WorkerChanged -= OnChange;
        }
    }

    private static bool IsSettled(IReadOnlyList<WorkerInfo> workers, int idle, int spares) =>
        workers.Count == idle + spares
        && workers.Count(worker => worker.State == WorkerState.Idle) == idle
        && workers.Count(worker => worker.State == WorkerState.Spare) == spares;

    /// <summary>Ends the pools that are kept.</summary>
    public static void DisposeAll()
    {
        foreach (ProcessExecutor pool in Kept.Values)
        {
            pool.Dispose();
        }

        Kept.Clear();
    }
}
