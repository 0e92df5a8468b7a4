using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Locks;

/// <summary>What it takes to wake another process and to be woken by it.</summary>
internal static class PingPongCases
{
    public static IEnumerable<BenchCase> Cases() => [PingPong(spinning: false), PingPong(spinning: true)];

    private static BenchCase PingPong(bool spinning)
    {
        var ours = new Lazy<PingPongOurs>(() => new PingPongOurs(spinning));
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = $"semaphore ping-pong of two processes, there and back, both {(spinning ? "spinning" : "asleep")}",
            Unit = BenchUnit.Microseconds,
            Ours = rounds => new BenchRound([MeasuringThread.Run(() => ours.Value.RoundNanoseconds(rounds)) / BenchUnit.Microseconds.Size]),
            Peers = spinning
                ? [CompiledPeer.Create("C spinning ping-pong", "futex_pingpong", "spin")]
                :
                [
                    PythonPeer.Create("CPython multiprocessing.Semaphore", "semaphore_pingpong"),
                    CompiledPeer.Create("C futex ping-pong", "futex_pingpong", "sleep"),
                ],
            Goal = spinning ? null : 1,
            GoalAbsolute = spinning ? 1 : null,
            TearDown = () =>
            {
                if (ours.IsValueCreated)
                {
                    ours.Value.Dispose();
                }
            },
            // Many short rounds: one that fits into a time slice is whole, so the median stands also when others use the cores.
            Full = new BenchSize(Rounds: 101, WarmUps: 10, Operations: spinning ? 2_000 : 500),
            Quick = new BenchSize(Rounds: 31, WarmUps: 10, Operations: spinning ? 2_000 : 500),
        };
    }
}
