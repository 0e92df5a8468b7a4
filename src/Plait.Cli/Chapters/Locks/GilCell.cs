using Plait.Execution;
using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

/// <summary>Some equal jobs, done at the same time in one way.</summary>
/// <param name="Time">From the start of the first to the end of the last.</param>
/// <param name="Running">The most of them whose code ran at one time; null for processes, which do not count together.</param>
/// <param name="Waiting">The most of them that waited for their input at one time; null likewise.</param>
/// <param name="Switches">How often one that had more to compute gave up the global lock.</param>
internal sealed record GilCell(TimeSpan Time, int? Running = null, int? Waiting = null, int Switches = 0)
{
    /// <summary>In threads of the process that calls this.</summary>
    public static GilCell RunInThreads(GilJob job, int jobs, bool hasGlobalLock)
    {
        using var scope = ThreadScope.Create();
        ILock? global = hasGlobalLock ? Interpreted.CreateLock(scope) : null;
        (Gauge running, Gauge waiting) = (new(), new());
        int switches = 0;
        long start = TimeProvider.System.GetTimestamp();
        foreach (var thread in Crew.Start(jobs, _ => Interlocked.Add(ref switches, job.Run(global, running, waiting))))
        {
            _ = thread.Result;
        }

        return new GilCell(TimeProvider.System.GetElapsedTime(start), running.Max, waiting.Max, switches);
    }

    /// <summary>In processes, a job each.</summary>
    public static async Task<GilCell> RunInProcessesAsync(ProcessExecutor pool, GilJob job, int jobs, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => pool.Submit(() => job.Run(null, new Gauge(), new Gauge())).Task)).WaitAsync(cancellation);
        return new GilCell(TimeProvider.System.GetElapsedTime(start));
    }
}

/// <summary>What one unit does: compute, or wait for input, so often for so long.</summary>
internal sealed record GilJob(string Name, bool IsComputing, int Steps)
{
    /// <returns>How often it gave up the global lock because its time was up.</returns>
    public int Run(ILock? global, Gauge running, Gauge waiting)
    {
        using var me = new Interpreted(global, running);
        for (int step = 0; step < Steps; step++)
        {
            if (IsComputing)
            {
                Compute();
                me.Step();
            }
            else
            {
                me.Block(() =>
                {
                    using Gauge.Visit visit = waiting.Enter();
                    Sleep.AtLeast(TimeSpan.FromMilliseconds(10));
                });
            }
        }

        return me.Switches;
    }

    // Some ten microseconds.
    private static void Compute()
    {
        uint number = 1;
        for (int i = 0; i < 10_000; i++)
        {
            number = (number * 1_664_525) + 1_013_904_223;
        }

        GC.KeepAlive(number == 0 ? "never" : null);
    }
}
