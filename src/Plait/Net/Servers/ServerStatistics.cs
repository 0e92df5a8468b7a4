namespace Plait.Net.Servers;

/// <summary>What a server has done so far. All of its workers together.</summary>
/// <param name="Accepted">Connections that were taken from the system, those that were refused included.</param>
/// <param name="Active">Connections that are being served now.</param>
/// <param name="Served">Connections whose handler returned.</param>
/// <param name="Resets">Connections that the other end broke off.</param>
/// <param name="TimedOut">Connections that took too long.</param>
/// <param name="Failed">Connections whose handler threw something else.</param>
/// <param name="HandshakeFailures">Connections that TLS was not agreed on with: see <see cref="StreamServerOptions.Tls"/>.</param>
/// <param name="Refused">Connections beyond the most that are served at once, and those whose descriptor the model cannot watch.</param>
/// <param name="BrokenOff">Connections that were not through when the server's time to end was over, or whose process has died.</param>
/// <param name="AcceptPauses">How often accepting paused because descriptors or memory had run out.</param>
/// <param name="BytesReceived">Bytes that came, of connections that have ended.</param>
/// <param name="BytesSent">Bytes that were sent, of connections that have ended.</param>
/// <param name="Workers">The same by worker.</param>
public sealed record ServerStatistics(
    long Accepted, int Active, long Served, long Resets, long TimedOut, long Failed, long HandshakeFailures, long Refused, long BrokenOff, long AcceptPauses, long BytesReceived, long BytesSent, IReadOnlyList<ServerWorkerStatistics> Workers)
{
    /// <summary>Processes that have died and were replaced. 0 in models of one process.</summary>
    public long WorkersReplaced { get; init; }

    /// <summary>How often <see cref="ServerModel.SignalDriven"/> has looked at all of its sockets, because there was no room for more signals. 0 in other models.</summary>
    public long Rescans { get; init; }

    /// <summary>How often fresh workers have taken the place of others: <see cref="StreamServer.RestartAsync"/>.</summary>
    public long Restarts { get; init; }

    /// <summary>How unevenly connections are spread: those of the worker that has accepted most, over the mean. 1 is even; 0 when nothing was accepted.</summary>
    public double Imbalance => Accepted == 0 ? 0 : Workers.Max(static worker => worker.Accepted) / ((double)Accepted / Workers.Count);
}

/// <summary>What one worker of a server has done so far.</summary>
/// <param name="Name">What it is called: its loop, or its thread.</param>
/// <param name="Accepted">Connections that it has taken from the system.</param>
/// <param name="Active">Connections that it serves now.</param>
public sealed record ServerWorkerStatistics(string Name, long Accepted, int Active)
{
    /// <summary>The number of the process that it runs in, or will after a restart that is under way; 0 while that one is being replaced.</summary>
    public int Pid { get; init; }
}
