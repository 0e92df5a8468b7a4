using System.Net.Sockets;
using Plait.Net.Selectors;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>What a look at one socket that is ready costs, beside some that are idle.</summary>
internal static class IdleCost
{
    private const int Calls = 200;

    /// <summary>The microseconds of a call. The shortest of some batches: what else runs here makes a call longer, and never shorter.</summary>
    public static double Microseconds(Func<Selector> create, int idle)
    {
        List<Socket> sockets = [];
        using Selector selector = create();
        (Socket ready, Socket peer) = SocketPair.Create();
        try
        {
            selector.Register(ready, SelectorEvents.Read);
            peer.Send("x"u8);
            for (int i = 0; i < idle; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                sockets.Add(socket);
                selector.Register(socket, SelectorEvents.Read);
            }

            var told = new ReadyKey[8];
            double best = double.MaxValue;
            for (int batch = 0; batch < 10; batch++)
            {
                long start = TimeProvider.System.GetTimestamp();
                for (int i = 0; i < Calls; i++)
                {
                    _ = selector.Select(told);
                }

                best = Math.Min(best, TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / Calls);
            }

            return best;
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
            ready.Dispose();
            peer.Dispose();
        }
    }
}
