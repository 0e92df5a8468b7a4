using Plait.Net.Servers;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <content>Fresh workers in the place of others.</content>
public abstract partial class ServerContract
{
    private const int Restarts = 3;

    /// <summary>How many clients come again and again while it is restarted.</summary>
    protected virtual int Crowd => 8;

    [Fact]
    public void Restart_UnderLoad_FailsNoRequest()
    {
        StreamServer server = Start(EchoAsync);
        using var crowd = new ClientCrowd(server.EndPoint, Crowd);
        crowd.AwaitMore();

        for (int i = 0; i < Restarts; i++)
        {
            End(server.RestartAsync(Waits.Hang));
            crowd.AwaitMore();
        }

        crowd.End();
        Until(() => server.GetStatistics().Active == 0);
        ServerStatistics all = server.GetStatistics();
        Assert.Equal((crowd.Requests, crowd.Requests, 0, Restarts), (all.Accepted, all.Served, all.BrokenOff + all.Resets + all.Failed + all.Refused, all.Restarts));
        Assert.Equal(0, all.WorkersReplaced);
    }

    [Fact]
    public void Restart_WhileAConnectionIsServed_LetsItGoOnBesideNewOnes()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("before");

        Task restarted = server.RestartAsync(Waits.Hang);
        Until(() => server.GetStatistics().Restarts == 1);

        old.Echo("after");

        // Perhaps by an old worker that has not stopped accepting yet.
        using (var another = new TestClient(server.EndPoint))
        {
            another.Echo("new");
        }

        old.Echo("and still");
        Assert.False(restarted.IsCompleted);
        old.Dispose();
        End(restarted);
        Assert.Equal((2, 0), (server.GetStatistics().Accepted, server.GetStatistics().BrokenOff));
    }

    [Fact]
    public void Restart_WhenTheTimeIsOver_BreaksOffWhatIsOld()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("old");

        End(server.RestartAsync(TimeSpan.FromMilliseconds(30)));

        old.IsEnded();
        Connect(server).Echo("new");
        Assert.Equal((1, 1), (server.GetStatistics().BrokenOff, server.GetStatistics().Restarts));
    }

    [Fact]
    public void Restart_WhileOneIsUnderWay_JoinsIt()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("old");

        Task first = server.RestartAsync(Waits.Hang);
        Task second = server.RestartAsync(TimeSpan.Zero);

        Assert.Same(first, second);
        Until(() => server.GetStatistics().Restarts == 1);
        old.Echo("still here");
        old.Dispose();
        End(first);
        End(server.RestartAsync(Waits.Hang));
        Assert.Equal(2, server.GetStatistics().Restarts);
    }

    [Fact]
    public void Restart_OfAServerThatIsStopped_IsRefused()
    {
        StreamServer server = Start(EchoAsync);
        End(server.StopAsync());

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => End(server.RestartAsync()));

        Assert.Contains(server.Name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_WhileOldWorkersStillServe_EndsAll()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("old");
        Task restarted = server.RestartAsync(Waits.Hang);
        Until(() => server.GetStatistics().Restarts == 1);
        TestClient fresh = Connect(server);
        fresh.Echo("new");

        End(server.StopAsync(TimeSpan.FromMilliseconds(30)));

        End(restarted);
        old.IsEnded();
        fresh.IsEnded();
        Assert.True(IsRefused(server));
        Assert.Equal((2, 0), (server.GetStatistics().BrokenOff, server.GetStatistics().Active));
    }

    [Fact]
    public void Stop_WithCallbacksThatThrow_EndsAllTheSame()
    {
        StreamServer server = Start(static async connection =>
        {
            _ = connection.Stopping.Register(static () => throw new FormatException("this callback is meant to fail"));
            await EchoAsync(connection);
        });
        TestClient old = Connect(server);
        old.Echo("old");

        Task restarted = server.RestartAsync(Waits.Hang);
        Until(() => server.GetStatistics().Restarts == 1);
        old.Dispose();
        End(restarted);
        TestClient fresh = Connect(server);
        fresh.Echo("new");
        End(server.StopAsync(TimeSpan.Zero));

        fresh.IsEnded();
        Assert.True(IsRefused(server));
        Assert.Equal((1, 1, 0), (server.GetStatistics().Served, server.GetStatistics().BrokenOff, server.GetStatistics().Active));
    }

    [Fact]
    public void Stop_RightAfterARestartBegan_Wins()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("old");

        Task restarted = server.RestartAsync(Waits.Hang);
        Task stopped = server.StopAsync(Waits.Hang);
        old.Echo("still here");
        old.Dispose();
        End(stopped);

        Assert.True(restarted.IsCompleted);
        Assert.True(restarted.IsCompletedSuccessfully || restarted.Exception!.InnerException is ServerRestartException);
        Assert.True(IsRefused(server));
        Assert.Equal((1, 0), (server.GetStatistics().Served, server.GetStatistics().BrokenOff));
    }
}
