using System.Net.Sockets;
using Plait.Net.Selectors;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>One thread that is told which sockets are ready: by select, by poll, by epoll.</summary>
internal sealed class WatchedSockets(string name, ServerModel model, Func<Selector> create, bool looksAtAll, int[] counts, string text)
    : Chapter(name, Parts.CoroutinesAndIO, text, "docs/selectors.md", hasBreak: false)
{
    private const int Calls = 200;

    public static WatchedSockets Select { get; } = new(
        "select",
        ServerModel.Select,
        static () => new SelectSelector(),
        looksAtAll: true,
        [1, 300, 600],
        "One thread over select(2). A call hands all descriptors to the kernel, which looks at each, ready or not: so it costs the more, the more are idle. And its set has\n"
            + "1024 places: a descriptor with a higher number does not fit, and is refused with the reason.");

    public static WatchedSockets Poll { get; } = new(
        "poll",
        ServerModel.Poll,
        static () => new PollSelector(),
        looksAtAll: true,
        [1, 1000, 5000],
        "The same server over poll(2): any number of descriptors, but each call still hands over and looks at all of them.");

    public static WatchedSockets Epoll { get; } = new(
        "epoll",
        ServerModel.Epoll,
        static () => new EpollSelector(),
        looksAtAll: false,
        [1, 1000, 5000],
        "The same server over epoll(7): the kernel keeps the set, and a call brings what is ready. Five thousand that are idle cost nothing.");

    public override async Task RunAsync(ChapterContext context)
    {
        int[] idle = context.IsQuick ? [.. counts.Select(static count => Math.Min(count, 600))] : counts;
        double[] times = [.. idle.Select(count => MicrosecondsWith(count))];
        context.Say(string.Join(", ", idle.Zip(times, static (count, time) => $"{count:N0} idle: {time:0.0} us a call")));
        bool hasUrgent = SeesUrgent();
        context.Say($"a byte out of band is told as exceptional: {hasUrgent}");
        string refusal = model == ServerModel.Select ? Refusal() : "";
        if (refusal.Length > 0)
        {
            context.Say($"a descriptor beyond: {refusal}");
        }

        string answer = await ServedAsync(context);
        for (int i = 0; i < idle.Length; i++)
        {
            context.Fact(i == 0 ? "us_with_1" : i == 1 ? "us_with_some" : "us_with_many", times[i]);
        }

        context.Fact("idle", idle[^1]);
        context.Fact("exceptional", hasUrgent);
        context.Expect(looksAtAll ? times[^1] > 3 * times[0] : times[^1] < 3 * times[0], looksAtAll ? "a call costs more, the more descriptors are idle" : "what is idle costs nothing");
        context.Expect(hasUrgent, "a byte out of band is told");
        if (model == ServerModel.Select)
        {
            context.Expect(refusal.Contains("1024", StringComparison.Ordinal), "a number beyond the set is refused with the reason");
        }

        context.Expect(answer == "served", "one thread serves over it");
    }

    // The shortest of some batches: what else runs here makes a call longer, and never shorter.
    private double MicrosecondsWith(int idle)
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

    private bool SeesUrgent()
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

    private static string Refusal()
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

    private async Task<string> ServedAsync(ChapterContext context)
    {
        await using var server = StreamServer.Start(static async connection => await connection.SendAsync((await connection.ReceiveAsync()).ToArray()), new StreamServerOptions { Model = model });
        using var client = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(server.EndPoint, context.Cancellation);
        client.Send("served"u8);
        byte[] answer = new byte[6];
        int count = await client.ReceiveAsync(answer, context.Cancellation);
        return System.Text.Encoding.ASCII.GetString(answer, 0, count);
    }
}

internal sealed class BestSelector() : Chapter(
    "selectors",
    Parts.CoroutinesAndIO,
    "Which of the three calls is there, and which is best, is not a program's business: ask for the default, and it says what it took, and why. All keep the same\n"
        + "contract.",
    "docs/selectors.md",
    hasBreak: false)
{
    public override Task RunAsync(ChapterContext context)
    {
        using var selector = Selector.CreateDefault();
        context.Say($"the default here is {selector.Name}: {selector.Reason}");
        var told = new List<string>();
        foreach (Func<Selector> create in (Func<Selector>[])[static () => new SelectSelector(), static () => new PollSelector(), static () => new EpollSelector(), static () => Selector.CreateDefault()])
        {
            using Selector one = create();
            (Socket reader, Socket writer) = SocketPair.Create();
            using (reader)
            using (writer)
            {
                one.Register(reader, SelectorEvents.Read, "mail");
                bool isSilent = one.Select(TimeSpan.Zero).Count == 0;
                writer.Send("x"u8);
                told.Add($"{isSilent} {one.Select(TimeSpan.FromSeconds(10)) is [{ Key.Data: "mail", Events: SelectorEvents.Read }]}");
            }
        }

        context.Fact("name", selector.Name);
        context.Fact("reason", selector.Reason);
        context.Expect(selector.Name == "epoll", "epoll is the best that Linux has");
        context.Expect(selector.Reason.Length > 0, "it says why");
        context.Expect(told.All(static each => each == "True True"), "all of them tell the same");
        return Task.CompletedTask;
    }
}
