using System.Diagnostics;
using System.Globalization;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>What Plait does in the cases about its workers' lives: a fresh one, one that is killed, a thousand that are replaced.</summary>
internal static class WorkerOurs
{
    private const int Lanes = 2;
    private const int RecyclingWorkers = 2;
    private const int RecycleWarmUps = 100;

    private static (int Recycles, ParentGrowth Growth)? lastGrowth;

    /// <summary>Runs an empty function in a process that has run none before, taken from the spares; milliseconds. The next spare is ready before it returns.</summary>
    public static double FreshWorkerMilliseconds()
    {
        ProcessExecutor pool = ExecutorPools.Of("fresh", workers: 1, static options => options.MaxTasksPerWorker = 1);
        ExecutorPools.WaitUntilSettled(pool, idle: 1, spares: 1);
        long start = Stopwatch.GetTimestamp();
        pool.Submit(static () => { }).Wait(Timeout.InfiniteTimeSpan);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Runs functions that never return against a deadline, in two workers; for each, the milliseconds from its deadline to the caller's exception.</summary>
    /// <param name="kills">How many, at least 1.</param>
    /// <param name="deadline">How long each may take.</param>
    public static double[] PastDeadlineMilliseconds(int kills, TimeSpan deadline)
    {
        ProcessExecutor pool = ExecutorPools.Of("kill", workers: Lanes, static options => options.Spares = Lanes);
        var lanes = Enumerable.Range(0, Lanes).Select(lane => LaneAsync(pool, lane, (kills / Lanes) + (lane < kills % Lanes ? 1 : 0), deadline));
        return [.. Task.WhenAll(lanes).GetAwaiter().GetResult().SelectMany(samples => samples)];
    }

    /// <summary>Replaces so many workers, each after one function, and returns by how much that made this process grow. What the last call measured is used once more.</summary>
    /// <param name="recycles">How many, at least 1.</param>
    public static ParentGrowth GrowthOverRecycles(int recycles)
    {
        if (lastGrowth is { } last && last.Recycles == recycles)
        {
            lastGrowth = null;
            return last.Growth;
        }

        ProcessExecutor pool = ExecutorPools.Of("recycle", RecyclingWorkers, static options =>
        {
            options.MaxTasksPerWorker = 1;
            options.Spares = RecyclingWorkers;
        });
        Recycle(pool, RecycleWarmUps);
        var (bytes, descriptors) = Footprint();
        Recycle(pool, recycles);
        var (bytesAfter, descriptorsAfter) = Footprint();
        var growth = new ParentGrowth(Math.Max(0, bytesAfter - bytes) / 1e6, Math.Max(0, descriptorsAfter - descriptors), $"from {bytes / 1e6:F1} MB and {descriptors} descriptors");
        lastGrowth = (recycles, growth);
        return growth;
    }

    private static async Task<List<double>> LaneAsync(ProcessExecutor pool, int lane, int kills, TimeSpan deadline)
    {
        // The lanes kill at different moments: the second one's first call, which does not count, has half the time.
        if (lane > 0)
        {
            await PastDeadlineAsync(pool, deadline / Lanes).ConfigureAwait(false);
        }

        var samples = new List<double>(kills);
        for (int i = 0; i < kills; i++)
        {
            samples.Add(await PastDeadlineAsync(pool, deadline).ConfigureAwait(false));
        }

        return samples;
    }

    private static async Task<double> PastDeadlineAsync(ProcessExecutor pool, TimeSpan deadline)
    {
        // A call that returns shows that there is a worker which can begin at once.
        _ = await pool.Submit(static () => 1);
        long start = Stopwatch.GetTimestamp();
        try
        {
            await pool.Submit(Hang, timeout: deadline);
        }
        catch (TimeoutException)
        {
            return Math.Max(0, (Stopwatch.GetElapsedTime(start) - deadline).TotalMilliseconds);
        }

        throw new InvalidOperationException("A function that never returns has returned.");
    }

    private static void Hang()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }

    private static void Recycle(ProcessExecutor pool, int count)
    {
        var futures = Enumerable.Range(0, count).Select(_ => pool.Submit(static () => Environment.ProcessId)).ToArray();
        int processes = futures.Select(future => future.Result()).Distinct().Count();
        if (processes != count)
        {
            throw new InvalidOperationException($"{count} functions that were to have a process each shared {processes}.");
        }

        ExecutorPools.WaitUntilSettled(pool, idle: RecyclingWorkers, spares: RecyclingWorkers);
    }

    private static (long ResidentBytes, int Descriptors) Footprint()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        int descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        string pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return (long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize, descriptors);
    }
}

/// <summary>By how much this process has grown.</summary>
/// <param name="Megabytes">Its resident set, in megabytes of a million bytes.</param>
/// <param name="Descriptors">Its open descriptors.</param>
/// <param name="Note">What it had before.</param>
internal readonly record struct ParentGrowth(double Megabytes, int Descriptors, string Note);
