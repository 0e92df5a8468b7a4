using System.Diagnostics;
using Plait.Execution;
using Plait.Memory;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>What Plait does in the cases that submit functions one by one.</summary>
internal static class SubmitOurs
{
    /// <summary>Calls a function in the one warm worker of a pool, again and again; nobody spins, so both sides are asleep before each call.</summary>
    /// <param name="calls">How many, at least 1.</param>
    /// <param name="awaiting">True: each future is awaited. False: a thread blocks in its Result.</param>
    /// <returns>The microseconds of each call, answer included.</returns>
    public static double[] AsleepCallMicroseconds(int calls, bool awaiting)
    {
        ProcessExecutor pool = ExecutorPools.Of("call", workers: 1, static options => options.Worker.Environment[AdaptiveSpin.Variable] = "0");
        AdaptiveSpin.IsEnabled = false;
        try
        {
            return awaiting ? AwaitedAsync(pool, calls).GetAwaiter().GetResult() : Blocking(pool, calls);
        }
        finally
        {
            AdaptiveSpin.IsEnabled = true;
        }
    }

    /// <summary>Submits tiny functions one by one to two workers and awaits all their futures; nanoseconds a function.</summary>
    /// <param name="tasks">How many, at least 1.</param>
    public static double TinyNanoseconds(int tasks)
    {
        ProcessExecutor pool = ExecutorPools.Of("tiny", workers: 2);
        long start = Stopwatch.GetTimestamp();
        long sum = SumOfTinyAsync(pool, tasks).GetAwaiter().GetResult();
        double taken = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return sum == (long)tasks * (tasks + 1) / 2 ? taken / tasks : throw new InvalidOperationException($"{tasks} tasks gave the sum {sum}.");
    }

    private static double[] Blocking(ProcessExecutor pool, int calls)
    {
        double[] samples = new double[calls];
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int answer = pool.Submit(static () => 1).Result();
            samples[i] = Checked(start, answer);
        }

        return samples;
    }

    private static async Task<double[]> AwaitedAsync(ProcessExecutor pool, int calls)
    {
        double[] samples = new double[calls];
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int answer = await pool.Submit(static () => 1);
            samples[i] = Checked(start, answer);
        }

        return samples;
    }

    private static double Checked(long start, int answer)
    {
        double taken = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        return answer == 1 ? taken : throw new InvalidOperationException($"The worker answered {answer} instead of 1.");
    }

    private static async Task<long> SumOfTinyAsync(ProcessExecutor pool, int tasks)
    {
        var futures = new Future<int>[tasks];
        for (int i = 0; i < tasks; i++)
        {
            futures[i] = pool.Submit(static (int number) => number + 1, i);
        }

        long sum = 0;
        foreach (Future<int> future in futures)
        {
            sum += await future;
        }

        return sum;
    }
}
