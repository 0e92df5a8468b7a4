using System.Net;
using System.Text;
using Plait.Execution;
using Plait.Net;
using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class CoroutineServer() : Chapter(
    "coroutine-server",
    Parts.CoroutinesAndIO,
    "A server of coroutines on one thread, and clients that are threads, each with a connection and a stream of lines of its own. All are served at the same time,\n"
        + "none gets another one's line, and the server needs one thread for all of them.",
    "docs/servers.md",
    hasBreak: false)
{
    private const int Lines = 10;

    public override async Task RunAsync(ChapterContext context)
    {
        int clients = context.IsQuick ? 50 : 200;
        var threads = new HashSet<int>();
        int now = 0;
        int most = 0;
        await using var server = StreamServer.Start(EchoLinesAsync, new StreamServerOptions { Name = "chapter" });
        context.Say($"one thread listens on {server.EndPoint}; {clients} threads connect");

        using var allConnected = new CountdownEvent(clients);
        Task<int>[] talks = [.. Enumerable.Range(0, clients).Select(number => Task.Factory.StartNew(() => Talk(server.EndPoint, number, allConnected), TaskCreationOptions.LongRunning))];
        int[] right = await Task.WhenAll(talks).WaitAsync(context.Cancellation);
        await server.StopAsync();
        ServerStatistics end = server.GetStatistics();

        context.Say($"{right.Sum()} of {clients * Lines} lines came back as they were sent; up to {most} connections at once");
        context.Fact("clients", clients);
        context.Fact("lines", right.Sum());
        context.Fact("served", end.Served);
        context.Fact("at_once", most);
        context.Fact("server_threads", threads.Count);
        context.Expect(right.All(static count => count == Lines), "every client gets all of its own lines, and no other");
        context.Expect(end.Served == clients && end.Failed == 0, "every connection is served to its end");
        context.Expect(most == clients, "all are served at the same time");
        context.Expect(threads.Count == 1, "one thread serves all of them");

        async Task EchoLinesAsync(Connection connection)
        {
            // No lock: one thread runs all of them.
            now++;
            while (await connection.ReceiveUntilAsync("\n"u8.ToArray()) is { } line)
            {
                threads.Add(Environment.CurrentManagedThreadId);
                most = Math.Max(most, now);
                await connection.SendAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(line.Span) + "\n"));
            }

            now--;
        }
    }

    // How many lines came back as they were sent. The calls of this connection block: it is a client's thread.
    private static int Talk(EndPoint server, int number, CountdownEvent allConnected)
    {
        Connection connection = Connection.Connect(server, new ConnectOptions { Retries = new RetryPolicy { Count = 4, Backoff = TimeSpan.FromMilliseconds(100) } });
        using Stream stream = connection.AsStream();
        using var reader = new StreamReader(stream);
        allConnected.Signal();
        allConnected.Wait();
        int right = 0;
        for (int i = 0; i < Lines; i++)
        {
            string line = $"client {number}, line {i}";
            stream.Write(Encoding.ASCII.GetBytes(line + "\n"));
            right += reader.ReadLine() == line ? 1 : 0;
        }

        connection.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return right;
    }
}
