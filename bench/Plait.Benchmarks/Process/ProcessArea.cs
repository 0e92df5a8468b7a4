using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Process;

/// <summary>What a process costs: to start, to call, to send bytes to, and to lose.</summary>
internal static class ProcessArea
{
    private const int EchoBytes = 100 << 20;

    // What a worker amounts to when it is killed; the floor's victim is made as large.
    private const string VictimMegabytes = "30";
    private const string VictimThreads = "8";

    /// <summary>The name of the area.</summary>
    public const string Name = "process";

    /// <summary>The cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> Cases() =>
        [StartJoin(), Call(spinning: false), Call(spinning: true), Echo(borrowed: false), Echo(borrowed: true), Kill()];

    private static BenchCase StartJoin() => new()
    {
        Area = Name,
        Name = "start + join an empty function, cold",
        Unit = BenchUnit.Milliseconds,
        Ours = operations => BenchRound.Repeat(operations, ProcessOurs.StartJoinMilliseconds),
        Peers =
        [
            ProgramPeer.Create("empty dotnet program, whole run", "EmptyProgram"),
            PythonPeer.Create("CPython fork", "process_start", "fork"),
            PythonPeer.Create("CPython forkserver", "process_start", "forkserver"),
            PythonPeer.Create("CPython spawn", "process_start", "spawn"),
        ],
        Goal = 0.56,
        Full = new BenchSize(Rounds: 25, WarmUps: 3, Operations: 1),
        Quick = new BenchSize(Rounds: 7, WarmUps: 2, Operations: 1),
    };

    private static BenchCase Call(bool spinning) => new()
    {
        Area = Name,
        Name = spinning ? "call into a running child and back, both spinning" : "call into a running child and back, both asleep",
        Unit = BenchUnit.Microseconds,
        Ours = operations => new BenchRound([ProcessOurs.CallNanoseconds(operations, spinning) / BenchUnit.Microseconds.Size]),
        Peers = spinning
            ? [CompiledPeer.Create("C spinning ping-pong", "futex_pingpong", "spin")]
            :
            [
                CompiledPeer.Create("C futex ping-pong", "futex_pingpong", "sleep"),
                PythonPeer.Create("CPython Pool(1)", "pool_echo", "fork", "0"),
            ],
        Goal = spinning ? null : 0.67,
        GoalAbsolute = spinning ? 1.5 : null,
        // Many short rounds: one that fits into a time slice is whole, so the median stands also when others use the cores.
        Full = new BenchSize(Rounds: 101, WarmUps: 5, Operations: spinning ? 2_000 : 500),
        Quick = new BenchSize(Rounds: 31, WarmUps: 3, Operations: spinning ? 2_000 : 500),
    };

    private static BenchCase Echo(bool borrowed) => new()
    {
        Area = Name,
        Name = borrowed ? "100 MiB of bytes there and back, borrowed view" : "100 MiB byte[] there and back",
        Unit = BenchUnit.Milliseconds,
        Ours = operations =>
        {
            var copies = 0;
            var round = BenchRound.Repeat(operations, () => ProcessOurs.BytesEchoMilliseconds(EchoBytes, borrowed, out copies));
            return round with { Note = $"copies: {copies}" };
        },
        Peers = [PythonPeer.Create("CPython Pool(1)", "pool_echo", "fork", $"{EchoBytes}")],
        Goal = borrowed ? 20 : 3.5,
        Full = new BenchSize(Rounds: 11, WarmUps: 2, Operations: 1),
        Quick = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 1),
    };

    private static BenchCase Kill() => new()
    {
        Area = Name,
        Name = "kill to knowledge of the death",
        Unit = BenchUnit.Milliseconds,
        Ours = kills => new BenchRound(ProcessOurs.KillToKnowledgeMilliseconds(kills)),
        Peers = [CompiledPeer.Create("C kill + waitpid", "kill_wait", VictimMegabytes, VictimThreads)],
        GoalAbsolute = 5,
        Statistic = BenchStatistic.Percentile99,
        Full = new BenchSize(Rounds: 20, WarmUps: 1, Operations: 10),
        Quick = new BenchSize(Rounds: 10, WarmUps: 1, Operations: 5),
    };
}
