using Plait.Benchmarks.Executor;
using Plait.Benchmarks.Peers;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>How long a deadlock of several processes stays unknown once its last wait has lasted for the threshold.</summary>
internal static class DeadlockCases
{
    public static IEnumerable<BenchCase> Cases() => [Ring(processes: 2), Ring(processes: 32)];

    private static BenchCase Ring(int processes)
    {
        var ours = new DeadlockOurs(processes);
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = $"deadlock of {processes} processes, threshold to exception",
            Unit = BenchUnit.Milliseconds,
            Ours = rings =>
            {
                double[] samples = [.. Enumerable.Range(0, rings).Select(_ => ours.FoundAfterThresholdMilliseconds())];
                return new BenchRound(samples, ours.Note);
            },
            // Nothing else finds one across processes. The floor is a sleep of as long: how late it ends on this machine.
            Peers = [CompiledPeer.Create("C sleep for the threshold, how late it ends", "sleep_late", $"{DeadlockDetection.Threshold.TotalMilliseconds:F0}")],
            GoalAbsolute = 50,
            Statistic = BenchStatistic.Percentile99,
            TearDown = ExecutorPools.DisposeAll,
            // No warm-up: a program meets its first deadlock cold, and it is the first that counts.
            Full = new BenchSize(Rounds: 15, WarmUps: 0, Operations: 1),
            Quick = new BenchSize(Rounds: 4, WarmUps: 0, Operations: 1),
        };
    }
}
