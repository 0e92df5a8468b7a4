using System.Globalization;
using Plait.Benchmarks.Peers;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>What a queue takes in which nothing was put.</summary>
internal static class IdleCases
{
    public static IEnumerable<BenchCase> Cases()
    {
        ProcessScope scope = ProcessScope.Create("bench-idle");
        return
        [
            new BenchCase
            {
                Area = QueuesArea.Name,
                Name = "an idle queue, process scope, shared memory touched",
                Unit = BenchUnit.Plain("bytes"),
                Ours = queues => new BenchRound([Touched(scope, queues)]),
                Peers = [LocalPeer.Create("a page of memory", static _ => [Environment.SystemPageSize])],
                GoalAbsolute = 8192,
                Full = new BenchSize(Rounds: 5, WarmUps: 1, Operations: 1_000),
                Quick = new BenchSize(Rounds: 2, WarmUps: 1, Operations: 1_000),
            },
        ];
    }

    private static double Touched(ProcessScope scope, int queues)
    {
        long before = SharedBytes();
        for (int i = 0; i < queues; i++)
        {
            _ = scope.CreateQueue<long>(1024);
        }

        return (double)(SharedBytes() - before) / queues;
    }

    // Pages of shared memory that this process has touched.
    private static long SharedBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("RssShmem:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(9, line.Length - 12), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }
}
