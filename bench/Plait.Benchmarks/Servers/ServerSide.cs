using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>Ours, where it is a server as the peers are, and so measured as they are.</summary>
internal sealed class ServerSide(BenchPeer description, BenchUnit unit)
{
    private IRunningPeer? _running;

    /// <summary>Measures a round; starts the server before the first one.</summary>
    public BenchRound Run(int operations) => RunAsync(operations).GetAwaiter().GetResult();

    /// <summary>Ends the server.</summary>
    public void Close() => _running?.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<BenchRound> RunAsync(int operations)
    {
        _running ??= await description.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        IReadOnlyList<double> figures = await _running.RunAsync(operations, CancellationToken.None).ConfigureAwait(false);
        return new BenchRound([.. figures.Select(figure => figure / unit.Size)], _running.Note);
    }
}
