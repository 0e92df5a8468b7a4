using System.Diagnostics;
using System.Runtime.CompilerServices;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>What Plait does in the case of work for all workers. Work is an amount, not a time: what a core loses to others prolongs it.</summary>
internal static class WorkOurs
{
    /// <summary>Runs <paramref name="pieces"/> functions of <paramref name="steps"/> steps each on one worker, then on two; the second time as a share of the first.</summary>
    public static double TwoWorkersOverOne(int pieces, long steps)
    {
        double one = PiecesMilliseconds(ExecutorPools.Of("scaling", workers: 1), pieces, steps);
        return PiecesMilliseconds(ExecutorPools.Of("scaling", workers: 2), pieces, steps) / one;
    }

    /// <summary>Arithmetic that a core does at its own speed, compiled at its best from the first call; the C peer does the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Spin(long steps)
    {
        ulong value = 88172645463325252;
        for (long i = 0; i < steps; i++)
        {
            value ^= value << 13;
            value ^= value >> 7;
            value ^= value << 17;
        }

        return value;
    }

    /// <summary>Runs so many functions of so many steps; the milliseconds until the last has ended.</summary>
    public static double PiecesMilliseconds(ProcessExecutor pool, int pieces, long steps)
    {
        long start = Stopwatch.GetTimestamp();
        var futures = new Future<ulong>[pieces];
        for (int i = 0; i < pieces; i++)
        {
            futures[i] = pool.Submit(static (long steps) => Spin(steps), steps);
        }

        foreach (Future<ulong> future in futures)
        {
            _ = future.Result();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
