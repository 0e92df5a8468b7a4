namespace Plait.Net.Servers;

/// <summary>A connection whose handler has thrown.</summary>
/// <param name="connection">The connection; it is about to be closed.</param>
/// <param name="error">What was thrown.</param>
public sealed class ConnectionFailedEventArgs(Connection connection, Exception error) : EventArgs
{
    /// <summary>The connection; it is about to be closed.</summary>
    public Connection Connection { get; } = connection;

    /// <summary>What was thrown.</summary>
    public Exception Error { get; } = error;
}
