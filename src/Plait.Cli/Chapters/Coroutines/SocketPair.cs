using System.Net;
using System.Net.Sockets;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>Two TCP sockets of this process that are connected with each other.</summary>
internal static class SocketPair
{
    public static (Socket Reader, Socket Writer) Create()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var writer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        writer.Connect(listener.LocalEndpoint);
        return (listener.AcceptSocket(), writer);
    }
}

/// <summary>Waiting for a fact that nobody announces.</summary>
internal static class Settled
{
    public static async Task UntilAsync(Func<bool> fact, ChapterContext context)
    {
        while (!fact())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), context.Time, context.Cancellation);
        }
    }
}
