using System.Net;
using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Execution;
using Plait.Net;
using Plait.Tests.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net;

/// <summary>Connections of an event loop: what waits, what ends a wait, and what is not lost then.</summary>
[Collection("selectors")]
public sealed class LoopConnectionTests : CoroutineTest
{
    [Fact]
    public void Receive_ThatIsKilled_LeavesTheBytesToTheNext()
    {
        byte[] got = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            Coroutine first = Coroutine.Spawn(async () => _ = await connection.ReceiveAsync());
            await Coroutine.Yield();
            first.Kill();
            _ = peer.Send("late"u8);
            await Coroutine.KillAll(first);
            return (await connection.ReceiveAsync()).ToArray();
        }));

        Assert.Equal("late"u8.ToArray(), got);
    }

    [Fact]
    public void Receive_InAScopeOfTime_EndsWithItAlone()
    {
        byte[] got = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, async () => _ = await connection.ReceiveAsync()));
            _ = peer.Send("there"u8);
            return (await connection.ReceiveAsync()).ToArray();
        }));

        Assert.Equal("there"u8.ToArray(), got);
    }

    [Fact]
    public void Receive_InACancelledScope_ThrowsAlthoughBytesAreThere()
    {
        int left = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            _ = peer.Send("there"u8);
            await Assert.ThrowsAsync<ScopeTimeoutException>(async () =>
            {
                using TimeoutScope scope = Coroutine.Timeout(TimeSpan.Zero);
                await Coroutine.Sleep(Short);
            });
            using (TimeoutScope scope = Coroutine.Timeout(Short))
            {
                try
                {
                    await Coroutine.Sleep(Long);
                }
                catch (ScopeTimeoutException)
                {
                    await Assert.ThrowsAsync<ScopeTimeoutException>(async () => _ = await connection.ReceiveAsync());
                }
            }

            return (await connection.ReceiveAsync()).Length;
        }));

        Assert.Equal(5, left);
    }

    [Fact]
    public void Receive_WhileAnotherOneWaits_IsRefused()
    {
        string message = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            Coroutine first = Coroutine.Spawn(async () => _ = await connection.ReceiveAsync());
            await Coroutine.Yield();
            InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => _ = await connection.ReceiveAsync());
            await Coroutine.KillAll(first);
            return error.Message;
        }));

        Assert.Contains("Another receive is under way", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_WhileAnotherOneWaits_IsRefused()
    {
        string message = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            Coroutine first = Coroutine.Spawn(async () => await connection.SendAsync(new byte[64 * 1024 * 1024]));
            await Coroutine.Yield();
            InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.SendAsync("x"u8.ToArray()));
            await Coroutine.KillAll(first);
            return error.Message;
        }));

        Assert.Contains("Another send is under way", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_OutsideItsLoop_SaysWhere()
    {
        string message = Run(static () => WithPairAsync(static async (connection, peer) =>
            (await Coroutine.Await(Task.Run(() => Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReceiveAsync().AsTask())))).Message));

        Assert.Contains("is for coroutines of that loop", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_WhileSomebodyWaits_EndsTheWait()
    {
        Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            Coroutine waits = Coroutine.Spawn(() => Assert.ThrowsAsync<ObjectDisposedException>(async () => _ = await connection.ReceiveAsync()));
            await Coroutine.Yield();
            await connection.DisposeAsync();
            await waits;
            return await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.SendAsync("x"u8.ToArray()).AsTask());
        }));
    }

    [Fact]
    public void Receive_OfWhatIsAlwaysThere_LetsOthersHaveTheirTurns()
    {
        const int Bytes = 20_000;
        int turns = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            _ = peer.Send(new byte[Bytes]);
            int turns = 0;
            Coroutine other = Coroutine.Spawn(async () =>
            {
                while (true)
                {
                    turns++;
                    await Coroutine.Yield();
                }
            });
            byte[] one = new byte[1];
            for (int i = 0; i < Bytes; i++)
            {
                Assert.Equal(1, await connection.ReceiveAsync(one));
            }

            await Coroutine.KillAll(other);
            return turns;
        }));

        // 128 receives a turn, give or take those at its beginning.
        Assert.InRange(turns, Bytes * 9 / 1280, Bytes / 64);
    }

    [Fact]
    public void Echo_OfManyMessages_AllocatesNothing()
    {
        long bytes = Run(static () => WithPairAsync(static async (connection, peer) =>
        {
            byte[] message = new byte[64];
            async Task<long> Echo(int count)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < count; i++)
                {
                    // It waits each time: nothing is there before the other coroutine sends.
                    ReadOnlyMemory<byte> data = await connection.ReceiveAsync();
                    await connection.SendAsync(data);
                }

                return GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Coroutine sender = Coroutine.Spawn(async () =>
            {
                while (true)
                {
                    _ = peer.Send(message);
                    await Coroutine.Yield();
                    while (peer.Poll(0, SelectMode.SelectRead))
                    {
                        _ = peer.Receive(message);
                    }
                }
            });
            _ = await Echo(1000);
            long allocated = await Echo(10_000);
            await Coroutine.KillAll(sender);
            return allocated;
        }));

        // The method's own beginning and end; not one byte for a message.
        Assert.InRange(bytes, 0, 5_000);
    }

    [Fact]
    public async Task Connection_AfterItsLoopHasEnded_IsClosedAndSaysSo()
    {
        (Connection connection, Socket peer) = Run(static async () => await NewPairAsync());

        using (peer)
        {
            Assert.Equal(0, peer.Receive(new byte[1]));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.ReceiveAsync().AsTask());
            Assert.Null(connection.RemoteEndPoint);
        }
    }

    [Fact]
    public void Connect_WhereNobodyListens_SaysSo()
    {
        EndPoint nobody = FreePlace();

        string inside = Run(async () => (await Assert.ThrowsAsync<IOException>(async () => _ = await Connection.ConnectAsync(nobody))).Message);
        string outside = Assert.Throws<IOException>(() => Connection.Connect(nobody)).Message;

        Assert.Equal(($"Nobody listens at {nobody}.", $"Nobody listens at {nobody}."), (inside, outside));
    }

    [Fact]
    public void Connect_WithAttempts_FindsAServerThatComesLater()
    {
        var place = (IPEndPoint)FreePlace();
        var options = new ConnectOptions { Retries = new RetryPolicy { Count = 1000, Backoff = Short, BackoffFactor = 1 } };

        Run(async () =>
        {
            Coroutine<Connection> connecting = Coroutine.Spawn(() => Connection.ConnectAsync(place, options));
            await Coroutine.Sleep(Short);
            using var late = new TcpListener(place);
            late.Start();
            await using Connection connection = await connecting;
            Assert.Equal(place, connection.RemoteEndPoint);
        });
    }

    [Fact]
    public void Connect_ByName_TriesEachAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var place = new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);

        Run(async () =>
        {
            await using Connection connection = await Connection.ConnectAsync(place);
            Assert.Equal(listener.LocalEndpoint, connection.RemoteEndPoint);
        });
        using Stream blocking = Connection.Connect(place).AsStream();
        Assert.True(blocking.CanRead);
    }

    [Fact]
    public void Connect_ByAnUnknownName_SaysSo()
    {
        // A label is 63 bytes at most: nobody needs to be asked.
        var nowhere = new DnsEndPoint($"{new string('x', 64)}.test", 80);
        string outside = Assert.Throws<IOException>(() => Connection.Connect(nowhere)).Message;
        Assert.StartsWith($"Host '{nowhere.Host}' is not known", outside, StringComparison.Ordinal);
        Run(async () => Assert.Equal(outside, (await Assert.ThrowsAsync<IOException>(async () => _ = await Connection.ConnectAsync(nowhere))).Message));
    }

    [Fact]
    public void Connect_ThatIsNotAnswered_EndsInTime()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        EndPoint place = full.LocalEndPoint!;
        var options = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        List<IDisposable> queued = [];
        try
        {
            // The system's queue takes one or two; who comes then is not answered.
            ConnectionTimeoutException late = Assert.Throws<ConnectionTimeoutException>(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    queued.Add(Connection.Connect(place, options).AsStream());
                }
            });
            Assert.Equal(ConnectionTimeout.Connect, late.Kind);
            Run(async () => Assert.Equal(ConnectionTimeout.Connect, (await Assert.ThrowsAsync<ConnectionTimeoutException>(async () => _ = await Connection.ConnectAsync(place, options))).Kind));
        }
        finally
        {
            queued.ForEach(static stream => stream.Dispose());
        }
    }

    private static EndPoint FreePlace()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        EndPoint place = listener.LocalEndpoint;
        listener.Stop();
        return place;
    }

    private static async Task<T> WithPairAsync<T>(Func<Connection, Socket, Task<T>> test)
    {
        (Connection connection, Socket peer) = await NewPairAsync();
        await using (connection)
        using (peer)
        {
            return await test(connection, peer);
        }
    }

    private static async Task<(Connection Ours, Socket Peer)> NewPairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Connection connection = await Connection.ConnectAsync(listener.LocalEndpoint);
        Socket peer = listener.AcceptSocket();
        peer.ReceiveTimeout = (int)Waits.Hang.TotalMilliseconds;
        return (connection, peer);
    }
}
