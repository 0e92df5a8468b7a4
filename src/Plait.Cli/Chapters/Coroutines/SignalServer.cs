using System.Net.Sockets;
using Plait.Net.Servers;
using Plait.Processes;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>The signal-driven server with room for signals, and without.</summary>
internal static class SignalServer
{
    private const int Messages = 500;

    /// <summary>What came of it.</summary>
    /// <param name="Messages">Sent by one client, while there was room.</param>
    /// <param name="Told">Of those, answered.</param>
    /// <param name="LooksWhenTold">How often all sockets were looked at meanwhile.</param>
    /// <param name="Found">Answered when there was no room.</param>
    /// <param name="LooksWhenFull">How often all sockets were looked at then.</param>
    public sealed record Result(int Messages, int Told, long LooksWhenTold, int Found, long LooksWhenFull);

    /// <summary>Serves in this process, whose limit on signals is lowered. Blocks.</summary>
    public static Result Measure(int clients, int bursts)
    {
        StreamServer server = StreamServer.Start(
            static async connection =>
            {
                while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
                {
                    await connection.SendAsync(data);
                }
            },
            new StreamServerOptions { Model = ServerModel.SignalDriven });
        Socket[] sockets = [.. Enumerable.Range(0, clients).Select(_ => UpperClient.Connect(server.EndPoint))];
        try
        {
            int told = Enumerable.Range(0, Messages).Count(_ => Send(sockets[0]) && IsAnswered(sockets[0]));
            long looksWhenTold = server.GetStatistics().Rescans;

            // As many as fit may wait, and that is none.
            using var limit = ChildProcess.StartProgram("prlimit", ["--pid", $"{Environment.ProcessId}", "--sigpending=0:0"]);
            limit.Join();
            int found = 0;
            for (int burst = 0; burst < bursts; burst++)
            {
                Array.ForEach(sockets, static socket => Send(socket));
                found += sockets.Count(IsAnswered);
            }

            return new Result(Messages, told, looksWhenTold, found, server.GetStatistics().Rescans - looksWhenTold);
        }
        finally
        {
            Array.ForEach(sockets, static socket => socket.Dispose());
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static bool Send(Socket socket) => socket.Send("x"u8) == 1;

    private static bool IsAnswered(Socket socket) => socket.Receive(new byte[1]) == 1;
}
