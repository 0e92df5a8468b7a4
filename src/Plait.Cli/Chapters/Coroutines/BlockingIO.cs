using System.Diagnostics;
using System.Net.Sockets;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class BlockingIO() : Chapter(
    "blocking-io",
    Parts.CoroutinesAndIO,
    "A read has two phases: waiting until data has come, and copying it from the kernel. A blocking read does both while its thread stands still. Here they are\n"
        + "timed one by one: the wait is as long as the sender likes, the copy as long as the memory takes.",
    "docs/servers.md",
    hasBreak: false)
{
    private const int Width = 60;

    public override async Task RunAsync(ChapterContext context)
    {
        var pause = TimeSpan.FromSeconds(context.IsQuick ? 0.15 : 0.6);
        byte[] message = new byte[256 * 1024];
        (Socket reader, Socket writer) = SocketPair.Create();
        using (reader)
        using (writer)
        {
            writer.SendBufferSize = reader.ReceiveBufferSize = 4 * message.Length;
            Task<int> sending = Task.Run(() =>
            {
                Sleep.AtLeast(pause);
                return writer.Send(message);
            });
            long start = context.Time.GetTimestamp();
            _ = reader.Poll(-1, SelectMode.SelectRead);
            TimeSpan wait = context.Time.GetElapsedTime(start);
            await sending;
            start = context.Time.GetTimestamp();
            int count = reader.Receive(new byte[message.Length]);
            TimeSpan copy = context.Time.GetElapsedTime(start);

            int part = Math.Clamp((int)(Width * (copy / (wait + copy))), 1, Width - 1);
            context.Say($"|{new string('.', Width - part)}{new string('#', part)}|  . waits {wait.TotalMilliseconds:0.0} ms   # copies {count:N0} bytes in {copy.TotalMilliseconds:0.00} ms");
            context.Fact("wait_ms", wait.TotalMilliseconds);
            context.Fact("copy_ms", copy.TotalMilliseconds);
            context.Fact("bytes", count);
            context.Expect(wait >= 0.9 * pause, "the wait lasts until the sender sends");
            context.Expect(count > 0 && copy < wait, "the copy is the shorter part");
        }
    }
}

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
        double asking = await IdleShareAsync(ServerModel.NonBlocking, context);
        double told = await IdleShareAsync(ServerModel.Epoll, context);
        context.Say($"a server with one silent client: {asking:P0} of a processor when it asks, {told:P1} when it is told");
        context.Fact("would_blocks", asked);
        context.Fact("idle_share_asking", asking);
        context.Fact("idle_share_told", told);
        context.Expect(asked >= 100, "a read that finds nothing returns at once, so many fit into the wait");
        context.Expect(asking > 0.2 && asking > 5 * told, "a server that asks is busy while nothing happens");
    }

    private static async Task<double> IdleShareAsync(ServerModel model, ChapterContext context)
    {
        await using var server = StreamServer.Start(static async connection => _ = await connection.ReceiveAsync(), new StreamServerOptions { Model = model });
        using var silent = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await silent.ConnectAsync(server.EndPoint);
        await Settled.UntilAsync(() => server.GetStatistics().Active == 1, context);
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        long start = context.Time.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(context.IsQuick ? 0.2 : 1), context.Time, context.Cancellation);
        process.Refresh();
        return (process.TotalProcessorTime - before) / context.Time.GetElapsedTime(start);
    }
}
