using System.Diagnostics;
using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Plait.Scheduling;
using Plait.SharedData;
using Plait.Synchronization;

namespace Plait.Benchmarks.Executor;

/// <summary>What Plait does in the cases of tasks that share processors in slices.</summary>
internal static class SliceOurs
{
    private const long StepsBetweenLooks = 20_000;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);

    /// <summary>Runs tasks of weights 1, 2 and 3, so many of each, in slices, for <paramref name="seconds"/> seconds; how far the share of any weight is off at most, in per cent of what is due.</summary>
    public static (double Worst, string Note) ShareErrorPercent(int workers, int tasksEach, SchedulingPolicy policy, int seconds)
    {
        using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = workers, MostBegun = 3 * tasksEach, Spares = 0, Policy = policy });
        return ShareErrorPercent(pool, tasksEach, seconds);
    }

    /// <summary>The same on threads, where the tasks come to a checkpoint after every step.</summary>
    public static (double Worst, string Note) ShareErrorPercentOfThreads(int workers, int tasksEach, SchedulingPolicy policy, int seconds)
    {
        using var pool = new ThreadExecutor(new ThreadExecutorOptions { Workers = workers, Policy = policy });
        return ShareErrorPercent(pool, tasksEach, seconds);
    }

    private static (double Worst, string Note) ShareErrorPercent(IExecutor pool, int tasksEach, int seconds)
    {
        int tasks = 3 * tasksEach;
        using ProcessScope scope = ProcessScope.Create();
        using SharedArray<long> steps = scope.CreateArray<long>(tasks);
        using SharedValue<int> isOver = scope.CreateValue<int>();
        Future[] futures =
        [
            .. Enumerable.Range(0, tasks).Select(i => pool.Submit(
                CountUntil, steps, isOver, i, new TaskOptions { Weight = 1 + (i % 3), ShareClass = $"weight {(1 + (i % 3)).ToString(CultureInfo.InvariantCulture)}" })),
        ];
        using var never = new ManualResetEvent(initialState: false);
        long start = Stopwatch.GetTimestamp();
        while (Enumerable.Range(0, tasks).Any(i => steps[i] == 0))
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Not all of {tasks} tasks had a slice within {Limit}.");
            }

            never.WaitOne(LookAgain);
        }

        // The first step of each is mostly the compiler's work, which counts as its own: the policy makes up for that first.
        never.WaitOne(Settling);
        long[] before = Sums(steps, tasks);
        never.WaitOne(TimeSpan.FromSeconds(seconds));
        long[] after = Sums(steps, tasks);
        isOver.Value = 1;
        foreach (Future future in futures)
        {
            _ = future.Wait(Limit);
        }

        double total = after.Sum() - before.Sum();
        double[] shares = [.. Enumerable.Range(0, 3).Select(i => (after[i] - before[i]) / total)];
        double worst = Enumerable.Range(0, 3).Max(i => Math.Abs((shares[i] * 6 / (i + 1)) - 1) * 100);
        return (worst, string.Create(CultureInfo.InvariantCulture, $"shares {shares[0] * 100:F2} : {shares[1] * 100:F2} : {shares[2] * 100:F2} %"));
    }

    /// <summary>Runs so many functions of <paramref name="steps"/> steps on two workers, all at once in slices, then one after the other; the first time as a multiple of the second.</summary>
    public static double SlicesOverOrder(int pieces, long steps)
    {
        ProcessExecutor turns = ExecutorPools.Of("slices", workers: 2, options =>
        {
            (options.Policy, options.MostBegun, options.Spares) = (new RoundRobinPolicy(10 * SchedulingTime.Millisecond), pieces, 0);
        });
        double sliced = WorkOurs.PiecesMilliseconds(turns, pieces, steps);
        return sliced / WorkOurs.PiecesMilliseconds(PlainPool.Value, pieces, steps);
    }

    private static readonly Lazy<ProcessExecutor> PlainPool = new(static () =>
    {
        var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Spares = 0 });
        ExecutorPools.WaitUntilSettled(pool, idle: 2, spares: 0);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => pool.Dispose();
        return pool;
    });

    private static long[] Sums(SharedArray<long> steps, int tasks)
    {
        long[] sums = new long[3];
        for (int i = 0; i < tasks; i++)
        {
            sums[i % 3] += steps[i];
        }

        return sums;
    }

    private static void CountUntil(SharedArray<long> steps, SharedValue<int> isOver, int place)
    {
        while (isOver.Value == 0)
        {
            _ = WorkOurs.Spin(StepsBetweenLooks);
            steps[place]++;

            // In a process it is stopped from outside, and this does nothing.
            ThreadExecutor.Checkpoint();
        }
    }
}
