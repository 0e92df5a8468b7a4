using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>A server as a side of a case: it is started once, and measured in each round.</summary>
internal sealed class EchoPeer : IRunningPeer
{
    private readonly ServerProcess _server;
    private readonly Func<ServerProcess, int, CancellationToken, Task<(double Figure, string Note)>> _measure;

    private EchoPeer(ServerProcess server, Func<ServerProcess, int, CancellationToken, Task<(double Figure, string Note)>> measure)
    {
        _server = server;
        _measure = measure;
    }

    /// <inheritdoc/>
    public string Name => _server.Name;

    /// <inheritdoc/>
    public string Note { get; private set; } = "";

    /// <summary>A peer that is a server under load; the operations of a round are milliseconds.</summary>
    public static BenchPeer Create(ServerProgram program, EchoLoad load, double? goal = null) =>
        Create(program, (server, milliseconds, cancellation) => Task.FromResult(load.Measure(server, milliseconds, cancellation)), goal);

    /// <summary>A peer that is a server of which something is measured.</summary>
    public static BenchPeer Create(ServerProgram program, Func<ServerProcess, int, CancellationToken, Task<(double Figure, string Note)>> measure, double? goal = null) =>
        new(program.Label, async cancellation => new EchoPeer(await ServerProcess.StartAsync(program, cancellation).ConfigureAwait(false), measure)) { Goal = goal };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken)
    {
        (double figure, Note) = await _measure(_server, operations, cancellationToken).ConfigureAwait(false);
        return [figure];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
