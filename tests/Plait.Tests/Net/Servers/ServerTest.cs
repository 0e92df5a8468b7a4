using System.Net.Security;
using System.Runtime.CompilerServices;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Base of every test of servers: servers that are ended with the test, and a look at what is left then.</summary>
[Collection("selectors")]
public abstract class ServerTest : IAsyncLifetime
{
    private static readonly Lazy<Task> s_warmUp = new(UseSocketsAsync);

    private readonly List<StreamServer> _servers = [];
    private readonly List<IDisposable> _ours = [];
    private LeakWatch? _watch;

    public async ValueTask InitializeAsync()
    {
        await s_warmUp.Value;
        _watch = new LeakWatch();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (IDisposable ours in Enumerable.Reverse(_ours))
        {
            ours.Dispose();
        }

        foreach (StreamServer server in _servers)
        {
            await server.DisposeAsync();
        }

        string leaks = await _watch!.SettleAsync(Waits.Hang);
        Assert.True(leaks.Length == 0, leaks);
    }

    /// <summary>Sends back what comes.</summary>
    protected static async Task EchoAsync(Connection connection)
    {
        while (true)
        {
            ReadOnlyMemory<byte> data = await connection.ReceiveAsync();
            if (data.IsEmpty)
            {
                return;
            }

            await connection.SendAsync(data);
        }
    }

    protected static void Until(Func<bool> fact, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        Assert.True(SpinWait.SpinUntil(fact, Waits.Hang), $"Did not come true within {Waits.Hang}: {text}");

    protected StreamServer StartServer(ConnectionHandler handler, StreamServerOptions options)
    {
        var server = StreamServer.Start(handler, options);
        _servers.Add(server);
        return server;
    }

    /// <summary>Disposed when the test ends, before the servers.</summary>
    protected T Keep<T>(T ours)
        where T : IDisposable
    {
        _ours.Add(ours);
        return ours;
    }

    private protected TestClient Connect(StreamServer server) => Keep(new TestClient(server.EndPoint));

    // What sockets, timers, children and standard error open once in a process is not a test's.
    private static async Task UseSocketsAsync()
    {
        await Console.Error.FlushAsync();
        foreach (ServerModel model in new[] { ServerModel.Coroutine, ServerModel.Threads, ServerModel.Sockets, ServerModel.Prefork, ServerModel.Processes })
        {
            await using var server = StreamServer.Start(EchoAsync, new() { Model = model });
            using var client = new TestClient(server.EndPoint);
            client.Echo("warm");
        }

        await using var secure = StreamServer.Start(EchoAsync, new() { Tls = new() { ServerCertificateContext = TestCertificate.Context } });
        using var other = new TestClient(secure.EndPoint);
        using SslStream stream = TestCertificate.Connect(other.Socket);
        stream.WriteByte(1);
        Assert.Equal(1, stream.ReadByte());

    }
}
