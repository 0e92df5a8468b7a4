using System.Net.Sockets;

namespace EchoServers;

/// <summary>What a peer says to the bench, and hears from it.</summary>
internal static class Announcement
{
    /// <summary>Says where the server listens. From then on a line on standard input asks for memory to be given back, and the end of it ends the process.</summary>
    public static void Make(Socket listener)
    {
        Console.WriteLine($"listening on {listener.LocalEndPoint}");
        new Thread(static () =>
        {
            while (Console.In.ReadLine() is not null)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                Console.WriteLine("settled");
            }

            Environment.Exit(0);
        })
        { IsBackground = true }.Start();
    }
}
