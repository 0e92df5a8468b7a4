using Plait.Interop;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <content>Fresh processes in the place of others, and what dies meanwhile.</content>
public abstract partial class WorkerProcessContract
{
    [Fact]
    public void Restart_OfProcesses_PutsOthersInTheirPlace()
    {
        StreamServer server = Start(EchoAsync);
        int[] old = PidsOf(server);

        End(server.RestartAsync(Waits.Hang));

        int[] fresh = PidsOf(server);
        Assert.Equal(2, fresh.Except([.. old, 0]).Distinct().Count());
        Assert.All(old, static pid => Assert.False(ProcFiles.IsAlive(pid)));
        Connect(server).Echo("new");
    }

    [Fact]
    public void Restart_OfAHandlerWhoseCapturedValueHasChanged_ServesWithTheNewOne()
    {
        List<byte> greeting = [(byte)'a'];
        StreamServer server = Start(async connection => await connection.SendAsync(greeting.ToArray()));
        Assert.Equal("a", Connect(server).ReceiveAll());

        greeting[0] = (byte)'b';
        End(server.RestartAsync(Waits.Hang));

        Assert.Equal("b", Connect(server).ReceiveAll());
    }

    [Fact]
    public void Restart_WithAHandlerThatCannotTravelAnyMore_FailsAndOthersGoOn()
    {
        List<object> luggage = [];
        StreamServer server = Start(async connection =>
        {
            await EchoAsync(connection);
            GC.KeepAlive(luggage);
        });
        int[] old = PidsOf(server);
        using var stream = new MemoryStream();
        luggage.Add(stream);

        ServerRestartException failed = FailsToRestart(server);

        Assert.Contains(nameof(MemoryStream), failed.Message, StringComparison.Ordinal);
        StaysAsItWas(server, old);
    }

    [Fact]
    public void Restart_WhoseProcessIsKilledBeforeItAccepts_FailsAndOthersGoOn()
    {
        (StreamServer server, Mood mood) = StartWithMood(Timeout.InfiniteTimeSpan);
        int[] old = PidsOf(server);
        TestClient client = Connect(server);
        client.Echo("before");

        // Its processes never come to serve: the end of one is enough.
        mood.IsBad = true;
        Task restarted = server.RestartAsync(TimeSpan.Zero);
        int[] fresh = [];
        Until(() => (fresh = [.. PidsOf(server).Except(old)]).Length == old.Length);
        Family.Signal(fresh[0], Signals.Kill);

        ServerRestartException failed = Assert.Throws<ServerRestartException>(() => End(restarted));
        Assert.Contains("SIGKILL", failed.Message, StringComparison.Ordinal);
        Assert.IsType<ChildFailedException>(failed.InnerException);
        client.Echo("after");
        client.Dispose();
        StaysAsItWas(server, old);

        mood.IsBad = false;
        End(server.RestartAsync(Waits.Hang));
        Assert.Empty(PidsOf(server).Intersect(old));
    }

    [Fact]
    public void Restart_WhoseProcessesDoNotAcceptInTime_FailsAndOthersGoOn()
    {
        (StreamServer server, Mood mood) = StartWithMood(TimeSpan.FromMilliseconds(50));
        int[] old = PidsOf(server);
        mood.IsBad = true;

        ServerRestartException failed = Assert.Throws<ServerRestartException>(() => End(server.RestartAsync(TimeSpan.Zero)));

        Assert.IsType<TimeoutException>(failed.InnerException);
        StaysAsItWas(server, old);
    }

    [Fact]
    public void Stop_WhileFreshProcessesDoNotCome_Wins()
    {
        (StreamServer server, Mood mood) = StartWithMood(Timeout.InfiniteTimeSpan);
        TestClient client = Connect(server);
        client.Echo("before");
        mood.IsBad = true;
        Task restarted = server.RestartAsync(Waits.Hang);

        End(server.StopAsync(TimeSpan.FromMilliseconds(30)));

        client.IsEnded();
        Assert.Null(Assert.Throws<ServerRestartException>(() => End(restarted)).InnerException);
    }

    [Fact]
    public void OldProcess_KilledWhileItDrains_TakesItsConnectionsOnlyAndIsNotReplaced()
    {
        StreamServer server = Start(SayWhoAndEchoAsync);
        ((int victim, TestClient lost), (_, TestClient kept)) = ConnectToTwo(server);
        Task restarted = server.RestartAsync(Waits.Hang);
        Until(() => server.GetStatistics().Restarts == 1);
        int[] fresh = PidsOf(server);

        Family.Signal(victim, Signals.Kill);

        lost.IsEnded();
        kept.Echo("still here");
        Assert.False(restarted.IsCompleted);
        kept.Dispose();
        End(restarted);
        TestClient next = Connect(server);
        Assert.Contains(BitConverter.ToInt32(next.Receive(sizeof(int))), fresh);
        Assert.Equal((1, 0), (server.GetStatistics().BrokenOff, server.GetStatistics().WorkersReplaced));
        Assert.Equal(fresh, PidsOf(server));
    }

    [Fact]
    public void FreshProcess_KilledAfterItHasTakenOver_IsReplacedOnce()
    {
        StreamServer server = Start(EchoAsync);
        TestClient old = Connect(server);
        old.Echo("old");
        Task restarted = server.RestartAsync(Waits.Hang);
        Until(() => server.GetStatistics().Restarts == 1);
        int[] fresh = PidsOf(server);

        Family.Signal(fresh[0], Signals.Kill);

        Until(() => server.GetStatistics().WorkersReplaced == 1);
        Ask(server, "new");
        old.Echo("still here");
        old.Dispose();
        End(restarted);
        Assert.Equal(1, server.GetStatistics().WorkersReplaced);
        Assert.DoesNotContain(fresh[0], PidsOf(server));
    }

    private (StreamServer Server, Mood Mood) StartWithMood(TimeSpan restartTimeout)
    {
        var mood = new Mood();
        StreamServer server = Start(
            async connection =>
            {
                await EchoAsync(connection);
                GC.KeepAlive(mood);
            },
            new() { RestartTimeout = restartTimeout });
        Ask(server, "is it there");
        return (server, mood);
    }

    private static void Ask(StreamServer server, string text)
    {
        using var client = new TestClient(server.EndPoint);
        client.Echo(text);
    }

    private static ServerRestartException FailsToRestart(StreamServer server) => Assert.Throws<ServerRestartException>(() => End(server.RestartAsync(Waits.Hang)));

    private static void StaysAsItWas(StreamServer server, int[] pids)
    {
        Ask(server, "as before");
        Assert.Equal(pids, PidsOf(server));
        Assert.Equal((0, 0), (server.GetStatistics().Restarts, server.GetStatistics().WorkersReplaced));
    }
}
