using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Interop;
using Plait.Net;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>What goes wrong around connections, and must end no more than it has to.</summary>
public sealed class ServerFaultTests : ServerTest
{
    [Theory]
    [InlineData(ServerModel.Iterative)]
    [InlineData(ServerModel.Pool)]
    [InlineData(ServerModel.Sockets)]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Prefork)]
    [InlineData(ServerModel.Processes)]
    public void StandardError_ThatFails_EndsNothing(ServerModel model)
    {
        using var child = ChildProcess.Start(ServeWithoutStandardError, model);

        Assert.Equal(3, child.Result);
    }

    [Theory]
    [InlineData(Errno.ENETDOWN)]
    [InlineData(Errno.EPROTO)]
    [InlineData(Errno.ENOPROTOOPT)]
    [InlineData(Errno.EHOSTDOWN)]
    [InlineData(Errno.ENONET)]
    [InlineData(Errno.EHOSTUNREACH)]
    [InlineData(Errno.EOPNOTSUPP)]
    [InlineData(Errno.ENETUNREACH)]
    public void PauseAfter_AnErrorOfOneConnection_GoesOnAtOnce(int errno) => Assert.Null(ServerCore.PauseAfter(errno, last: 0));

    [Theory]
    [InlineData(ServerModel.Threads)]
    [InlineData(ServerModel.Pool)]
    [InlineData(ServerModel.Sockets)]
    [InlineData(ServerModel.Processes)]
    public void Acceptor_ThatFails_IsToldAndWhatIsServedIsBrokenOffInTime(ServerModel model)
    {
        using var child = ChildProcess.Start(FailToAccept, model);

        (string told, long brokenOff) = child.Result;

        Assert.StartsWith("Server 'desk': it accepts no more, and serves what it has", told, StringComparison.Ordinal);
        Assert.Equal(1, brokenOff);
    }

    // In a process of its own, of which nobody else has the standard error.
    private static (string Told, long BrokenOff) FailToAccept(ServerModel model)
    {
        using var told = new WaitingWriter();
        Console.SetError(told);
        var options = new StreamServerOptions { Model = model };
        var worker = new ServerWorker("desk");
        var listener = new ListeningSocket(StreamCalls.Listen(options.EndPoint, options.Backlog, isShared: false));
        ServerHost host = ServerModels.CreateHost(options, new ServerCore(EchoAsync, options, "desk", [worker], static (_, _) => { }));
        host.Start([listener]);
        using var client = new TestClient(StreamCalls.LocalName(listener.Number)!);
        client.Echo("before");

        StreamCalls.Shutdown(listener.Number);
        string line = told.Line.WaitAsync(Waits.Hang).GetAwaiter().GetResult();
        client.Echo("after");
        host.StopAsync(leavesQueue: false, new CancellationToken(canceled: true)).WaitAsync(Waits.Hang).GetAwaiter().GetResult();

        client.IsEnded();
        return (line, worker[ServerCount.BrokenOff]);
    }

    [Theory]
    [InlineData(ServerModel.Iterative)]
    [InlineData(ServerModel.Threads)]
    [InlineData(ServerModel.Pool)]
    [InlineData(ServerModel.Sockets)]
    [InlineData(ServerModel.Processes)]
    [InlineData(ServerModel.Poll)]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Proactor)]
    public async Task Stop_OfAServerThatIsFull_ServesNoMoreOfTheQueueAtOnce(ServerModel model)
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = model, MaxConnections = 1 });
        TestClient first = Connect(server);
        first.Echo("first");
        TestClient[] queued = [Connect(server), Connect(server), Connect(server)];

        Task stopped = server.StopAsync(Waits.Hang);
        first.Echo("and still");
        first.Dispose();

        foreach ((int number, TestClient client) in queued.Index())
        {
            client.Echo("next");
            Assert.Equal(number + 2, server.GetStatistics().Accepted);
            client.Dispose();
        }

        await stopped.InTime();
        Assert.Equal((4, 0), (server.GetStatistics().Served, server.GetStatistics().BrokenOff));
    }

    [Theory]
    [InlineData(ServerModel.Threads)]
    [InlineData(ServerModel.Pool)]
    [InlineData(ServerModel.Sockets)]
    [InlineData(ServerModel.Processes)]
    [InlineData(ServerModel.Poll)]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Proactor)]
    public async Task Stop_OfAServerThatIsFull_BreaksOffTheQueueWhenTheTimeIsOver(ServerModel model)
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = model, MaxConnections = 1 });
        TestClient first = Connect(server);
        first.Echo("first");
        TestClient queued = Connect(server);

        await server.StopAsync(TimeSpan.FromMilliseconds(30)).InTime();

        first.IsEnded();
        queued.IsEnded();
        Assert.Equal((1, 1, 0), (server.GetStatistics().Accepted, server.GetStatistics().BrokenOff, server.GetStatistics().Active));
    }

    [Theory]
    [InlineData(ServerModel.Threads)]
    [InlineData(ServerModel.Coroutine)]
    public async Task Stop_WhileAHandlerBlocks_LeavesItToItself(ServerModel model)
    {
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        StreamServer server = StartServer(
            _ =>
            {
                begun.Set();
                gate.Wait();
                ended.Set();
                return Task.CompletedTask;
            },
            new() { Model = model });
        TestClient client = Connect(server);
        Assert.True(begun.Wait(Waits.Hang, TestContext.Current.CancellationToken));

        await server.StopAsync(TimeSpan.Zero).InTime();

        Assert.False(ended.IsSet);
        gate.Set();
        Assert.True(ended.Wait(Waits.Hang, TestContext.Current.CancellationToken));
        client.IsEnded();
    }

    [Fact]
    public async Task Acceptor_WhoseDispatchFailsAtTheEnd_LeavesTheSocketAndEndsThoseWhoServe()
    {
        var options = new StreamServerOptions();
        var listener = new ListeningSocket(StreamCalls.Listen(options.EndPoint, options.Backlog, isShared: false));
        EndPoint address = StreamCalls.LocalName(listener.Number)!;
        var host = new RefusingHost(new ServerCore(EchoAsync, options, "desk", [new ServerWorker("desk")], static (_, _) => { }));
        host.Start([listener]);
        TestClient client = Keep(new TestClient(address));
        Assert.True(host.HasBegun.Wait(Waits.Hang, TestContext.Current.CancellationToken));

        Task stopped = host.StopAsync(leavesQueue: false, new CancellationToken(canceled: true));
        host.Gate.Set();
        await stopped.InTime();

        client.IsEnded();
        Assert.True(Throws(() => new TestClient(address).Dispose()), "It still listens.");
    }

    [Fact]
    public void Order_OfAWorker_HasWhatItNeedsToEmptyTheQueue()
    {
        StreamServerOptions options = WorkerOrder.Of(new() { Model = ServerModel.Prefork, Backlog = 4096 }, "desk-1", maxConnections: 7).Options;

        Assert.Equal((ServerModel.Prefork, 4096, 7), (options.Model, options.Backlog, options.MaxConnections));
    }

    [Fact]
    public void Workers_WithoutSharedMemory_AreStartedWhenThereIsSome()
    {
        using var child = ChildProcess.Start(ServeWithoutSharedMemory);

        (bool isPortFree, string answer) = child.Result;

        Assert.True(isPortFree, "It still listens.");
        Assert.Equal("again", answer);
    }

    // In a process of its own, of which nobody else has the events.
    private static (bool IsPortFree, string Answer) ServeWithoutSharedMemory()
    {
        StreamServerOptions options = new() { Model = ServerModel.Prefork, Workers = 1 };
        StreamServer server = StreamServer.Start(EchoAsync, options);
        using (var client = new TestClient(server.EndPoint))
        {
            client.Echo("before");
        }

        UpEvents.Refusal = new InvalidOperationException("There is no memory for an event.");
        EndPoint free;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            free = socket.LocalEndPoint!;
        }

        Assert.Throws<InvalidOperationException>(() => StreamServer.Start(EchoAsync, new() { Model = ServerModel.Prefork, Workers = 1, EndPoint = free }));
        bool isPortFree = Throws(() => new TestClient(free).Dispose());

        Family.Signal(server.GetStatistics().Workers.Single().Pid, Signals.Kill);
        Until(() => server.GetStatistics().AcceptPauses > 0);
        UpEvents.Refusal = null;
        using var other = new TestClient(server.EndPoint);
        other.Send("again");
        string answer = other.ReceiveText(5);
        other.Dispose();
        server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (isPortFree, answer);
    }

    private static bool Throws(Action connect)
    {
        try
        {
            connect();
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }

    [Fact]
    public void Stop_WithACallbackThatThrows_TellsWhat()
    {
        using var child = ChildProcess.Start(StopWithACallbackThatThrows);

        Assert.Contains("'desk': a callback registered on Connection.Stopping has thrown: System.FormatException: bad", child.Result, StringComparison.Ordinal);
    }

    private static string StopWithACallbackThatThrows()
    {
        using var error = new StringWriter();
        Console.SetError(error);
        StreamServer server = StreamServer.Start(
            async connection =>
            {
                _ = connection.Stopping.Register(static () => throw new FormatException("bad"));
                await EchoAsync(connection);
            },
            new() { Name = "desk" });
        using var client = new TestClient(server.EndPoint);
        client.Echo("here");
        server.StopAsync(TimeSpan.Zero).GetAwaiter().GetResult();
        return error.ToString();
    }

    // In a process of its own, of which nobody else has the standard error. Room and threads are for one connection: one that is not given back is missed.
    private static int ServeWithoutStandardError(ServerModel model)
    {
        int owner = Environment.ProcessId;
        using var broken = new BrokenWriter();
        Console.SetError(broken);
        StreamServer server = StreamServer.Start(FailAsync, new() { Model = model, MaxConnections = 1, Workers = model is ServerModel.Pool or ServerModel.Prefork ? 1 : 0 });
        try
        {
            int served = 0;
            for (int i = 0; i < 3; i++)
            {
                using var client = new TestClient(server.EndPoint);
                client.Echo("well");
                served++;
                client.Send("fail");
                client.IsEnded();
            }

            return served;
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        async Task FailAsync(Connection connection)
        {
            while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
            {
                if (data.Span.SequenceEqual("fail"u8))
                {
                    if (Environment.ProcessId != owner)
                    {
                        // Its process is lost with it, which is told as well.
                        Family.Signal(Environment.ProcessId, Signals.Kill);
                    }

                    throw new FormatException();
                }

                await connection.SendAsync(data);
            }
        }
    }

    // Cannot start anything to serve a connection, and says so when it is to end.
    private sealed class RefusingHost(ServerCore core) : BlockingHost(core)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim HasBegun { get; } = new();

        public ManualResetEventSlim Gate { get; } = new();

        protected override void Dispatch(int descriptor)
        {
            HasBegun.Set();
            Gate.Wait();
            Core.Leave(Worker, descriptor);
            throw new InvalidOperationException("This one is meant to fail.");
        }

        protected override void EndServing() => _ended.SetResult();

        protected override Task ServedAsync() => _ended.Task;
    }

    private sealed class WaitingWriter : TextWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => _line.TrySetResult(value ?? "");
    }

    private sealed class BrokenWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
