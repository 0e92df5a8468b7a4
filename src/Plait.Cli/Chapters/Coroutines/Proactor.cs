using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Net;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class Proactor() : Chapter(
    "proactor",
    Parts.CoroutinesAndIO,
    "Over io_uring a read returns at once, others run while the data are awaited, and it is over when the kernel has copied them: neither phase of it blocks the thread.\n"
        + "Where the system refuses a ring, the server says why, and serves over epoll instead.",
    "docs/servers.md",
    hasBreak: false)
{
    private const int Length = 10_000;

    private sealed record Seen(TimeSpan Begun, bool WasPending, long Turns, TimeSpan Taken, int Bytes, int LeftInKernel);

    public override async Task RunAsync(ChapterContext context)
    {
        var pause = TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 0.5);
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = new TaskCompletionSource<Seen>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = StreamServer.Start(async connection => result.SetResult(await ReceiveAsync(connection, hasBegun, context.Time)), new StreamServerOptions { Model = ServerModel.Proactor });
        context.Say($"it serves as {ServerModels.Get(server.Model).Name}{(server.FallbackReason is { } why ? $": {why}" : ", over io_uring")}");
        using var client = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(server.EndPoint, context.Cancellation);
        client.Send("first"u8);
        await hasBegun.Task.WaitAsync(context.Cancellation);
        await Task.Delay(pause, context.Time, context.Cancellation);
        client.Send(new byte[Length]);
        Seen seen = await result.Task.WaitAsync(context.Cancellation);

        context.Say($"the read returned after {seen.Begun.TotalMicroseconds:0} us, before anything had come");
        context.Say($"others had {seen.Turns:N0} turns until it was over; then the kernel had nothing left, and the {seen.Bytes:N0} bytes were taken in {seen.Taken.TotalMicroseconds:0} us");
        context.Fact("model", server.Model);
        context.Fact("reason", server.FallbackReason ?? "none");
        context.Fact("begin_us", seen.Begun.TotalMicroseconds);
        context.Fact("turns_of_others", seen.Turns);
        context.Fact("take_us", seen.Taken.TotalMicroseconds);
        context.Fact("left_in_kernel", seen.LeftInKernel);
        context.Expect(seen.WasPending, "the read returns before there is anything to read");
        context.Expect(seen.Turns > 100, "others run while the data are awaited");
        context.Expect(seen.Bytes == Length && seen.LeftInKernel == 0, "when it is over, the data are copied already");
        context.Expect((server.Model == ServerModel.Proactor) == (server.FallbackReason is null), "where a ring is refused, the reason is said");
    }

    private static async Task<Seen> ReceiveAsync(Connection connection, TaskCompletionSource hasBegun, TimeProvider time)
    {
        // The first one has the compiler in it.
        _ = await connection.ReceiveAsync();
        long start = time.GetTimestamp();
        ValueTask<ReadOnlyMemory<byte>> receive = connection.ReceiveAsync();
        TimeSpan begun = time.GetElapsedTime(start);
        bool wasPending = !receive.IsCompleted;
        hasBegun.SetResult();
        long turns = 0;
        for (; !receive.IsCompleted; turns++)
        {
            await Coroutine.Yield();
        }

        int left = LeftInKernel((IPEndPoint)connection.LocalEndPoint!, (IPEndPoint)connection.RemoteEndPoint!);
        start = time.GetTimestamp();
        ReadOnlyMemory<byte> data = await receive;
        return new Seen(begun, wasPending, turns, time.GetElapsedTime(start), data.Length, left);
    }

    // Bytes that have come and that nobody has read: as proc(5) has it, of the socket with these ports.
    private static int LeftInKernel(IPEndPoint local, IPEndPoint remote)
    {
        string[][] sockets = [.. File.ReadLines("/proc/net/tcp").Skip(1).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        string[] ours = sockets.Single(socket => socket[1].EndsWith($":{local.Port:X4}", StringComparison.Ordinal) && socket[2].EndsWith($":{remote.Port:X4}", StringComparison.Ordinal));
        return int.Parse(ours[4].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
