using System.Net;

namespace Plait.Benchmarks.Load;

/// <summary>What a server is asked for, how often and for how long.</summary>
public sealed record LoadOptions
{
    /// <summary>Where the server listens: an <see cref="IPEndPoint"/>, or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</summary>
    public required EndPoint Target { get; init; }

    /// <summary>Connections at the same time, at least 1. Default: 50.</summary>
    public int Connections { get; init; } = 50;

    /// <summary>Messages of a connection that may be under way, unanswered, at the same time; at least 1. Default: 1.</summary>
    public int Pipeline { get; init; } = 1;

    /// <summary>Bytes of a message, at least 1. Default: 64.</summary>
    public int Size { get; init; } = 64;

    /// <summary>How long is measured. Default: 5 seconds.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the same goes on before. Default: 1 second.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Messages a second, of all connections together: each has a moment at which it is due, and its latency counts from then, also when it could not be sent yet. 0 (the default): a message follows
    /// when one is answered, which hides what all would have waited while the server stood still.
    /// </summary>
    public double Rate { get; init; }

    /// <summary>A connection is closed after so many answered messages, and another one takes its place. 0 (the default): it stays.</summary>
    public int Reconnect { get; init; }

    /// <summary>The answer is the message in capital letters, not the message itself. Default: false.</summary>
    public bool IsUpperCase { get; init; }

    /// <summary>How long a connection may take to be made. Default: 10 seconds, enough for a lost request that is sent again.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection with unanswered messages may stay silent. Default: 10 seconds.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Processes whose processor time is measured, with that of all they have started. Default: none.</summary>
    public IReadOnlyList<int> ServerProcesses { get; init; } = [];
}
