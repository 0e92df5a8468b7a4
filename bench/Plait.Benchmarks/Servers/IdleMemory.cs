using System.Net.Sockets;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>What a connection takes of a server's memory while nothing comes over it.</summary>
internal static class IdleMemory
{
    // So much of every path has run by then that the rest is the connections'.
    private const int WarmUps = 200;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_replyLimit = TimeSpan.FromSeconds(10);

    /// <summary>Opens so many connections, sends a message over each, and lets them be.</summary>
    /// <returns>Bytes a connection, and the whole in words.</returns>
    /// <exception cref="PeerUnavailableException">A connection was not made or not answered.</exception>
    public static async Task<(double Bytes, string Note)> MeasureAsync(ServerProcess server, int connections, CancellationToken cancellation)
    {
        Close(Open(server, WarmUps, cancellation));
        long before = await SettledBytesAsync(server, cancellation).ConfigureAwait(false);
        List<Socket> open = Open(server, connections, cancellation);
        try
        {
            long after = await SettledBytesAsync(server, cancellation).ConfigureAwait(false);
            return ((double)(after - before) / connections, $"{before / 1e6:0.0} MB before {connections:N0} connections, {after / 1e6:0.0} MB with them");
        }
        finally
        {
            Close(open);
        }
    }

    private static List<Socket> Open(ServerProcess server, int connections, CancellationToken cancellation)
    {
        byte[] message = new byte[64];
        var open = new List<Socket>();
        try
        {
            while (open.Count < connections)
            {
                cancellation.ThrowIfCancellationRequested();
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)s_replyLimit.TotalMilliseconds };
                open.Add(socket);
                socket.Connect(server.Place);
                socket.Send(message);
                for (int received = 0; received < message.Length;)
                {
                    int count = socket.Receive(message.AsSpan(received));
                    received += count > 0 ? count : throw new PeerUnavailableException($"{server} closed connection {open.Count} instead of answering");
                }
            }

            return open;
        }
        catch (SocketException error)
        {
            Close(open);
            throw new PeerUnavailableException($"{server}: connection {open.Count} of {connections} was not made or not answered ({error.SocketErrorCode}); is ulimit -n high enough?", error);
        }
        catch
        {
            Close(open);
            throw;
        }
    }

    private static void Close(List<Socket> open) => open.ForEach(static socket => socket.Dispose());

    // After the server has given back what it can, and once two looks in a row see the same.
    private static async Task<long> SettledBytesAsync(ServerProcess server, CancellationToken cancellation)
    {
        await server.SettleAsync(cancellation).ConfigureAwait(false);
        long last = -1;
        for (int look = 0; look < 20; look++)
        {
            await Task.Delay(s_between, TimeProvider.System, cancellation).ConfigureAwait(false);
            long bytes = server.ReadOwnBytes();
            if (bytes == last)
            {
                break;
            }

            last = bytes;
        }

        return last;
    }
}
