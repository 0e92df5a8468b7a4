using System.Net;
using System.Net.Sockets;
using Plait.Net;
using Plait.Tests.Execution;

namespace Plait.Tests.Net;

/// <summary>A connection of the loop that runs, and the other end of it: a blocking socket, whose reads fail after the hang limit.</summary>
internal static class LoopPair
{
    public static async Task<T> WithAsync<T>(Func<Connection, Socket, Task<T>> test)
    {
        (Connection connection, Socket peer) = await NewAsync();
        await using (connection)
        using (peer)
        {
            return await test(connection, peer);
        }
    }

    public static async Task<(Connection Ours, Socket Peer)> NewAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Connection connection = await Connection.ConnectAsync(listener.LocalEndpoint);
        Socket peer = listener.AcceptSocket();
        peer.ReceiveTimeout = (int)Waits.Hang.TotalMilliseconds;
        return (connection, peer);
    }
}
