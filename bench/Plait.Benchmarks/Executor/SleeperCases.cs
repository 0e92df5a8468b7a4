using System.Diagnostics;
using Plait.Benchmarks.Peers;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Benchmarks.Executor;

/// <summary>Many tasks that only wait: on threads, on threads of a few processes, and in as many processes. The executor is made, used and measured whole.</summary>
internal static class SleeperCases
{
    private const int Sleepers = 400;
    private const int HybridProcesses = 2;
    private static readonly TimeSpan SleepTime = TimeSpan.FromSeconds(2);

    public static IEnumerable<BenchCase> Cases() =>
    [
        Case($"on {Sleepers} threads", static () => new ThreadExecutor(Sleepers), 2_100, PythonPeer.Create("CPython ThreadPoolExecutor", "thread_pool", "sleepers")),
        Case(
            $"in {HybridProcesses} processes with {Sleepers / HybridProcesses} threads each",
            static () => new HybridExecutor(new HybridExecutorOptions { Processes = HybridProcesses, TasksPerProcess = Sleepers / HybridProcesses, Spares = 0 }),
            2_300,
            LocalPeer.Create($"ours in {Sleepers} processes", Processes),
            PythonPeer.Create($"CPython with {Sleepers} processes", "thread_pool", "processes")),
    ];

    private static BenchCase Case(string where, Func<IExecutor> create, double goal, params BenchPeer[] peers) => new()
    {
        Area = ExecutorArea.Name,
        Name = $"{Sleepers} tasks that sleep for {SleepTime.TotalSeconds:0} s {where}, from the first submission to the last end",
        Unit = BenchUnit.Milliseconds,
        Ours = times => new BenchRound(Times(times, create)),
        Peers = [.. peers],
        GoalAbsolute = goal,
        Full = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 1),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 1),
    };

    // As many processes as there are tasks, each of them a runtime.
    private static IReadOnlyList<double> Processes(int times) =>
        [.. Times(times, static () => new ProcessExecutor(new ProcessExecutorOptions { Workers = Sleepers, Spares = 0 })).Select(static time => time * BenchUnit.Milliseconds.Size)];

    private static double[] Times(int times, Func<IExecutor> create)
    {
        double[] samples = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using IExecutor executor = create();
            Future.Wait([.. Enumerable.Range(0, Sleepers).Select(_ => executor.Submit(Sleep))]);
            samples[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return samples;
    }

    private static void Sleep()
    {
        using var never = new ManualResetEventSlim();
        _ = never.Wait(SleepTime);
    }
}
