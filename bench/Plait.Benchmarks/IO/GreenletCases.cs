using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.IO;

/// <summary>What greenlets cost: a switch of each kind, and a chain of them.</summary>
internal static class GreenletCases
{
    private const string Script = "coroutines";

    public static IEnumerable<BenchCase> Cases() => [Switch(), HandOff(), Chain()];

    private static BenchCase Switch() => new()
    {
        Area = IOArea.Name,
        Name = "greenlet switch: two async functions, by hand",
        Unit = BenchUnit.Nanoseconds,
        Ours = switches => new BenchRound([MeasuringThread.Run(() => GreenletOurs.SwitchNanoseconds(switches))]),
        Peers =
        [
            PythonPeer.CreateWithModule("greenlet", "python3-greenlet", "greenlet", Script, "greenlet-switch"),
            LocalPeer.Create("the runtime's state machines on a bare ring", static switches => [BareRing.SwitchNanoseconds(switches)]),
        ],
        GoalAbsolute = 60,
        Full = new BenchSize(Rounds: 15, WarmUps: 3, Operations: 2_000_000),
        Quick = new BenchSize(Rounds: 7, WarmUps: 3, Operations: 500_000),
    };

    private static BenchCase HandOff() => new()
    {
        Area = IOArea.Name,
        Name = "greenlet with a thread: one hand-off",
        Unit = BenchUnit.Nanoseconds,
        Ours = switches => new BenchRound([MeasuringThread.Run(() => GreenletOurs.HandOffNanoseconds(switches))]),
        Peers = [CompiledPeer.Create("C threads and pipes", "pipe_threads") with { Goal = 0.5 }],
        Full = new BenchSize(Rounds: 31, WarmUps: 5, Operations: 20_000),
        Quick = new BenchSize(Rounds: 15, WarmUps: 5, Operations: 10_000),
    };

    private static BenchCase Chain() => new()
    {
        Area = IOArea.Name,
        Name = "chain of 100,000 greenlets: made, begun and passed, a link",
        Unit = BenchUnit.Nanoseconds,
        Ours = links => new BenchRound([MeasuringThread.Run(() => GreenletOurs.ChainNanoseconds(links))]),
        Peers = [PythonPeer.CreateWithModule("greenlet", "python3-greenlet", "greenlet", Script, "greenlet-chain") with { Goal = 1 }],
        Full = new BenchSize(Rounds: 7, WarmUps: 2, Operations: 100_000),
        Quick = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 100_000),
    };
}
