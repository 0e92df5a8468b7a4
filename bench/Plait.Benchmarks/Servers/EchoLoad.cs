using Plait.Benchmarks.Load;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>What servers of a case are asked for, and what of it is their figure: mostly processor time, which the other side's speed and a busy machine change least.</summary>
/// <param name="Connections">Connections at the same time.</param>
internal sealed record EchoLoad(int Connections)
{
    private const int MessageBytes = 64;

    // Every round makes its connections anew; what that takes is over by then.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(200);

    /// <summary>Messages of a connection under way at the same time.</summary>
    public int Pipeline { get; init; } = 1;

    /// <summary>Whether each connection is for one message, and the figure is of a connection.</summary>
    public bool IsOfConnections { get; init; }

    /// <summary>Whether the figure is the time in which there is one more, not the processor time that it takes.</summary>
    public bool IsOfTime { get; init; }

    /// <summary>Puts a server under load for so many milliseconds.</summary>
    /// <returns>Nanoseconds of processor time of the server for a message (or connection), or of time; and how many there were a second, and how busy both sides were.</returns>
    /// <exception cref="PeerUnavailableException">Something was not answered rightly.</exception>
    public (double Nanoseconds, string Note) Measure(ServerProcess server, int milliseconds, CancellationToken cancellation)
    {
        var options = new LoadOptions
        {
            Target = server.Place,
            Connections = Connections,
            Pipeline = Pipeline,
            Size = MessageBytes,
            Reconnect = IsOfConnections ? 1 : 0,
            Duration = TimeSpan.FromMilliseconds(milliseconds),
            WarmUp = s_warmUp,
            ServerProcesses = [server.Pid],
        };
        LoadResult result = PinnedThread.Run(PinnedThread.Client, () => LoadGenerator.Run(options, cancellation));
        cancellation.ThrowIfCancellationRequested();
        long count = IsOfConnections ? result.Connections : result.Messages;
        if (!result.IsClean || count == 0 || result.Servers[0] is not { } use)
        {
            throw new PeerUnavailableException($"{server} did not answer as it had to: {result.FirstError ?? "nothing came back"}");
        }

        string rate = $"{count / result.Seconds / 1000:0.0} k/s";
        return IsOfTime
            ? (result.Seconds * 1e9 / count, $"{rate}; server {use.Total.TotalSeconds / result.Seconds:P0}, client {result.Own.Total.TotalSeconds / result.Seconds:P0} of a processor")
            : (use.Total.TotalNanoseconds / count, rate);
    }
}
