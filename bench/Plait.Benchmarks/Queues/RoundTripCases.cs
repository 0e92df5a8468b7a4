using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Queues;

/// <summary>What a message and the answer to it take, and how long a consumer that sleeps takes to have an item.</summary>
internal static class RoundTripCases
{
    public static IEnumerable<BenchCase> Cases() => [RoundTrip(spinning: false), RoundTrip(spinning: true), Wake()];

    private static BenchCase RoundTrip(bool spinning)
    {
        var ours = new RoundTripOurs(spinning);
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = $"round trip through two queues, both {(spinning ? "spinning" : "asleep")}",
            Unit = BenchUnit.Microseconds,
            Ours = rounds => new BenchRound([MeasuringThread.Run(() => ours.RoundNanoseconds(rounds)) / BenchUnit.Microseconds.Size]),
            Peers = [CompiledPeer.Create($"C futex ping-pong, both {(spinning ? "spinning" : "asleep")}", "futex_pingpong", spinning ? "spin" : "sleep")],

            // At most one and a half times the bare ping-pong.
            Goal = spinning ? null : 0.67,
            GoalAbsolute = spinning ? 1 : null,
            TearDown = ours.Dispose,
            Full = new BenchSize(Rounds: 101, WarmUps: 10, Operations: spinning ? 2_000 : 500),
            Quick = new BenchSize(Rounds: 31, WarmUps: 10, Operations: spinning ? 2_000 : 500),
        };
    }

    private static BenchCase Wake()
    {
        var ours = new RoundTripOurs(spinning: true);
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = "from a put to the end of a get that has waited for 20 ms",
            Unit = BenchUnit.Microseconds,
            Ours = times => new BenchRound([.. MeasuringThread.Run(() => ours.WakeNanoseconds(times)).Select(static taken => taken / BenchUnit.Microseconds.Size)]),
            Peers =
            [
                PythonPeer.Create("CPython multiprocessing.Queue", "queue_wake"),

                // No goal: what the machine itself takes.
                CompiledPeer.Create("C futex wake", "futex_wake"),
            ],
            GoalAbsolute = 60,
            Statistic = BenchStatistic.Percentile99,
            TearDown = ours.Dispose,
            Full = new BenchSize(Rounds: 10, WarmUps: 1, Operations: 50),
            Quick = new BenchSize(Rounds: 2, WarmUps: 1, Operations: 50),
        };
    }
}
