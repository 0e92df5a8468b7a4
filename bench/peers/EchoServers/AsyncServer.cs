using System.Net.Sockets;

namespace EchoServers;

/// <summary>Async methods of <see cref="Socket"/>, as .NET programs use them. Where the continuations run is the environment's choice (DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS).</summary>
internal static class AsyncServer
{
    public static async Task RunAsync(Socket listener)
    {
        while (true)
        {
            Socket client = await listener.AcceptAsync();
            client.NoDelay = true;
            _ = EchoAsync(client);
        }
    }

    private static async Task EchoAsync(Socket client)
    {
        using (client)
        {
            var buffer = new byte[4096];
            try
            {
                int count;
                while ((count = await client.ReceiveAsync(buffer)) > 0)
                {
                    for (int sent = 0; sent < count;)
                    {
                        sent += await client.SendAsync(buffer.AsMemory(sent, count - sent));
                    }
                }
            }
            catch (SocketException)
            {
                // The client is gone, which is its right.
            }
        }
    }
}
