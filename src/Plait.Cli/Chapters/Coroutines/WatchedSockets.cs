using System.Net.Sockets;
using Plait.Net.Selectors;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>One thread that is told which sockets are ready: by select, by poll, by epoll.</summary>
internal sealed class WatchedSockets(string name, ServerModel model, Func<Selector> create, bool looksAtAll, int[] counts, string text)
    : Chapter(name, Parts.CoroutinesAndIO, text, "docs/selectors.md", hasBreak: false)
{
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
        "The same server over poll(2): any number of descriptors fits. But each call still hands over all of them, and the kernel looks at each,\n"
            + "ready or not.");

    public static WatchedSockets Epoll { get; } = new(
        "epoll",
        ServerModel.Epoll,
        static () => new EpollSelector(),
        looksAtAll: false,
        [1, 1000, 5000],
        "The same server over epoll(7): the kernel keeps the set, and a call brings what is ready.\n"
            + "Five thousand that are idle cost nothing.");

    public override async Task RunAsync(ChapterContext context)
    {
        int[] idle = context.IsQuick ? [.. counts.Select(static count => Math.Min(count, 600))] : counts;
        double[] times = [.. idle.Select(count => IdleCost.Microseconds(create, count))];
        context.Say(string.Join(", ", idle.Zip(times, static (count, time) => $"{count:N0} idle: {time:0.0} us a call")));
        bool hasUrgent = SelectorFacts.SeesUrgent(create);
        context.Say($"a byte out of band is told as exceptional: {hasUrgent}");
        string refusal = model == ServerModel.Select ? SelectorFacts.Refusal() : "";
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
