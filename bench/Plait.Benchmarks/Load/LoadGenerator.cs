namespace Plait.Benchmarks.Load;

/// <summary>Puts a server that echoes under load, from one thread, and measures how it answers.</summary>
public static class LoadGenerator
{
    /// <summary>The most bytes that a message may have, and that all messages of a connection may have which are under way.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Connects, warms up, measures, waits for what is under way, and closes. Takes as long as the options say, on the calling thread.</summary>
    /// <param name="options">What to ask for.</param>
    /// <param name="cancellation">Ends it at once; what was measured so far is returned.</param>
    /// <returns>What was measured. Errors of connections are counted in it. Where no connection can be made nothing is measured, and that is told soon.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is out of its range.</exception>
    /// <exception cref="IOException">This process cannot have so many connections: the message says what to raise.</exception>
    public static LoadResult Run(LoadOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Pipeline, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)options.Size * options.Pipeline, MostBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rate);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Reconnect);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WarmUp, TimeSpan.Zero);
        using var run = new LoadRun(options);
        return run.Run(cancellation);
    }
}
