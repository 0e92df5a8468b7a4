using System.Net.Sockets;

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
