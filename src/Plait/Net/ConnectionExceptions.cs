namespace Plait.Net;

/// <summary>The other end has broken the connection off, or has closed it while something was sent. For a server an ordinary end.</summary>
/// <param name="message">What happened, with which connection.</param>
public sealed class ConnectionResetException(string message) : IOException(message);

/// <summary>A connection took longer than it may.</summary>
/// <param name="kind">Which of its times was over.</param>
/// <param name="message">The time, and the connection.</param>
public sealed class ConnectionTimeoutException(ConnectionTimeout kind, string message) : TimeoutException(message)
{
    /// <summary>Which of its times was over.</summary>
    public ConnectionTimeout Kind { get; } = kind;
}

/// <summary>The other end has sent more than is taken for one message.</summary>
/// <param name="limit">How many bytes one may have.</param>
/// <param name="message">The limit, and the connection.</param>
public sealed class MessageLimitExceededException(int limit, string message) : IOException(message)
{
    /// <summary>How many bytes a message may have.</summary>
    public int Limit { get; } = limit;
}

/// <summary>The times of a connection that can be limited.</summary>
public enum ConnectionTimeout
{
    /// <summary>Nothing was connected in time.</summary>
    Connect,

    /// <summary>Nothing at all came since the connection was made.</summary>
    FirstByte,

    /// <summary>Nothing more came.</summary>
    Idle,

    /// <summary>The other end took nothing of what was sent.</summary>
    SendStall,

    /// <summary>The connection as a whole.</summary>
    Lifetime,
}
