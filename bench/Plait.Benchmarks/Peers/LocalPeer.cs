namespace Plait.Benchmarks.Peers;

/// <summary>A peer in this process: what .NET itself has for the same, or a measure such as a bare pair of atomic operations.</summary>
internal sealed class LocalPeer : IRunningPeer
{
    private readonly Func<int, IReadOnlyList<double>> run;
    private readonly IDisposable? owned;

    private LocalPeer(string label, Func<int, IReadOnlyList<double>> run, IDisposable? owned)
    {
        Name = label;
        this.run = run;
        this.owned = owned;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A peer whose figures <paramref name="run"/> gives for a number of operations.</summary>
    /// <param name="label">What it is.</param>
    /// <param name="run">Measures one round; it may block.</param>
    /// <param name="owned">Disposed with the peer.</param>
    public static BenchPeer Create(string label, Func<int, IReadOnlyList<double>> run, IDisposable? owned = null) =>
        new(label, _ => Task.FromResult<IRunningPeer>(new LocalPeer(label, run, owned)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(run(operations));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        owned?.Dispose();
        return ValueTask.CompletedTask;
    }
}
