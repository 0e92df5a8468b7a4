using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Plait.Interop;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>What every model must do that serves in this process: handlers share their state with the test.</summary>
public abstract partial class LocalServerContract(ServerModel model) : ServerContract(model)
{
    [Fact]
    public void EndSending_ByTheHandler_IsReadAsTheEndAndReceivingGoesOn()
    {
        var rest = new TaskCompletionSource<int>();
        StreamServer server = Start(async connection =>
        {
            await connection.SendAsync("bye"u8.ToArray());
            await connection.EndSendingAsync();
            rest.SetResult((await connection.ReceiveAsync()).Length);
        });
        TestClient client = Connect(server);

        Assert.Equal("bye", client.ReceiveAll());
        client.Send("more");

        Assert.Equal(4, End(rest.Task));
    }

    [Fact]
    public void Handler_ThatThrows_EndsItsOwnConnectionOnly()
    {
        var failures = new List<string>();
        StreamServer server = Start(async connection =>
        {
            await EchoUntilAsync(connection, "!");
            throw new FormatException("bad");
        });
        server.HandlerFailed += (_, failed) => failures.Add($"{failed.Error.Message} {failed.Connection.BytesReceived}");
        TestClient? other = IsConcurrent ? Connect(server) : null;
        other?.Echo("before");
        TestClient client = Connect(server);

        client.Echo("x!");
        client.IsEnded();
        other?.Echo("after");

        Until(() => server.GetStatistics().Failed == 1);
        Assert.Equal(["bad 2"], failures);
    }

    [Fact]
    public void Handler_ThatReturnsNoTask_IsToldAndCounted()
    {
        var failures = new List<Exception>();
        Task? none = null;
        StreamServer server = Start(_ => none!);
        server.HandlerFailed += (_, failed) => failures.Add(failed.Error);

        Connect(server).IsEnded();

        Until(() => server.GetStatistics() is { Failed: 1, Active: 0 });
        Assert.Single(failures);
    }

    [Fact]
    public void EndPoints_OfAConnection_SayWhoItIsWith()
    {
        var seen = new TaskCompletionSource<(EndPoint? Local, EndPoint? Remote)>();
        StreamServer server = Start(connection =>
        {
            seen.SetResult((connection.LocalEndPoint, connection.RemoteEndPoint));
            return Task.CompletedTask;
        });
        TestClient client = Connect(server);

        Assert.Equal((client.Socket.RemoteEndPoint, client.Socket.LocalEndPoint), End(seen.Task));
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

    [Fact]
    public void End_ThatComesWithTheLastBytes_IsSeen()
    {
        using var gate = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        var rest = new TaskCompletionSource<int>();
        StreamServer server = Start(async connection =>
        {
            _ = await connection.ReceiveAsync();
            began.SetResult();
            Assert.True(gate.Wait(Waits.Hang));
            int count = 0;
            while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
            {
                count += data.Length;
            }

            rest.SetResult(count);
        });
        TestClient client = Connect(server);

        client.Send("first");
        End(began.Task);
        client.Send("last");
        client.Socket.Shutdown(SocketShutdown.Send);
        gate.Set();

        Assert.Equal(4, End(rest.Task));
    }

    [Fact]
    public void Send_WhileSignalsComeIn_LosesNothing()
    {
        const PosixSignal UserSignal = (PosixSignal)10;
        int signals = 0;
        using var handled = PosixSignalRegistration.Create(UserSignal, context =>
        {
            context.Cancel = true;
            Interlocked.Increment(ref signals);
        });
        byte[] noise = new byte[8 * 1024 * 1024];
        new Random(2).NextBytes(noise);
        var thread = new TaskCompletionSource<int>();
        StreamServer server = Start(async connection =>
        {
            thread.SetResult(Libc.gettid());
            await connection.SendAsync("at once"u8.ToArray());
            _ = await connection.ReceiveAsync();
            await connection.SendAsync(noise);
        });
        TestClient client = Connect(server);

        Assert.Equal("at once", client.ReceiveText(7));
        Interrupt();
        client.Send("go");
        byte[] first = client.Receive(100);
        Interrupt();
        byte[] rest = client.Receive(noise.Length - first.Length);

        Assert.Equal(noise, (byte[])[.. first, .. rest]);
        Assert.Equal("", client.ReceiveAll());

        // The thread that serves, which may be in any call of the system.
        void Interrupt()
        {
            int before = Volatile.Read(ref signals);
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(0, Libc.syscall(SystemCall.SignalThread, Libc.getpid(), End(thread.Task), (int)UserSignal, 0, 0, 0));
            }

            Until(() => Volatile.Read(ref signals) > before);
        }
    }

    private static async Task EchoUntilAsync(Connection connection, string end)
    {
        ReadOnlyMemory<byte> data;
        do
        {
            data = await connection.ReceiveAsync();
            await connection.SendAsync(data);
        }
        while (!data.IsEmpty && !Encoding.ASCII.GetString(data.Span).EndsWith(end, StringComparison.Ordinal));
    }
}
