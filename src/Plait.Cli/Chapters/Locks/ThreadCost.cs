using Plait.Cli.Chapters.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

/// <summary>What threads cost that do nothing but wait.</summary>
/// <param name="Started">How many were started.</param>
/// <param name="StartMicroseconds">The time that a start took, on average.</param>
/// <param name="Kibibytes">The RAM of each.</param>
/// <param name="Mappings">The memory mappings of each.</param>
/// <param name="MostMappings">How many a process may have.</param>
/// <param name="MostPids">How many threads and processes the machine can number.</param>
internal sealed record ThreadCost(int Started, double StartMicroseconds, double Kibibytes, double Mappings, long MostMappings, long MostPids)
{
    /// <summary>Starts so many, or as many as the system gives, and ends them.</summary>
    public static ThreadCost Measure(int count)
    {
        using var leave = new ManualResetEventSlim();
        var threads = new List<WorkerThread> { WorkerThread.Start(() => leave.Wait()) };
        (double memory, int mappings) = (ProcessTable.ResidentMebibytes(Environment.ProcessId), CountMappings());
        long start = TimeProvider.System.GetTimestamp();
        try
        {
            while (threads.Count <= count)
            {
                threads.Add(WorkerThread.Start(() => leave.Wait()));
            }
        }
        catch (ThreadStartRefusedException)
        {
            // Then it is measured with those that there are.
        }

        TimeSpan time = TimeProvider.System.GetElapsedTime(start);
        double started = threads.Count - 1;
        double kibibytes = (ProcessTable.ResidentMebibytes(Environment.ProcessId) - memory) * 1024 / started;
        double each = (CountMappings() - mappings) / started;
        leave.Set();
        threads.ForEach(thread => thread.Join());
        return new ThreadCost((int)started, time.TotalMicroseconds / started, kibibytes, each, Read("/proc/sys/vm/max_map_count"), Read("/proc/sys/kernel/pid_max"));
    }

    private static int CountMappings() => File.ReadLines("/proc/self/maps").Count();

    private static long Read(string file) => long.Parse(File.ReadAllText(file));
}
