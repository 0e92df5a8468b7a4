using System.Globalization;
using System.Text;
using Plait.Codecs;
using Plait.Interop;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>What every model must do that serves in other processes.</summary>
public abstract class ProcessServerContract(ServerModel model) : ServerContract(model)
{
    [Fact]
    public void Start_WithAHandlerThatCannotTravel_SaysWhatAndLeavesNothing()
    {
        using var stream = new MemoryStream();

        CannotTravelException refused = Assert.Throws<CannotTravelException>(() => Start(async connection => await connection.SendAsync(stream.ToArray())));

        Assert.Contains("'stream'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handler_RunsInAnotherProcess_WithWhatItHasCaptured()
    {
        string greeting = "I am ";
        StreamServer server = Start(async connection => await connection.SendAsync(Encoding.ASCII.GetBytes(greeting + Environment.ProcessId)));

        string answer = Connect(server).ReceiveAll();

        Assert.StartsWith(greeting, answer, StringComparison.Ordinal);
        Assert.NotEqual(Environment.ProcessId, int.Parse(answer[greeting.Length..], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Handler_ThatThrows_IsCounted()
    {
        StreamServer server = Start(static connection => throw new FormatException("this one is meant to fail"));

        Connect(server).IsEnded();

        Until(() => server.GetStatistics() is { Failed: 1, Active: 0 });
    }

    [Fact]
    public void Handler_ThatEndsItsProcess_LosesItsOwnConnectionOnly()
    {
        StreamServer server = Start(SayWhoAndEchoAsync);
        ((_, TestClient victim), (_, TestClient other)) = ConnectToTwo(server);
        other.Echo("before");

        victim.Send(LastWord);

        victim.IsEnded();
        other.Echo("after");
        Until(() => server.GetStatistics() is { BrokenOff: 1, Active: 1 });
        Assert.Equal(sizeof(int), Connect(server).Receive(sizeof(int)).Length);
    }

    [Fact]
    public void Stop_WhileAHandlerWaits_TellsIt()
    {
        StreamServer server = Start(static async connection =>
        {
            await connection.SendAsync("here"u8.ToArray());
            connection.Stopping.WaitHandle.WaitOne();
            await connection.SendAsync("over"u8.ToArray());
        });
        TestClient client = Connect(server);
        Assert.Equal("here", client.ReceiveText(4));

        Task stopped = server.StopAsync(Waits.Hang);

        Assert.Equal("over", client.ReceiveAll());
        End(stopped);
        Assert.Equal((1, 0), (server.GetStatistics().Served, server.GetStatistics().BrokenOff));
    }

    [Fact]
    public void Server_BesideOtherChildren_LeavesThemToTheirOwner()
    {
        using var ours = ChildProcess.StartProgram("/bin/sh", ["-c", "exit 72"]);
        using var runtimes = System.Diagnostics.Process.Start("/bin/sh", ["-c", "exit 73"]);
        StreamServer server = Start(EchoAsync);
        Connect(server).Echo("hello");

        End(server.StopAsync(TimeSpan.Zero));

        Assert.True(ours.Join(Waits.Hang) && runtimes.WaitForExit(Waits.Hang));
        Assert.Equal((72, 73), (ours.Outcome!.ExitCode, runtimes.ExitCode));
    }

    protected const string LastWord = "die";

    // Each has processes of its own.
    protected override int ManyServers => 3;

    protected static async Task SayWhoAndEchoAsync(Connection connection)
    {
        await connection.SendAsync(BitConverter.GetBytes(Environment.ProcessId));
        await EchoUnlessToldToDieAsync(connection);
    }

    /// <summary>A connection each with two processes, and no others. Which of them gets a connection is the kernel's.</summary>
    private protected ((int Pid, TestClient Client) First, (int Pid, TestClient Client) Second) ConnectToTwo(StreamServer server)
    {
        (int Pid, TestClient Client) first = ConnectToOne(server);
        (int Pid, TestClient Client) second = default;
        Until(() =>
        {
            second = ConnectToOne(server);
            if (second.Pid == first.Pid)
            {
                second.Client.Dispose();
            }

            return second.Pid != first.Pid;
        });
        Until(() => server.GetStatistics().Active == 2);
        return (first, second);
    }

    private (int Pid, TestClient Client) ConnectToOne(StreamServer server)
    {
        TestClient client = Connect(server);
        return (BitConverter.ToInt32(client.Receive(sizeof(int))), client);
    }

    // As a crash: no code of anybody runs any more.
    protected static async Task EchoUnlessToldToDieAsync(Connection connection)
    {
        while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
        {
            if (data.Span.SequenceEqual(Encoding.ASCII.GetBytes(LastWord)))
            {
                Family.Signal(Environment.ProcessId, Signals.Kill);
            }

            await connection.SendAsync(data);
        }
    }
}

/// <summary>What every model must do whose processes are there before the connections.</summary>
public abstract partial class WorkerProcessContract(ServerModel model) : ProcessServerContract(model)
{
    [Fact]
    public void Workers_OfAServer_AreProcessesOfTheirOwn()
    {
        StreamServer server = Start(EchoAsync);

        int[] pids = PidsOf(server);

        Assert.Equal(2, pids.Length);
        Assert.Equal(2, pids.Except([0, Environment.ProcessId]).Distinct().Count());
    }

    [Fact]
    public void Worker_ThatIsKilled_IsReplacedAndTheOtherDoesNotNotice()
    {
        StreamServer server = Start(SayWhoAndEchoAsync);
        ((int victim, TestClient lost), (int survivor, TestClient kept)) = ConnectToTwo(server);

        Family.Signal(victim, Signals.Kill);

        lost.IsEnded();
        kept.Echo("still here");
        Until(() => server.GetStatistics().WorkersReplaced == 1);
        kept.Echo("and still");
        Assert.Contains(survivor, PidsOf(server));
        Assert.DoesNotContain(victim, PidsOf(server));
        Assert.Equal(1, server.GetStatistics().BrokenOff);
        lost.Dispose();
        Assert.Equal(sizeof(int), Connect(server).Receive(sizeof(int)).Length);
    }

    [Fact]
    public void Workers_AllKilledWhileConnectionsWait_LoseNoneOfThose()
    {
        StreamServer server = Start(EchoAsync, new() { MaxConnections = 1 });
        TestClient first = Connect(server);
        first.Echo("first");
        TestClient second = Connect(server);
        second.Send("second");

        Family.Signal(PidsOf(server).Single(), Signals.Kill);

        first.IsEnded();
        Assert.Equal("second", second.ReceiveText(6));
    }

    [Fact]
    public void Worker_ThatDiesAtEachConnection_IsReplacedEachTime()
    {
        StreamServer server = Start(EchoUnlessToldToDieAsync);

        for (int i = 1; i <= 3; i++)
        {
            TestClient client = Connect(server);
            client.Send(LastWord);
            client.IsEnded();
        }

        Connect(server).Echo("well");
        Until(() => server.GetStatistics().WorkersReplaced == 3);
    }

    private static int[] PidsOf(StreamServer server) => [.. server.GetStatistics().Workers.Select(static worker => worker.Pid)];
}

public sealed class PreforkServerTests() : WorkerProcessContract(ServerModel.Prefork)
{
    protected override bool IsConcurrent => false;

    [Fact]
    public void Workers_OfTwoProcesses_ServeTwoAtATime()
    {
        StreamServer server = Start(EchoAsync);

        TestClient first = Connect(server);
        TestClient second = Connect(server);
        first.Echo("first");
        second.Echo("second");
        TestClient third = Connect(server);
        third.Send("third");
        first.Echo("first again");
        Assert.Equal(2, server.GetStatistics().Accepted);

        first.Dispose();
        Assert.Equal("third", third.ReceiveText(5));
    }
}

public sealed class ProcessLoopsServerTests() : WorkerProcessContract(ServerModel.ProcessLoops);

public sealed class ProcessesServerTests() : ProcessServerContract(ServerModel.Processes)
{
    protected override bool AcceptsFast => false;

    // Each is a process that has to start.
    protected override (int AtOnce, int InARow) Many => (3, 5);

    protected override int Crowd => 2;
}

/// <summary>A server is killed with SIGKILL, which runs no code of anybody.</summary>
public sealed class KilledServerTests
{
    [Fact]
    public void Server_ThatIsKilled_TakesItsProcessesWithIt()
    {
        using Dummy parent = Dummy.Start(["server"]);
        int[] workers = [.. parent.ReadLine()!.Split(' ').Select(static pid => int.Parse(pid, CultureInfo.InvariantCulture))];
        Assert.All(workers, static pid => Assert.True(ProcFiles.IsAlive(pid)));

        parent.Signal(Signals.Kill);

        Assert.Equal("", parent.Family.WaitUntilGone(Limits.OneSecond(), workers).Left);
    }
}
