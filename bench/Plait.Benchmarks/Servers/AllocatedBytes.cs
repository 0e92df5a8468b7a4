using System.Net;
using System.Net.Sockets;
using Plait.Net;
using Plait.Net.Servers;

namespace Plait.Benchmarks.Servers;

/// <summary>What a message takes of the heap of a server whose connections are coroutines.</summary>
internal static class AllocatedBytes
{
    private const int Connections = 50;
    private const int MessageBytes = 64;

    // Until connections, buffers and waits are there, and code is compiled for good.
    private const int WarmUps = 100_000;

    /// <summary>Bytes of managed memory that this process allocates for each message: all of its threads, the client's too, which allocates nothing itself.</summary>
    /// <param name="messages">How many messages are sent and answered.</param>
    /// <exception cref="IOException">A connection ended early.</exception>
    public static double PerMessage(int messages)
    {
        StreamServer server = StreamServer.Start(EchoAsync, new StreamServerOptions { Model = ServerModel.Coroutine });
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                clients.Add(client);
                client.Connect((IPEndPoint)server.EndPoint);
            }

            Exchange(clients, WarmUps);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(clients, messages);
            return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / messages;
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
            server.StopAsync().GetAwaiter().GetResult();
        }
    }

    // On all connections at once: so that most receives of the server find nothing at first, and wait.
    private static void Exchange(List<Socket> clients, int messages)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        for (int sent = 0; sent < messages; sent += clients.Count)
        {
            foreach (Socket client in clients)
            {
                _ = client.Send(message);
            }

            foreach (Socket client in clients)
            {
                for (int received = 0; received < MessageBytes;)
                {
                    int count = client.Receive(message[received..]);
                    received += count > 0 ? count : throw new IOException("The server closed a connection instead of answering.");
                }
            }
        }
    }

    private static async Task EchoAsync(Connection connection)
    {
        while (true)
        {
            ReadOnlyMemory<byte> data = await connection.ReceiveAsync();
            if (data.IsEmpty)
            {
                return;
            }

            await connection.SendAsync(data);
        }
    }
}
