namespace Plait.Benchmarks.Peers;

/// <summary>Another way to do what a case does, and how to get it running.</summary>
/// <param name="Label">A short name that is known before the peer runs, such as <c>CPython spawn</c>.</param>
/// <param name="OpenAsync">Builds the peer where needed and starts it. It throws <see cref="PeerUnavailableException"/> where something is missing.</param>
public sealed record BenchPeer(string Label, Func<CancellationToken, Task<IRunningPeer>> OpenAsync)
{
    /// <summary>The smallest accepted ratio of this peer to ours, or null to go by the case's goal, which is for the first peer.</summary>
    public double? Goal { get; init; }

    /// <summary>What one operation of this peer is called where it serves as a measure: its row then says how many of it ours costs. Null otherwise.</summary>
    public string? Measure { get; init; }
}

/// <summary>A peer that is ready to be measured again and again. It is used by one flow at a time.</summary>
public interface IRunningPeer : IAsyncDisposable
{
    /// <summary>What is measured, with its version where that matters.</summary>
    string Name { get; }

    /// <summary>What else the reader should know of the last round, such as a throughput; empty where there is nothing.</summary>
    string Note => "";

    /// <summary>Does <paramref name="operations"/> operations and returns one figure an operation, or one mean of them all: nanoseconds, or what else the case's unit counts (<see cref="BenchUnit.Size"/>).</summary>
    /// <exception cref="PeerUnavailableException">The peer died or gave no answer in time; it cannot be used again.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the peer cannot be used again.</exception>
    Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken);
}

/// <summary>A peer is missing, cannot be built or stopped working. The message says what to install or where to look.</summary>
public sealed class PeerUnavailableException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public PeerUnavailableException()
        : base("The peer is not available.")
    {
    }

    /// <summary>Creates the exception with what is missing and what to do.</summary>
    public PeerUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what is missing, what to do and the cause.</summary>
    public PeerUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
