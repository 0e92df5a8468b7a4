using System.Diagnostics;
using System.Net.Sockets;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class NonBlockingIO() : Chapter(
    "nonblocking-io",
    Parts.CoroutinesAndIO,
    "A read of a non-blocking socket returns at once: with data, or with the word that it would block. Whoever has nothing else to do asks again and again, and\n"
        + "a server that lives so has a processor busy while nothing happens. With a socket that blocks nobody asks twice.",
    "docs/servers.md",
    hasBreak: true)
{
    public override async Task RunAsync(ChapterContext context)
    {
        var pause = TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 0.5);
        (Socket reader, Socket writer) = SocketPair.Create();
        long asked = 0;
        using (reader)
        using (writer)
        {
            reader.Blocking = context.IsBroken;
            Task sending = Task.Run(() =>
            {
                Sleep.AtLeast(pause);
                writer.Send("late"u8);
            });
            byte[] buffer = new byte[16];
            while (true)
            {
                reader.Receive(buffer, 0, buffer.Length, SocketFlags.None, out SocketError error);
                if (error != SocketError.WouldBlock)
                {
                    break;
                }

                asked++;
            }

            await sending;
        }

        context.Say($"the data came after {pause.TotalSeconds:0.0} s; until then the answer was {asked:N0} times that it would block");
        double[] shares = await IdleSharesAsync(ServerModel.NonBlocking, context);
        double asking = shares.Max();
        double told = (await IdleSharesAsync(ServerModel.Epoll, context)).Min();
        context.Say($"a server with one silent client: {asking:P0} of a processor when it asks, {told:P1} when it is told");
        context.Fact("would_blocks", asked);
        context.Fact("idle_share_asking", asking);
        context.Fact("idle_share_told", told);
        context.Expect(asked >= 100, "a read that finds nothing returns at once, so many fit into the wait");
        context.Expect(asking > 0.1 && asking > 3 * told, "a server that asks is busy while nothing happens");
    }

    // Of some stretches: what else runs here takes from who asks, and adds to who is told.
    private static async Task<double[]> IdleSharesAsync(ServerModel model, ChapterContext context)
    {
        await using var server = StreamServer.Start(static async connection => _ = await connection.ReceiveAsync(), new StreamServerOptions { Model = model });
        using var silent = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await silent.ConnectAsync(server.EndPoint);
        await Settled.UntilAsync(() => server.GetStatistics().Active == 1, context);
        using var process = Process.GetCurrentProcess();
        double[] shares = new double[4];
        for (int i = 0; i < shares.Length; i++)
        {
            process.Refresh();
            TimeSpan before = process.TotalProcessorTime;
            long start = context.Time.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 0.5), context.Time, context.Cancellation);
            process.Refresh();
            shares[i] = (process.TotalProcessorTime - before) / context.Time.GetElapsedTime(start);
        }

        return shares;
    }
}
