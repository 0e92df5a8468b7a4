using System.Net.Sockets;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Servers that run out of something, and options that do not go together.</summary>
public sealed class ServerLimitTests : ServerTest
{
    [Theory]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Epoll)]
    [InlineData(ServerModel.Proactor)]
    [InlineData(ServerModel.SignalDriven)]
    [InlineData(ServerModel.Iterative)]
    [InlineData(ServerModel.Pool)]
    public void Accept_WithoutDescriptors_PausesAndGoesOn(ServerModel model)
    {
        using var child = ChildProcess.Start(ServeWithFewDescriptors, model);

        (int served, long pauses) = child.Result;

        Assert.Equal(60, served);
        Assert.True(pauses > 0, "It never ran out.");
    }

    [Theory]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Iterative)]
    [InlineData(ServerModel.Threads)]
    public void Restart_WithoutDescriptors_FailsAndKeepsNone(ServerModel model)
    {
        using var child = ChildProcess.Start(RestartWithoutDescriptors, model);

        (string? failure, bool isGone) = child.Result;

        Assert.Contains("goes on with the workers that it has", failure, StringComparison.Ordinal);
        Assert.True(isGone, "Its port listens when it has ended.");
    }

    [Fact]
    public void Start_AtAnAddressThatIsTaken_SaysSo()
    {
        StreamServer first = StartServer(EchoAsync, new());

        IOException error = Assert.Throws<IOException>(() => StreamServer.Start(EchoAsync, new() { EndPoint = first.EndPoint }));

        Assert.Contains("Another program listens there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backlog_OfAServerThatIsFull_IsHowManyWaitInTheSystem()
    {
        StreamServer server = StartServer(EchoAsync, new() { MaxConnections = 1, Backlog = 2 });
        TestClient first = Connect(server);
        first.Echo("first");
        var options = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        List<Connection> waiting = [];
        try
        {
            Assert.Throws<ConnectionTimeoutException>(() =>
            {
                while (waiting.Count < 20)
                {
                    waiting.Add(Connection.Connect(server.EndPoint, options));
                }
            });

            // The system takes one more than it is told, and answers another one whose last word it then forgets.
            Assert.InRange(waiting.Count, 2, 4);
            await waiting[0].SendAsync("x"u8.ToArray());
            first.Dispose();
            Assert.Equal("x"u8.ToArray(), (await waiting[0].ReceiveAsync()).ToArray());
        }
        finally
        {
            foreach (Connection connection in waiting)
            {
                await connection.DisposeAsync();
            }
        }
    }

    [Fact]
    public void ToString_OfAServer_SaysNamePlaceAndModel()
    {
        StreamServer server = StartServer(EchoAsync, new() { Name = "desk", Model = ServerModel.Poll });

        Assert.Equal($"desk at {server.EndPoint} (Poll)", server.ToString());
    }

    [Fact]
    public void Start_OfSeveralLoopsAtAPath_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => StreamServer.Start(EchoAsync, new() { Model = ServerModel.Loops, Workers = 2, EndPoint = new UnixDomainSocketEndPoint("/tmp/x") }));

        Assert.Contains("take model ProcessLoops", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithValuesOutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamServer.Start(EchoAsync, new() { MaxConnections = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamServer.Start(EchoAsync, new() { Backlog = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamServer.Start(EchoAsync, new() { IdleTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamServer.Start(EchoAsync, new() { Model = (ServerModel)99 }));
        Assert.Throws<ArgumentException>(() => StreamServer.Start(EchoAsync, new() { Model = ServerModel.Select, Workers = 3 }));
        Assert.Throws<ArgumentNullException>(() => StreamServer.Start(null!));
    }

    [Fact]
    public async Task Stop_WithANegativeTime_IsRefusedBeforeAnythingIsDone()
    {
        StreamServer server = StartServer(EchoAsync, new());
        TestClient client = Connect(server);
        client.Echo("before");

        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => Use(server.StopAsync(TimeSpan.FromSeconds(-5))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Use(server.RestartAsync(TimeSpan.FromSeconds(-5))));

        Assert.Equal(TimeSpan.FromSeconds(-5), refused.ActualValue);
        client.Echo("after");
        Assert.Equal(0, server.GetStatistics().Restarts);
        client.Dispose();
        await server.RestartAsync(Timeout.InfiniteTimeSpan).InTime();
        Connect(server).Echo("fresh");
        await server.StopAsync(TimeSpan.Zero).InTime();

        static void Use(Task task) => Assert.NotNull(task);
    }

    [Fact]
    public void Loops_EachWithASocketOfItsOwn_AllServe()
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Loops, Workers = 2 });

        for (int i = 0; i < 64; i++)
        {
            Connect(server).Echo("spread");
        }

        // By hash: that all 64 go to one has a chance of one in 2^63.
        Assert.All(server.GetStatistics().Workers, static worker => Assert.True(worker.Accepted > 0, worker.Name));
        Assert.InRange(server.GetStatistics().Imbalance, 1, 2);
    }

    [Fact]
    public void Select_BeyondItsDescriptors_RefusesThatConnection()
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Select });
        TestClient before = Connect(server);
        before.Echo("before");
        Socket[] fill = [.. Enumerable.Range(0, 1100).Select(_ => Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)))];

        Connect(server).IsEnded();

        before.Echo("after");
        Until(() => server.GetStatistics().Refused == 1);
        Assert.Equal(1100, fill.Length);
    }

    [Fact]
    public void Threads_OfConnectionsThatHaveEnded_AreGone()
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Threads, Name = "reaped" });
        Until(() => ThreadsOf(server) == 1);

        for (int i = 0; i < 10; i++)
        {
            using var client = new TestClient(server.EndPoint);
            client.Echo("hello");
            Assert.True(ThreadsOf(server) >= 2);
        }

        Until(() => ThreadsOf(server) == 1);
    }

    [Fact]
    public void Pool_ThatHasRefusedMoreThanItHasThreads_StillServes()
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Pool, Workers = 2, MaxConnections = 1, WhenFull = WhenServerFull.Refuse });
        TestClient first = Connect(server);
        first.Echo("first");

        for (int i = 0; i < 5; i++)
        {
            Connect(server).IsEnded();
        }

        first.Dispose();
        Until(() => server.GetStatistics().Active == 0);
        Connect(server).Echo("afterwards");
        Assert.Equal(5, server.GetStatistics().Refused);
    }

    private static int ThreadsOf(StreamServer server) => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").StartsWith(server.Name, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has just ended.
            return false;
        }
    });

    // In a process of its own, which has 400 descriptors, and all of them in use.
    private static (int Served, long Pauses) ServeWithFewDescriptors(ServerModel model)
    {
        StreamServer server = StreamServer.Start(EchoAsync, new() { Model = model });
        using (var client = new TestClient(server.EndPoint))
        {
            client.Echo("warm");
        }

        List<Socket> fill = UseAllDescriptors();
        try
        {
            int served = 0;
            for (int i = 0; i < 60; i++)
            {
                // One for the client, none for the server: accepting fails until there is one more.
                fill[^1].Dispose();
                fill.RemoveAt(fill.Count - 1);
                using var client = new TestClient(server.EndPoint);
                client.Send("x");
                long before = server.GetStatistics().AcceptPauses;
                Until(() => server.GetStatistics().AcceptPauses > before || client.Socket.Available > 0);
                fill[^1].Dispose();
                fill.RemoveAt(fill.Count - 1);
                served += client.ReceiveText(1) == "x" ? 1 : 0;
            }

            return (served, server.GetStatistics().AcceptPauses);
        }
        finally
        {
            fill.ForEach(static socket => socket.Dispose());
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    // As above.
    private static (string? Failure, bool IsGone) RestartWithoutDescriptors(ServerModel model)
    {
        StreamServer server = StreamServer.Start(EchoAsync, new() { Model = model });
        server.RestartAsync(TimeSpan.Zero).GetAwaiter().GetResult();
        string? failure = null;
        List<Socket> fill = UseAllDescriptors();
        try
        {
            server.RestartAsync(TimeSpan.Zero).GetAwaiter().GetResult();
        }
        catch (ServerRestartException refused)
        {
            failure = refused.Message;
        }
        finally
        {
            fill.ForEach(static socket => socket.Dispose());
        }

        using (var client = new TestClient(server.EndPoint))
        {
            client.Echo("as before");
        }

        server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        try
        {
            new TestClient(server.EndPoint).Dispose();
            return (failure, false);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return (failure, true);
        }
    }

    // 400, of which all are used when this has returned.
    private static List<Socket> UseAllDescriptors()
    {
        using (var lower = ChildProcess.StartProgram("prlimit", ["--pid", $"{Environment.ProcessId}", "--nofile=400:400"]))
        {
            lower.Join();
        }

        List<Socket> fill = [];
        while (fill.Count < 400 && TryOpen() is { } socket)
        {
            fill.Add(socket);
        }

        return fill;
    }

    private static Socket? TryOpen()
    {
        try
        {
            return new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
