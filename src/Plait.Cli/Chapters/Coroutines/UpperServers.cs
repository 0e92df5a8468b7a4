using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Plait.Net;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>The upper-case server, under the models in which a thread, or a process, serves one connection at a time. Each answer ends with the number of the process that gave it.</summary>
internal sealed class UpperServers(string name, ServerModel model, string text) : Chapter(name, Parts.CoroutinesAndIO, text, "docs/servers.md", hasBreak: false)
{
    private const int Workers = 50;

    public static UpperServers Threads { get; } = new(
        "tcp-threads",
        ServerModel.Threads,
        "A server that answers in capitals, with a thread for each connection. A client that says nothing and leaves is read as the end of the stream; one that breaks\n"
            + "off in the middle is an ordinary end too, and nobody else notices. Then fifty at once.");

    public static UpperServers Pool { get; } = new(
        "tcp-pool",
        ServerModel.Pool,
        "The same server with fifty threads for all connections. More clients than that wait in the system's queue until a thread is idle,\n"
            + "and all are answered.");

    public static UpperServers Processes { get; } = new(
        "tcp-processes",
        ServerModel.Processes,
        "The same server with a process for each connection, which is started when it comes and gets the socket handed over.\n"
            + "Each has a memory of its own, so what goes wrong in one is no other's business; and each has to start first.");

    public override async Task RunAsync(ChapterContext context)
    {
        await using var server = StreamServer.Start(UpperAsync, new StreamServerOptions { Model = model, Workers = model == ServerModel.Pool ? Workers : 0, Name = "upper" });

        using (UpperClient.Connect(server.EndPoint))
        {
            // Says nothing, and leaves.
        }

        await Settled.UntilAsync(() => server.GetStatistics().Served == 1, context);
        bool wasEmpty = server.GetStatistics() is { BytesReceived: 0, Failed: 0, Resets: 0 };
        context.Say($"a client that said nothing: the server read the end of the stream ({wasEmpty})");
        Socket rude = UpperClient.Connect(server.EndPoint);
        rude.Send("half a li"u8);
        rude.LingerState = new LingerOption(enable: true, seconds: 0);
        rude.Dispose();
        await Settled.UntilAsync(() => server.GetStatistics().Resets == 1, context);
        context.Say("a client that broke off: counted as reset");

        int clients = model == ServerModel.Pool ? 2 * Workers : model == ServerModel.Threads ? Workers : context.IsQuick ? 5 : 20;
        using var ready = new CountdownEvent(clients);
        Task<string?>[] talks = [.. Enumerable.Range(0, clients).Select(number => Task.Factory.StartNew(() => UpperClient.Talk(server.EndPoint, number, ready), TaskCreationOptions.LongRunning))];
        string?[] answers = await Task.WhenAll(talks).WaitAsync(context.Cancellation);
        await server.StopAsync();
        ServerStatistics end = server.GetStatistics();
        int right = answers.Index().Count(static answer => answer.Item?.StartsWith($"HELLO FROM {answer.Index} ", StringComparison.Ordinal) == true);
        int[] pids = [.. answers.Select(static answer => int.Parse(answer!.Split(' ')[^1], CultureInfo.InvariantCulture)).Distinct()];
        context.Say($"{right} of {clients} clients at once were answered, by {pids.Length} process{(pids.Length == 1 ? "" : "es")}");
        context.Fact("answered", right);
        context.Fact("clients", clients);
        context.Fact("processes", pids.Length);
        context.Fact("resets", end.Resets);
        context.Fact("failed", end.Failed);
        context.Expect(wasEmpty, "a read of no bytes is the end of the stream");
        context.Expect(end is { Resets: 1, Failed: 0 }, "a client that breaks off is an ordinary end");
        context.Expect(right == clients, "all clients are answered");
        context.Expect(pids.Length == (model == ServerModel.Processes ? clients : 1), "each connection has a process of its own, or all have this one");
        context.Expect(end.Accepted == clients + 2 && end.Active == 0, "nothing is left");
    }

    private static async Task UpperAsync(Connection connection)
    {
        while (await connection.ReceiveUntilAsync("\n"u8.ToArray()) is { } line)
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(line.Span).ToUpperInvariant()} {Environment.ProcessId}\n"));
        }
    }
}
