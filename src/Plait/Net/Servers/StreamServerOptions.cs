using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Plait.Net.Servers;

/// <summary>Where a <see cref="StreamServer"/> listens, how it serves, and what it puts up with.</summary>
public sealed class StreamServerOptions
{
    /// <summary>Where it listens: an <see cref="IPEndPoint"/>, port 0 for any that is free, or a <see cref="UnixDomainSocketEndPoint"/>. Default: any port of 127.0.0.1.</summary>
    public EndPoint EndPoint { get; init; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>How connections are treated. Default: <see cref="ServerModel.Coroutine"/>.</summary>
    public ServerModel Model { get; init; }

    /// <summary>
    /// How many serve: loops for <see cref="ServerModel.Loops"/>, threads for <see cref="ServerModel.Pool"/>, processes for <see cref="ServerModel.Prefork"/> and
    /// <see cref="ServerModel.ProcessLoops"/>, of which there are no more than <see cref="MaxConnections"/>; other models have one, one a connection, or the runtime's thread pool, and take 0 or 1. Default: 0, which is one a processor for loops and processes
    /// (but one loop for a Unix socket, whose path only one socket can have), and five a processor for the pool.
    /// </summary>
    public int Workers { get; init; }

    /// <summary>What it is called in messages, and its threads. Default: null, server-N.</summary>
    public string? Name { get; init; }

    /// <summary>How many connections the system keeps that wait to be accepted; at least 1. The system has a limit of its own (net.core.somaxconn, 4096). Default: 1024.</summary>
    public int Backlog { get; init; } = 1024;

    /// <summary>How many connections are served at once; at least 1. Processes with loops have an equal share each. Default: 10,000; a process a connection wants a bound that the machine bears.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>What becomes of a connection beyond <see cref="MaxConnections"/>. Default: it waits, unaccepted.</summary>
    public WhenServerFull WhenFull { get; init; }

    /// <summary>How long a new connection may take to send its first byte. Default: 30 s. <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a receive waits for the next byte. Default: 2 minutes. <see cref="Timeout.InfiniteTimeSpan"/> for no limit. A handler may change it for its connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a send waits for the other end to take the next byte. Default: 30 s. <see cref="Timeout.InfiniteTimeSpan"/> for no limit. A handler may change it for its connection.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may last: beyond it, the next receive or send throws, and one that waits does at once. Default: <see cref="Timeout.InfiniteTimeSpan"/>, no limit.</summary>
    public TimeSpan MaxLifetime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long connections that are being served may go on when the server stops or restarts, before they are broken off. Default: 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long fresh workers may take until they accept, before <see cref="StreamServer.RestartAsync"/> gives up. Default: 30 s. <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan RestartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// TLS for all connections: its certificate, and what else is asked for. The handler has what is inside. The handshake may take as long as <see cref="FirstByteTimeout"/>; one that fails closes its connection and is
    /// counted. Default: null, no TLS.
    /// </summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>For tests: the error with which a system refuses a ring. Default: 0, what the system says.</summary>
    internal int RingRefusal { get; init; }

    /// <summary>How many serve, by model.</summary>
    internal int WorkerCount => Workers > 0 ? Workers : Model switch
    {
        ServerModel.Loops when EndPoint is UnixDomainSocketEndPoint => 1,
        ServerModel.Loops => Environment.ProcessorCount,
        ServerModel.Prefork or ServerModel.ProcessLoops => Environment.ProcessorCount,
        ServerModel.Pool => 5 * Environment.ProcessorCount,
        _ => 1,
    };

    /// <exception cref="ArgumentException">A value is out of its range, or does not go with the model.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(EndPoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backlog, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        if (!Enum.IsDefined(Model))
        {
            throw new ArgumentOutOfRangeException(nameof(Model), Model, "There is no such model: ServerModels.All lists them.");
        }

        if (!Enum.IsDefined(WhenFull))
        {
            throw new ArgumentOutOfRangeException(nameof(WhenFull), WhenFull, "It is Wait or Refuse.");
        }

        if (Workers > 1 && Model is not (ServerModel.Loops or ServerModel.Pool or ServerModel.Prefork or ServerModel.ProcessLoops))
        {
            throw new ArgumentException($"{Workers} workers were asked for, and model {Model} has {Model switch { ServerModel.Threads => "one thread a connection", ServerModel.Sockets => "the runtime's thread pool", ServerModel.Processes => "one process a connection", _ => "one thread" }}: take Loops, Pool, Prefork or ProcessLoops, or leave Workers at 0.", nameof(Workers));
        }

        if (Tls is not null && Model is (ServerModel.Prefork or ServerModel.ProcessLoops or ServerModel.Processes))
        {
            throw new ArgumentException($"A certificate's key does not travel to other processes, and model {Model} serves in some: take a model of one process, such as Loops.", nameof(Tls));
        }

        if (Workers > 1 && Model == ServerModel.Loops && EndPoint is not IPEndPoint)
        {
            throw new ArgumentException($"Several loops listen at one port each with a socket of its own, which {EndPoint} does not allow: take model ProcessLoops, or Coroutine, or leave Workers at 0 for one loop.", nameof(EndPoint));
        }

        Check(FirstByteTimeout, nameof(FirstByteTimeout));
        Check(IdleTimeout, nameof(IdleTimeout));
        Check(SendTimeout, nameof(SendTimeout));
        Check(MaxLifetime, nameof(MaxLifetime));
        Check(RestartTimeout, nameof(RestartTimeout));
        CheckDrain(DrainTimeout, nameof(DrainTimeout));
    }

    /// <summary>A time to drain may be 0; null is the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    internal static void CheckDrain(TimeSpan? drain, string name)
    {
        if (drain < TimeSpan.Zero && drain != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, drain, "A time to drain is 0 or more, or Timeout.InfiniteTimeSpan for as long as it takes.");
        }
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, "A time is more than 0, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}

/// <summary>What becomes of a connection that a server has no room for.</summary>
public enum WhenServerFull
{
    /// <summary>It waits in the system's queue until another one ends.</summary>
    Wait,

    /// <summary>It is accepted, broken off at once, and counted.</summary>
    Refuse,
}
