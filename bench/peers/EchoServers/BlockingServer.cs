using System.Net.Sockets;

namespace EchoServers;

/// <summary>Blocking calls: a thread for each connection, or one of the thread pool.</summary>
internal static class BlockingServer
{
    public static void RunThreads(Socket listener) => Accept(listener, static client => new Thread(() => Echo(client), maxStackSize: 128 * 1024) { IsBackground = true }.Start());

    public static void RunPool(Socket listener, int workers)
    {
        // A blocked thread counts as busy, and the pool adds one or two a second by itself.
        ThreadPool.SetMinThreads(workers, 1);
        ThreadPool.SetMaxThreads(workers, 16);
        Accept(listener, static client => ThreadPool.UnsafeQueueUserWorkItem(static client => Echo(client), client, preferLocal: false));
    }

    private static void Accept(Socket listener, Action<Socket> begin)
    {
        while (true)
        {
            Socket client = listener.Accept();
            client.NoDelay = true;
            begin(client);
        }
    }

    private static void Echo(Socket client)
    {
        using (client)
        {
            Span<byte> buffer = new byte[4096];
            int count;
            while ((count = client.Receive(buffer, SocketFlags.None, out SocketError error)) > 0 && error == SocketError.Success)
            {
                for (int sent = 0; sent < count && error == SocketError.Success;)
                {
                    sent += client.Send(buffer[sent..count], SocketFlags.None, out error);
                }
            }
        }
    }
}
