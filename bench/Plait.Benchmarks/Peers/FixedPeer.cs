namespace Plait.Benchmarks.Peers;

/// <summary>Not a program but a figure that ours is held against, such as the ideal 1 of a share.</summary>
internal sealed class FixedPeer : IRunningPeer
{
    private readonly double figure;

    private FixedPeer(string label, double figure)
    {
        Name = label;
        this.figure = figure;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A peer whose every figure is <paramref name="figure"/>.</summary>
    public static BenchPeer Create(string label, double figure) => new(label, _ => Task.FromResult<IRunningPeer>(new FixedPeer(label, figure)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<double>>([figure]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
