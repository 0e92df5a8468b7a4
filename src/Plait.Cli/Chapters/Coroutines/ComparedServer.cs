using System.Net;
using System.Net.Sockets;
using Plait.Benchmarks.Load;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>An echo server of one model in a process of its own, to be put under load.</summary>
internal sealed class ComparedServer(ChildProcess child, int port) : IAsyncDisposable
{
    public ProcessTree Tree => ProcessTree.Of(child.Pid);

    public static async Task<ComparedServer> StartAsync(ProcessScope scope, ServerModel model, int workers, ChapterContext context)
    {
        using IQueue<int> port = scope.CreateQueue<int>();
        var child = ChildProcess.Start(Serve, model, workers, port, new ChildProcessOptions { Name = $"server-{model}", IsDaemon = true, StandardError = context.ChildOutput });
        return new ComparedServer(child, await port.GetAsync(context.Cancellation));
    }

    /// <summary>So many connections that say something once and are silent then.</summary>
    public List<Socket> OpenIdle(int count)
    {
        List<Socket> idle = [];
        while (idle.Count < count)
        {
            idle.Add(UpperClient.Connect(new IPEndPoint(IPAddress.Loopback, port)));
            idle[^1].Send("x"u8);
        }

        idle.ForEach(static socket => socket.Receive(new byte[1]));
        return idle;
    }

    /// <summary>Messages of 64 bytes over so many connections, each when the one before is answered.</summary>
    public IOFigures Load(int connections, TimeSpan warmUp, TimeSpan time, CancellationToken cancellation)
    {
        var options = new LoadOptions
        {
            Target = new IPEndPoint(IPAddress.Loopback, port),
            Connections = connections,
            WarmUp = warmUp,
            Duration = time,
            ReplyTimeout = TimeSpan.FromSeconds(20),
            ServerProcesses = [child.Pid],
        };
        LoadResult result = LoadGenerator.Run(options, cancellation);
        double cost = result.Servers[0]!.Value.Total.TotalMicroseconds / Math.Max(1, result.Messages);
        return new IOFigures(connections, result.MessagesPerSecond, result.Latency.Quantile(0.99) / 1e3, cost, result.IsClean);
    }

    public async ValueTask DisposeAsync()
    {
        child.Cancel();
        await child.DisposeAsync();
    }

    // In the process of the server.
    private static void Serve(ServerModel model, int workers, IQueue<int> port)
    {
        StreamServer server = StreamServer.Start(EchoAsync, new StreamServerOptions { Model = model, Workers = workers });
        port.Put(((IPEndPoint)server.EndPoint).Port);
        _ = ChildProcess.Current.Cancellation.WaitHandle.WaitOne();
        server.StopAsync(TimeSpan.Zero).GetAwaiter().GetResult();
    }

    private static async Task EchoAsync(Connection connection)
    {
        while (await connection.ReceiveAsync() is { IsEmpty: false } data)
        {
            await connection.SendAsync(data);
        }
    }
}
