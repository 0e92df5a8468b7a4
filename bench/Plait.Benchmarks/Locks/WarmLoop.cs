using System.Diagnostics;

namespace Plait.Benchmarks.Locks;

/// <summary>
/// A loop over one short operation. Before it is measured for the first time it runs until the compiler has done its best: thirty calls of the
/// loop and of all that it calls bring the next tier, once the start of the program has been quiet for a tenth of a second, and a tier that
/// only collects a profile lies in between. A round is cut into batches, and its figure is their median: where others use the machine, a batch is either
/// whole or cut off by the scheduler, and the longer of two operations would be cut off more often.
/// </summary>
internal sealed class WarmLoop
{
    // Some tens to hundreds of microseconds: far over the clock's resolution, far below a time slice.
    private const int BatchOperations = 5_000;
    private const int WarmBatches = 150;
    private const int WarmBatchOperations = 2_000;
    private static readonly TimeSpan WarmTime = TimeSpan.FromMilliseconds(600);

    private readonly Func<Action<int>> make;
    private Action<int>? loop;

    private WarmLoop(Func<Action<int>> make) => this.make = make;

    /// <summary>What measures the loop that <paramref name="make"/> makes when first needed: given a number of operations, the nanoseconds of one, as their mean.</summary>
    public static Func<int, double[]> Of(Func<Action<int>> make) => new WarmLoop(make).Nanoseconds;

    private double[] Nanoseconds(int operations) => MeasuringThread.Run(() =>
    {
        if (loop is null)
        {
            loop = make();
            WarmUp(loop);
        }

        var batches = new BenchSamples();
        for (int left = operations; left > 0; left -= BatchOperations)
        {
            int batch = Math.Min(left, BatchOperations);
            long start = Stopwatch.GetTimestamp();
            loop(batch);
            batches.Add([Stopwatch.GetElapsedTime(start).TotalNanoseconds], 1.0 / batch);
        }

        return new[] { batches.Median() };
    });

    private static void WarmUp(Action<int> loop)
    {
        long start = Stopwatch.GetTimestamp();
        for (int batch = 0; batch < WarmBatches || Stopwatch.GetElapsedTime(start) < WarmTime; batch++)
        {
            loop(WarmBatchOperations);
        }
    }
}
