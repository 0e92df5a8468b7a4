using Plait.Benchmarks.Executor;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Locks;

/// <summary>How soon the lock of a killed process is somebody else's.</summary>
internal static class OwnerDeathCases
{
    // What a worker amounts to when it is killed; the floor's victim is made as large.
    private const string VictimMegabytes = "30";
    private const string VictimThreads = "8";

    public static IEnumerable<BenchCase> Cases() =>
    [
        new BenchCase
        {
            Area = LocksArea.Name,
            Name = "holder killed, kill to acquire by a waiting process",
            Unit = BenchUnit.Milliseconds,
            Ours = static kills => new BenchRound(OwnerDeathOurs.KillToAcquireMilliseconds(kills)),
            Peers =
            [
                CompiledPeer.Create("C kill + waitpid", "kill_wait", VictimMegabytes, VictimThreads),
                LocalPeer.Create(
                    ".NET named Mutex",
                    static kills => [.. OwnerDeathOurs.MutexKillToAcquireMilliseconds(kills).Select(static sample => sample * BenchUnit.Milliseconds.Size)]),
            ],
            GoalAbsolute = 5,
            GoalWorst = 50,
            Statistic = BenchStatistic.Percentile99,
            TearDown = ExecutorPools.DisposeAll,
            Full = new BenchSize(Rounds: 25, WarmUps: 1, Operations: 10),
            Quick = new BenchSize(Rounds: 10, WarmUps: 1, Operations: 5),
        },
    ];
}
