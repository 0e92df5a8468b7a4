using Plait.Benchmarks.Peers;
using Plait.Benchmarks.Servers;

namespace Plait.Benchmarks.IO;

/// <summary>What coroutines cost: a switch, a start, a sleep; and what a message costs a server.</summary>
internal static class IOArea
{
    /// <summary>The name of the area.</summary>
    public const string Name = "io";

    private const string Script = "coroutines";

    /// <summary>The cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> Cases() =>
    [
        Switch(), SpawnAndJoin(), Sleepers(), .. GreenletCases.Cases(),
        .. EchoCases.OneThread(Name, OurServers.Of("coroutine")),
        Allocated(),
        EchoCases.Threads(Name, OurServers.Of("threads")),
        EchoCases.Pool(Name, OurServers.Of("pool", "--workers", $"{ServerPrograms.PoolSize}")),
        .. EchoCases.Prefork(Name, OurServers.Of("prefork", "--workers", $"{ServerPrograms.Processes}")),
    ];

    private static BenchCase Switch() => new()
    {
        Area = Name,
        Name = "coroutine switch: two that let each other run",
        Unit = BenchUnit.Nanoseconds,
        Ours = switches => new BenchRound([CoroutineOurs.SwitchNanoseconds(switches)]),
        Peers =
        [
            LocalPeer.Create("the runtime's state machines on a bare ring", static switches => [BareRing.SwitchNanoseconds(switches)]),
            PythonPeer.Create("CPython asyncio", Script, "asyncio-switch"),
            PythonPeer.CreateWithModule("gevent", "python3-gevent", "gevent", Script, "gevent-switch"),
            PythonPeer.CreateWithModule("greenlet", "python3-greenlet", "greenlet, by hand", Script, "greenlet-switch"),
        ],
        GoalAbsolute = 40,
        Full = new BenchSize(Rounds: 15, WarmUps: 3, Operations: 2_000_000),
        Quick = new BenchSize(Rounds: 7, WarmUps: 3, Operations: 500_000),
    };

    private static BenchCase SpawnAndJoin() => new()
    {
        Area = Name,
        Name = "coroutine spawned and awaited, one after the other",
        Unit = BenchUnit.Nanoseconds,
        Ours = coroutines => new BenchRound([CoroutineOurs.SpawnNanoseconds(coroutines)]),
        Peers =
        [
            PythonPeer.CreateWithModule("gevent", "python3-gevent", "gevent", Script, "gevent-spawn") with { Goal = 30 },
            PythonPeer.Create("CPython asyncio", Script, "asyncio-spawn"),
        ],
        Full = new BenchSize(Rounds: 11, WarmUps: 3, Operations: 200_000),
        Quick = new BenchSize(Rounds: 5, WarmUps: 3, Operations: 50_000),
    };

    private static BenchCase Sleepers() => new()
    {
        Area = Name,
        Name = "a million sleeping coroutines, each",
        Unit = BenchUnit.Plain("bytes"),
        Ours = static times =>
        {
            string note = "";
            BenchRound round = BenchRound.Repeat(times, () => CoroutineOurs.SleeperBytes(1_000_000, out note));
            return round with { Note = note };
        },
        Peers = [FixedPeer.Create("what is allowed", 400)],
        GoalAbsolute = 400,
        Full = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 1),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 1),
    };

    private static BenchCase Allocated() => new()
    {
        Area = Name,
        Name = "memory that a message allocates in a server of coroutines",
        Unit = BenchUnit.Plain("bytes"),
        Ours = static messages => new BenchRound([AllocatedBytes.PerMessage(messages)]),
        Peers = [FixedPeer.Create("what is allowed", 0.01)],
        GoalAbsolute = 0.01,
        Full = new BenchSize(Rounds: 3, WarmUps: 0, Operations: 1_000_000),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 200_000),
    };
}
