using System.Net.Sockets;
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

        if (AcceptsFast)
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
    public void Stop_RightAfterTheStart_Ends()
    {
        StreamServer[] servers = [.. Enumerable.Range(0, ManyServers).Select(_ => Start(EchoAsync))];

        End(Task.WhenAll(servers.Select(static server => server.StopAsync(Waits.Hang))));

        Assert.All(servers, static server => Assert.True(IsRefused(server)));
    }

    [Fact]
    public async Task Dispose_RightAfterTheStart_Ends()
    {
        StreamServer server;
        await using (server = Start(EchoAsync))
        {
            // Nobody comes.
        }

        Assert.True(IsRefused(server));
    }

    [Fact]
    public void Start_WhereAnotherOneListens_IsRefusedAndLeavesNothing()
    {
        if (model == ServerModel.Loops)
        {
            // Its sockets are made to share an address.
            return;
        }

        StreamServer first = Start(EchoAsync);

        for (int i = 0; i < 50; i++)
        {
            Assert.Throws<IOException>(() => Start(EchoAsync, new() { EndPoint = first.EndPoint }));
        }

        Connect(first).Echo("first");
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
