using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>Servers under load: what a message costs them in processor time, what a connection does, and what one takes that is idle.</summary>
internal static class EchoCases
{
    private const int IdleConnections = 10_000;

    /// <summary>The rows of a server that serves all connections from one thread, held against others of that kind.</summary>
    /// <param name="area">The area that the rows belong to.</param>
    /// <param name="ours">The server.</param>
    public static IReadOnlyList<BenchCase> OneThread(string area, ServerProgram ours)
    {
        var few = new EchoLoad(50);
        var many = new EchoLoad(1_000);
        var deep = new EchoLoad(50) { Pipeline = 16 };
        return
        [
            Echo(
                area,
                "echo of 64 bytes, 50 connections, CPU a message",
                ours,
                few,
                EchoPeer.Create(ServerPrograms.Epoll, few, AtMost(1.10)),
                EchoPeer.Create(ServerPrograms.Gevent, few, 3),
                EchoPeer.Create(ServerPrograms.Asyncio, few, 4),
                EchoPeer.Create(ServerPrograms.Uvloop, few, 1.7),
                EchoPeer.Create(ServerPrograms.Go, few, 1.1),
                EchoPeer.Create(ServerPrograms.Kestrel, few, 1.3),
                EchoPeer.Create(ServerPrograms.DotnetAsync, few, 1.5),
                EchoPeer.Create(ServerPrograms.DotnetInline, few, 1.1)),
            Echo(
                area,
                "echo of 64 bytes, 1,000 connections, CPU a message",
                ours,
                many,
                EchoPeer.Create(ServerPrograms.Epoll, many, AtMost(1.20)),
                EchoPeer.Create(ServerPrograms.Go, many),
                EchoPeer.Create(ServerPrograms.DotnetAsync, many)),
            Echo(
                area,
                "echo of 64 bytes, 50 connections, 16 under way in each, CPU a message",
                ours,
                deep,
                EchoPeer.Create(ServerPrograms.Epoll, deep, AtMost(1.20)),
                EchoPeer.Create(ServerPrograms.Go, deep),
                EchoPeer.Create(ServerPrograms.DotnetAsync, deep)),
            Idle(area, ours),
        ];
    }

    /// <summary>The row of a server with a thread for each connection.</summary>
    /// <inheritdoc cref="OneThread"/>
    public static BenchCase Threads(string area, ServerProgram ours)
    {
        var load = new EchoLoad(50);
        return Echo(
            area,
            "echo of 64 bytes, a thread per connection, CPU a message",
            ours,
            load,
            EchoPeer.Create(ServerPrograms.DotnetThreads, load, 1),
            EchoPeer.Create(ServerPrograms.PythonThreads, load, 1));
    }

    /// <summary>The row of a server with <see cref="ServerPrograms.PoolSize"/> threads that block, each with a connection at a time.</summary>
    /// <inheritdoc cref="OneThread"/>
    public static BenchCase Pool(string area, ServerProgram ours)
    {
        var load = new EchoLoad(ServerPrograms.PoolSize);
        return Echo(
            area,
            $"echo of 64 bytes, a pool of {ServerPrograms.PoolSize} threads, CPU a message",
            ours,
            load,
            EchoPeer.Create(ServerPrograms.DotnetPool, load, 1),
            EchoPeer.Create(ServerPrograms.PythonPool, load, 1));
    }

    /// <summary>The rows of a server of <see cref="ServerPrograms.Processes"/> processes that accept from one listener: how fast connections with one message follow each other, and what one costs.</summary>
    /// <inheritdoc cref="OneThread"/>
    public static IReadOnlyList<BenchCase> Prefork(string area, ServerProgram ours)
    {
        var cost = new EchoLoad(16) { IsOfConnections = true };
        EchoLoad time = cost with { IsOfTime = true };
        return
        [
            Echo(
                area,
                $"pre-forked: new connections, {ServerPrograms.Processes} processes, time for each",
                ours,
                time,
                EchoPeer.Create(ServerPrograms.PythonPrefork, time, 3),
                EchoPeer.Create(ServerPrograms.PythonFork, time),
                EchoPeer.Create(ServerPrograms.Epoll, time)),
            Echo(
                area,
                $"pre-forked: new connections, {ServerPrograms.Processes} processes, CPU a connection",
                ours,
                cost,
                EchoPeer.Create(ServerPrograms.PythonPrefork, cost),
                EchoPeer.Create(ServerPrograms.Epoll, cost)),
        ];
    }

    private static BenchCase Echo(string area, string name, ServerProgram ours, EchoLoad load, params BenchPeer[] peers) =>
        Compare(area, name, BenchUnit.Microseconds, EchoPeer.Create(ours, load), peers) with
        {
            // Operations are milliseconds of load.
            Full = new BenchSize(Rounds: 9, WarmUps: 2, Operations: 1_000),
            Quick = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 300),
        };

    private static BenchCase Idle(string area, ServerProgram ours)
    {
        BenchPeer Peer(ServerProgram program) => EchoPeer.Create(program, IdleMemory.MeasureAsync);

        // A server that has had as many connections once has their memory: each figure is of a server's first.
        return Compare(
            area,
            $"memory of an idle connection, {IdleConnections:N0} of them",
            BenchUnit.Plain("bytes"),
            Peer(ours),
            [Peer(ServerPrograms.Go), Peer(ServerPrograms.Gevent), Peer(ServerPrograms.DotnetAsync), Peer(ServerPrograms.Epoll)]) with
        {
            GoalAbsolute = 600,
            Full = new BenchSize(Rounds: 1, WarmUps: 0, Operations: IdleConnections),
            Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: IdleConnections),
        };
    }

    private static BenchCase Compare(string area, string name, BenchUnit unit, BenchPeer ours, IReadOnlyList<BenchPeer> peers)
    {
        var side = new ServerSide(ours, unit);
        return new BenchCase
        {
            Area = area,
            Name = name,
            Unit = unit,
            Statistic = BenchStatistic.Minimum,
            Ours = side.Run,
            TearDown = side.Close,
            Peers = peers,
            Full = default,
            Quick = default,
        };
    }

    private static double AtMost(double multiple) => 1 / multiple;
}
