using System.Diagnostics;
using Plait.Benchmarks.Executor;
using Plait.Execution;
using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>A ring of processes, each of which holds its own lock and waits for its neighbour's.</summary>
internal sealed class DeadlockOurs(int processes)
{
    private readonly Lazy<(ILock[] Locks, IBarrier All)> ring = new(() =>
    {
        var scope = ProcessScope.Create($"bench-ring-{processes}");
        return ([.. Enumerable.Range(0, processes).Select(_ => scope.CreateLock())], scope.CreateBarrier(processes));
    });

    private double? first;

    /// <summary>How long the first ring took, in processes that had met no deadlock before, and what the last one was like.</summary>
    public string Note { get; private set; } = "";

    /// <summary>Closes the ring; the milliseconds from the moment at which its last wait had lasted for the threshold to the exception in the one unit that gives up.</summary>
    public double FoundAfterThresholdMilliseconds()
    {
        // A pool whose workers all wait for each other at the barrier: each task is in a process of its own.
        ProcessExecutor pool = ExecutorPools.Of($"deadlock of {processes}", processes);
        var (locks, all) = ring.Value;
        var waits = new Future<RingWait>[processes];
        for (int i = 0; i < processes; i++)
        {
            waits[i] = pool.Submit(Wait, locks[i], locks[(i + 1) % processes], all);
        }

        RingWait[] ended = [.. waits.Select(static wait => wait.Result())];
        RingWait[] victims = [.. ended.Where(static wait => wait.Found != 0)];
        if (victims.Length != 1 || ended.DistinctBy(static wait => wait.Pid).Count() != processes)
        {
            throw new InvalidOperationException($"A ring of {processes} was to have one victim, and as many processes: {string.Join(", ", ended)}.");
        }

        long last = ended.Max(static wait => wait.Began);
        double took = (Stopwatch.GetElapsedTime(last, victims[0].Found) - DeadlockDetection.Threshold).TotalMilliseconds;
        double apart = Stopwatch.GetElapsedTime(ended.Min(static wait => wait.Began), last).TotalMilliseconds;
        first ??= took;
        Note = FormattableString.Invariant(
            $"the first took {first:F1}; in the last the waits began within {apart:F1} ms and used {ended.Sum(static wait => wait.ProcessorMilliseconds):F0} ms of processor time");
        return took;
    }

    private static RingWait Wait(ILock own, ILock next, IBarrier all)
    {
        using Hold mine = own.Acquire();
        all.Wait();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        try
        {
            using Hold other = next.Acquire();
            return new RingWait(Environment.ProcessId, began, Found: 0, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        }
        catch (DeadlockException)
        {
            long found = Stopwatch.GetTimestamp();
            return new RingWait(Environment.ProcessId, began, found, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        }
    }

    /// <summary>One process's wait for its neighbour's lock.</summary>
    /// <param name="Pid">Whose.</param>
    /// <param name="Began">When, by <see cref="Stopwatch"/>, which all processes of a machine share.</param>
    /// <param name="Found">When it was told of the deadlock; 0 when it got the lock.</param>
    /// <param name="ProcessorMilliseconds">What its process used meanwhile.</param>
    internal readonly record struct RingWait(int Pid, long Began, long Found, double ProcessorMilliseconds);
}
