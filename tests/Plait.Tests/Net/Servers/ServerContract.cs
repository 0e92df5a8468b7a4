using System.Net.Sockets;
using System.Text;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>What every model of a server must do.</summary>
public abstract partial class ServerContract(ServerModel model) : ServerTest
{
    /// <summary>Whether it serves more than one connection at a time.</summary>
    protected virtual bool IsConcurrent => true;

    /// <summary>Whether it accepts faster than somebody can connect who tries again and again.</summary>
    protected virtual bool AcceptsFast => IsConcurrent;

    /// <summary>The error with which the system refuses a ring; 0 for none.</summary>
    private protected virtual int RingRefusal => 0;

    /// <summary>How many it is to serve at a time, and one after another.</summary>
    protected virtual (int AtOnce, int InARow) Many => (IsConcurrent ? 50 : 1, 200);

    /// <summary>How many servers there may well be at a time.</summary>
    protected virtual int ManyServers => 20;

    [Fact]
    public void Echo_OfMessagesOfAllSizes_ComesBack()
    {
        TestClient client = Connect(Start(EchoAsync));

        foreach (int size in new[] { 1, 2, 63, 64, 1460, 16_383, 16_384, 16_385, 100_000 })
        {
            client.Echo(new string((char)('a' + (size % 26)), size));
        }
    }

    [Fact]
    public void Upper_OfLines_AnswersEachLine()
    {
        StreamServer server = Start(async connection =>
        {
            while (await connection.ReceiveUntilAsync("\n"u8.ToArray()) is { } line)
            {
                await connection.SendAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(line.Span).ToUpperInvariant() + "\n"));
            }
        });
        TestClient client = Connect(server);

        client.Send("one\ntwo\nthr");
        Assert.Equal("ONE\nTWO\n", client.ReceiveText(8));
        client.Send("ee\n\n");
        Assert.Equal("THREE\n\n", client.ReceiveText(7));
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("", client.ReceiveAll());
    }

    [Fact]
    public void Receive_AfterTheOtherEndHasEndedSending_StillSends()
    {
        StreamServer server = Start(static async connection =>
        {
            long count = 0;
            while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
            {
                count += data.Length;
            }

            await connection.SendAsync(Encoding.ASCII.GetBytes($"{count} bytes"));
        });
        TestClient client = Connect(server);

        client.Send(new byte[300_000]);
        client.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("300000 bytes", client.ReceiveAll());
    }

    [Fact]
    public void Send_ToASlowReader_WaitsAndLosesNothing()
    {
        StreamServer server = Start(static async connection => await connection.SendAsync(Noise()));
        TestClient slow = Connect(server);
        Until(() => server.GetStatistics().Active == 1);

        if (IsConcurrent)
        {
            // Others do not wait for it.
            Assert.NotEmpty(Connect(server).Receive(100));
        }

        Assert.Equal(Noise(), slow.Receive(Noise().Length));
        Assert.Equal("", slow.ReceiveAll());

        // The same in every process.
        static byte[] Noise()
        {
            byte[] noise = new byte[8 * 1024 * 1024];
            new Random(1).NextBytes(noise);
            return noise;
        }
    }

    [Fact]
    public void Receive_FromASlowWriter_GathersTheMessage()
    {
        StreamServer server = Start(static async connection =>
        {
            ReadOnlyMemory<byte>? line = await connection.ReceiveUntilAsync("\r\n"u8.ToArray());
            await connection.SendAsync(line!.Value);
        });
        TestClient client = Connect(server);

        foreach (char letter in "slowly\r\n")
        {
            client.Send(letter.ToString());
            Thread.Yield();
        }

        Assert.Equal("slowly", client.ReceiveAll());
    }

    [Fact]
    public void Connection_ThatSendsNothing_IsClosedInTime()
    {
        StreamServer server = Start(EchoAsync, new() { FirstByteTimeout = TimeSpan.FromMilliseconds(50), IdleTimeout = Waits.Hang });
        TestClient silent = Connect(server);

        silent.IsEnded();
        Until(() => server.GetStatistics() is { TimedOut: 1, Active: 0 });
    }

    [Fact]
    public void Connection_ThatFallsSilent_IsClosedInTime()
    {
        StreamServer server = Start(EchoAsync, new() { FirstByteTimeout = Waits.Hang, IdleTimeout = TimeSpan.FromMilliseconds(50) });
        TestClient client = Connect(server);

        client.Echo("hello");
        client.IsEnded();
        Until(() => server.GetStatistics() is { TimedOut: 1, Active: 0 });
    }

    [Fact]
    public void Receive_AfterOneThatTookTooLong_GoesOn()
    {
        StreamServer server = Start(
            static async connection =>
            {
                _ = await connection.ReceiveAsync();
                try
                {
                    _ = await connection.ReceiveAsync();
                }
                catch (ConnectionTimeoutException late)
                {
                    connection.ReceiveTimeout = Waits.Hang;
                    await connection.SendAsync(Encoding.ASCII.GetBytes($"{late.Kind}"));
                }

                await EchoAsync(connection);
            },
            new() { FirstByteTimeout = Waits.Hang, IdleTimeout = TimeSpan.FromMilliseconds(50) });
        TestClient client = Connect(server);

        client.Send("hello");
        Assert.Equal("Idle", client.ReceiveText(4));
        client.Echo("still here");
    }

    [Fact]
    public void Connection_WhoseOtherEndNeverReads_IsClosedInTime()
    {
        StreamServer server = Start(static async connection => await connection.SendAsync(new byte[64 * 1024 * 1024]), new() { SendTimeout = TimeSpan.FromMilliseconds(50) });
        _ = Connect(server);

        Until(() => server.GetStatistics() is { TimedOut: 1, Active: 0 });
    }

    [Fact]
    public void Connection_ThatLastsTooLong_IsClosedInTheMiddle()
    {
        StreamServer server = Start(EchoAsync, new() { MaxLifetime = TimeSpan.FromMilliseconds(80) });
        TestClient client = Connect(server);

        client.Echo("young");
        client.IsEnded();
        Until(() => server.GetStatistics() is { TimedOut: 1, Active: 0 });
    }

    [Fact]
    public void Reset_InTheMiddleOfAMessage_IsAnOrdinaryEnd()
    {
        StreamServer server = Start(static async connection => await connection.ReceiveUntilAsync("\n"u8.ToArray()));
        server.HandlerFailed += static (_, failed) => Assert.Fail($"{failed.Error}");
        TestClient client = Connect(server);
        client.Send("half a mess");
        Until(() => server.GetStatistics().Active == 1);

        client.Reset();

        Until(() => server.GetStatistics() is { Resets: 1, Active: 0, Failed: 0 });
    }

    [Fact]
    public void Handler_ThatReadsNothing_ClosesItsConnection()
    {
        StreamServer server = Start(static _ => Task.CompletedTask);
        TestClient client = Connect(server);

        client.Send("never read");

        client.IsEnded();
        Until(() => server.GetStatistics() is { Served: 1, Failed: 0, Active: 0 });
    }

    [Fact]
    public void Connections_OneAfterAnother_AreAllServed()
    {
        StreamServer server = Start(EchoAsync);

        for (int i = 0; i < Many.InARow; i++)
        {
            using var client = new TestClient(server.EndPoint);
            client.Echo($"number {i}");
        }

        Until(() => server.GetStatistics() is { Active: 0 } all && all.Accepted == Many.InARow && all.Served == Many.InARow);
        Assert.Equal(Many.InARow, server.GetStatistics().Workers.Sum(static worker => worker.Accepted));
    }

    [Fact]
    public void Connections_ManyAtOnce_AreAllServed()
    {
        StreamServer server = Start(EchoAsync);
        TestClient[] clients = [.. Enumerable.Range(0, Many.AtOnce).Select(_ => Connect(server))];

        for (int round = 0; round < 3; round++)
        {
            foreach (TestClient client in clients)
            {
                client.Send($"round {round}");
            }

            foreach (TestClient client in clients)
            {
                Assert.Equal($"round {round}", client.ReceiveText(7));
            }
        }

        Until(() => server.GetStatistics().Active == clients.Length);
    }

    [Fact]
    public void Server_WithTimesThatNoTimerTakes_ServesWithoutLimits()
    {
        StreamServer server = Start(EchoAsync, new() { MaxConnections = 1, FirstByteTimeout = TimeSpan.MaxValue, IdleTimeout = TimeSpan.FromDays(50), MaxLifetime = TimeSpan.FromDays(50), DrainTimeout = TimeSpan.MaxValue });

        for (int i = 0; i < 3; i++)
        {
            using var client = new TestClient(server.EndPoint);
            client.Echo("for a while");
        }

        End(server.StopAsync());
        Assert.Equal((3, 0), (server.GetStatistics().Served, server.GetStatistics().Active));
    }

    [Fact]
    public void Server_AtAPathOfAUnixSocket_ServesAndCleansUp()
    {
        string path = Path.Combine(Path.GetTempPath(), $"plait-test-{Guid.NewGuid():N}");
        StreamServer server = Start(EchoAsync, new() { EndPoint = new UnixDomainSocketEndPoint(path) });

        using (var client = new TestClient(server.EndPoint))
        {
            client.Echo("by path");
        }

        End(server.StopAsync(Waits.Hang));
        Assert.False(File.Exists(path));
    }

    protected static T End<T>(Task<T> task) => task.InTime().GetAwaiter().GetResult();

    protected static void End(Task task) => task.InTime().GetAwaiter().GetResult();

    protected StreamServer Start(ConnectionHandler handler, StreamServerOptions? options = null)
    {
        options ??= new StreamServerOptions();
        return StartServer(handler, new StreamServerOptions
        {
            Model = model,
            EndPoint = options.EndPoint,
            MaxConnections = options.MaxConnections,
            WhenFull = options.WhenFull,
            FirstByteTimeout = options.FirstByteTimeout,
            IdleTimeout = options.IdleTimeout,
            SendTimeout = options.SendTimeout,
            MaxLifetime = options.MaxLifetime,
            DrainTimeout = options.DrainTimeout,
            RestartTimeout = options.RestartTimeout,
            Tls = options.Tls,
            RingRefusal = RingRefusal,
            Workers = model switch
            {
                ServerModel.Pool => 60,

                // Several sockets at one path do not exist: what the default makes of that is for the test to see.
                ServerModel.Loops when options.EndPoint is UnixDomainSocketEndPoint => 0,
                ServerModel.Loops or ServerModel.Prefork or ServerModel.ProcessLoops => 2,
                _ => 0,
            },
        });
    }
}
