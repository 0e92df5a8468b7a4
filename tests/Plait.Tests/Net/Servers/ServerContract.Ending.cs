using System.Net.Sockets;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <content>Room and the end.</content>
public abstract partial class ServerContract
{
    [Fact]
    public void Stop_LetsWhatIsUnderWayEnd_AndTakesNothingNew()
    {
        StreamServer server = Start(EchoAsync);
        TestClient client = Connect(server);
        client.Echo("before");

        Task stopped = server.StopAsync(Waits.Hang);

        if (IsConcurrent)
        {
            Until(() => IsRefused(server));
        }

        client.Echo("after");
        Assert.False(stopped.IsCompleted);
        client.Dispose();
        End(stopped);
        Assert.Equal((0, 0), (server.GetStatistics().Active, server.GetStatistics().BrokenOff));
        Assert.True(IsRefused(server));
    }

    [Fact]
    public void Stop_SetsStopping_SoThatAHandlerCanEnd()
    {
        CancellationToken stopping = default;
        StreamServer server = Start(async connection =>
        {
            stopping = connection.Stopping;
            while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
            {
                if (stopping.IsCancellationRequested)
                {
                    await connection.SendAsync("last"u8.ToArray());
                    return;
                }

                await connection.SendAsync(data);
            }
        });
        TestClient client = Connect(server);
        client.Echo("1234");

        Task stopped = server.StopAsync(Waits.Hang);
        Until(() => stopping.IsCancellationRequested);
        client.Send("5678");

        Assert.Equal("last", client.ReceiveAll());
        End(stopped);
    }

    [Fact]
    public void Stop_WhenTheTimeIsOver_BreaksOff()
    {
        StreamServer server = Start(EchoAsync);
        TestClient client = Connect(server);
        client.Echo("here");

        End(server.StopAsync(TimeSpan.FromMilliseconds(30)));

        client.IsEnded();
        Assert.Equal((1, 0), (server.GetStatistics().BrokenOff, server.GetStatistics().Active));
    }

    [Fact]
    public void Stop_WhileConnectionsAreQueued_ServesThem()
    {
        using var gate = new ManualResetEventSlim();
        StreamServer server = Start(connection =>
        {
            // Blocks whatever runs handlers, so that others queue behind it, where there is one thread for all.
            Assert.True(gate.Wait(Waits.Hang));
            return EchoAsync(connection);
        });
        TestClient[] clients = [.. Enumerable.Range(0, 5).Select(_ => Connect(server))];
        Array.ForEach(clients, static client => client.Send("queued"));
        Until(() => server.GetStatistics().Active > 0);

        Task stopped = server.StopAsync(Waits.Hang);
        gate.Set();

        foreach (TestClient client in clients)
        {
            Assert.Equal("queued", client.ReceiveText(6));
            client.Dispose();
        }

        End(stopped);
        Assert.Equal(5, server.GetStatistics().Served);
    }

    [Fact]
    public void Stop_Twice_IsOneEnd()
    {
        StreamServer server = Start(EchoAsync);

        Task first = server.StopAsync();

        Assert.Same(first, server.StopAsync(TimeSpan.Zero));
        End(first);
    }

    [Fact]
    public void Server_ThatIsFull_LetsOthersWait()
    {
        StreamServer server = Start(EchoAsync, new() { MaxConnections = 1 });
        TestClient first = Connect(server);
        first.Echo("first");
        TestClient second = Connect(server);
        second.Send("second");

        first.Echo("first still");
        Assert.Equal(1, server.GetStatistics().Accepted);
        first.Dispose();

        Assert.Equal("second", second.ReceiveText(6));
        Assert.Equal((2, 0), (server.GetStatistics().Accepted, server.GetStatistics().Refused));
    }

    [Fact]
    public void Server_ThatIsFull_RefusesOthersWhereItIsToldTo()
    {
        if (!IsConcurrent)
        {
            // It accepts nothing while it serves: there is nobody to refuse.
            return;
        }

        StreamServer server = Start(EchoAsync, new() { MaxConnections = 1, WhenFull = WhenServerFull.Refuse });
        TestClient first = Connect(server);
        first.Echo("first");

        TestClient second = Connect(server);
        second.IsEnded();
        first.Echo("first still");
        Assert.Equal((2, 1, 1), (server.GetStatistics().Accepted, server.GetStatistics().Refused, server.GetStatistics().Active));
        first.Dispose();
        Until(() => server.GetStatistics().Active == 0);

        Connect(server).Echo("third");
    }

    [Fact]
    public void Abort_ByAnotherThread_EndsAHandlerThatWaits()
    {
        var connections = new TaskCompletionSource<Connection>();
        StreamServer server = Start(connection =>
        {
            connections.SetResult(connection);
            return EchoAsync(connection);
        });
        TestClient client = Connect(server);

        End(connections.Task).Abort();

        client.IsEnded();
        Until(() => server.GetStatistics() is { Resets: 1, Active: 0 });
    }

    private static bool IsRefused(StreamServer server)
    {
        try
        {
            new TestClient(server.EndPoint).Dispose();
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
        {
            return true;
        }
    }
}
