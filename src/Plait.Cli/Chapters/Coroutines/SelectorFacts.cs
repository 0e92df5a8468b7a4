using System.Net.Sockets;
using Plait.Net.Selectors;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>What selectors tell, and what they refuse.</summary>
internal static class SelectorFacts
{
    /// <summary>Whether a byte out of band is told as exceptional.</summary>
    public static bool SeesUrgent(Func<Selector> create)
    {
        (Socket reader, Socket writer) = SocketPair.Create();
        using Selector selector = create();
        using (reader)
        using (writer)
        {
            selector.Register(reader, SelectorEvents.Exceptional);
            writer.Send("!"u8, SocketFlags.OutOfBand);
            return selector.Select(TimeSpan.FromSeconds(10)) is [{ Events: SelectorEvents.Exceptional }];
        }
    }

    /// <summary>What select says to a descriptor beyond its set.</summary>
    public static string Refusal()
    {
        List<Socket> sockets = [];
        using var selector = new SelectSelector();
        try
        {
            while (true)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                sockets.Add(socket);
                if (socket.Handle >= 1024)
                {
                    selector.Register(socket, SelectorEvents.Read);
                    return "";
                }
            }
        }
        catch (ArgumentOutOfRangeException refused)
        {
            return refused.Message;
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }
}
