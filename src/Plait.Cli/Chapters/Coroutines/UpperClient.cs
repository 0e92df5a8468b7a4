using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>A client of the upper-case server.</summary>
internal static class UpperClient
{
    public static string? Talk(EndPoint server, int number, CountdownEvent ready)
    {
        ready.Signal();
        ready.Wait();
        using Socket socket = Connect(server);
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        stream.Write(Encoding.ASCII.GetBytes($"hello from {number}\n"));
        return reader.ReadLine();
    }

    public static Socket Connect(EndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server);
        return socket;
    }
}
