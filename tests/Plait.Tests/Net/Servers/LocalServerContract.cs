using System.Net;
using System.Text;
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
        StreamServer server = Start(static _ => null!);
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
