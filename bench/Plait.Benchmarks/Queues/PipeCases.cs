using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Queues;

/// <summary>What a message through a pipe and the answer to it take.</summary>
internal static class PipeCases
{
    public static IEnumerable<BenchCase> Cases() => [RoundTrip(spinning: true), RoundTrip(spinning: false)];

    private static BenchCase RoundTrip(bool spinning)
    {
        var ours = new Lazy<PipeOurs>(() => new PipeOurs(spinning));
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = spinning ? "Pipe round trip" : "Pipe round trip, both asleep",
            Unit = BenchUnit.Microseconds,
            Ours = rounds => new BenchRound([MeasuringThread.Run(() => ours.Value.RoundNanoseconds(rounds)) / BenchUnit.Microseconds.Size]),
            Peers = [PythonPeer.Create("CPython multiprocessing.Pipe", "pipe_pingpong")],
            Goal = spinning ? 1.5 : null,
            TearDown = () =>
            {
                if (ours.IsValueCreated)
                {
                    ours.Value.Dispose();
                }
            },
            // Many short rounds: one that fits into a time slice is whole, so the median stands also when others use the cores.
            Full = new BenchSize(Rounds: 101, WarmUps: 10, Operations: 500),
            Quick = new BenchSize(Rounds: 31, WarmUps: 10, Operations: 500),
        };
    }
}
