using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EchoServers;

/// <summary><c>EchoServers MODEL [WORKERS]</c>: echoes what comes, by the model async, thread or pool.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        switch (args)
        {
            case ["async"]:
                Announcement.Make(listener);
                await AsyncServer.RunAsync(listener);
                return 0;
            case ["thread"]:
                Announcement.Make(listener);
                BlockingServer.RunThreads(listener);
                return 0;
            case ["pool", var workers]:
                Announcement.Make(listener);
                BlockingServer.RunPool(listener, int.Parse(workers, CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: EchoServers async|thread|pool [WORKERS]");
                return 2;
        }
    }
}
