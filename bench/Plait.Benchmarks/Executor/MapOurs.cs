using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>What Plait does in the cases that map.</summary>
internal static class MapOurs
{
    private const int Long = 100;

    // Steps that take about a millisecond here, found when first needed.
    private static long millisecond;

    /// <summary>Maps an increment over <paramref name="items"/> numbers, in chunks of Plait's choice, on two workers; nanoseconds an item.</summary>
    public static double MapNanoseconds(int items)
    {
        ProcessExecutor pool = ExecutorPools.Of("map", workers: 2);
        long start = Stopwatch.GetTimestamp();
        int[] results = pool.Map(Enumerable.Range(0, items), static number => number + 1).ToArray();
        double taken = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return results.Length == items && results[0] == 1 && results[^1] == items
            ? taken / items
            : throw new InvalidOperationException("The results are not those of the items.");
    }

    /// <summary>Maps over items of a millisecond, of which one takes a hundred, on two workers.</summary>
    /// <param name="items">How many of the short ones.</param>
    /// <param name="position">How many of them come before the long one.</param>
    /// <param name="note">The makespan and the ideal in milliseconds.</param>
    /// <returns>The makespan divided by the ideal one: the same work in two equal parts at once, measured just before.</returns>
    public static double SkewedMapOverIdeal(int items, int position, out string note)
    {
        ProcessExecutor pool = ExecutorPools.Of("skewed", workers: 2);
        long unit = Millisecond(pool);
        var work = Enumerable.Repeat(unit, items).ToList();
        work.Insert(position, Long * unit);
        double ideal = IdealMilliseconds(pool, work.Sum(), work.Max());

        long start = Stopwatch.GetTimestamp();
        ulong[] results = pool.Map(work, static steps => WorkOurs.Spin(steps)).ToArray();
        double taken = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        note = $"makespan {taken:F1} ms, ideal {ideal:F1} ms";
        return results.Length == work.Count ? taken / ideal : throw new InvalidOperationException($"{work.Count} items gave {results.Length} results.");
    }

    private static double IdealMilliseconds(ProcessExecutor pool, long total, long longest)
    {
        Future<double> other = pool.Submit(static (long steps) => SpinMilliseconds(steps), total / 2);
        double sum = pool.Submit(static (long steps) => SpinMilliseconds(steps), total / 2).Result() + other.Result();
        return Math.Max(sum / 2, sum * longest / total);
    }

    private static long Millisecond(ProcessExecutor pool)
    {
        const long Sample = 10_000_000;
        if (millisecond == 0)
        {
            double best = Enumerable.Range(0, 5).Min(_ => pool.Submit(static (long steps) => SpinMilliseconds(steps), Sample).Result());
            millisecond = (long)(Sample / best);
        }

        return millisecond;
    }

    private static double SpinMilliseconds(long steps)
    {
        long start = Stopwatch.GetTimestamp();
        ulong end = WorkOurs.Spin(steps);
        double taken = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return end != 0 ? taken : throw new InvalidOperationException("A xorshift never reaches 0.");
    }
}
