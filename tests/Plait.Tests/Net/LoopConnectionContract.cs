using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Execution;
using Plait.Interop;
using Plait.Net;
using Plait.Tests.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net;

/// <summary>Connections of an event loop: what waits, what ends a wait, and what is not lost then. For each kind of poller that has connections of its own.</summary>
[Collection("selectors")]
public abstract class LoopConnectionContract : CoroutineTest
{
    /// <summary>What the loop sleeps in; null for what it takes by itself.</summary>
    private protected abstract Func<LoopPoller>? Poller { get; }

    private EventLoopOptions Options => new() { BlockedAfter = Timeout.InfiniteTimeSpan, Poller = Poller };

    [Fact]
    public void Receive_ThatIsKilled_LeavesTheBytesToTheNext()
    {
        byte[] got = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        byte[] got = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        int left = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        string message = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        string message = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
    public void Send_ThatIsKilled_LeavesItsMemoryAlone()
    {
        byte[] got = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            byte[] data = new byte[32 * 1024 * 1024];
            data.AsSpan().Fill((byte)'a');
            Coroutine first = Coroutine.Spawn(async () => await connection.SendAsync(data));
            await Turns();
            await Coroutine.KillAll(first);

            // Whoever would still send from it would send this.
            data.AsSpan().Fill((byte)'b');
            long sent = connection.BytesSent;
            Coroutine<byte[]> reader = Coroutine.Spawn(() => Coroutine.Await(Task.Run(() => ReadToEnd(peer))));
            await connection.SendAsync("c"u8.ToArray());
            Assert.Equal(sent + 1, connection.BytesSent);
            await connection.DisposeAsync();
            return await reader;
        }));

        Assert.Equal(got.Length - 1, got.AsSpan().IndexOfAnyExcept((byte)'a'));
        Assert.Equal((byte)'c', got[^1]);
    }

    [Fact]
    public void Receive_ThatIsKilledAgainAndAgain_LosesNothing()
    {
        const int Rounds = 500;
        byte[] got = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            List<byte> all = [];
            for (int i = 0; i < Rounds; i++)
            {
                // Killed before the bytes come, when they have, or after they were taken.
                Coroutine receiver = Coroutine.Spawn(async () => all.AddRange((await connection.ReceiveAsync()).Span));
                await Turns(i % 3);
                _ = peer.Send([(byte)i]);
                await Turns(i % 5);
                await Coroutine.KillAll(receiver);
            }

            peer.Shutdown(SocketShutdown.Send);
            while ((await connection.ReceiveAsync()) is { IsEmpty: false } rest)
            {
                all.AddRange(rest.Span);
            }

            return all.ToArray();
        }));

        Assert.Equal([.. Enumerable.Range(0, Rounds).Select(static i => (byte)i)], got);
    }

    [Fact]
    public void Receive_OfTheOtherKindAfterOneThatWasKilled_HasTheBytes()
    {
        (byte[] own, byte[] got) = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            byte[] own = new byte[4];
            Coroutine first = Coroutine.Spawn(async () => _ = await connection.ReceiveAsync(own));
            await Turns();
            await Coroutine.KillAll(first);
            Coroutine<byte[]> second = Coroutine.Spawn(async () => (await connection.ReceiveAsync()).ToArray());
            await Turns();
            _ = peer.Send("late"u8);
            return (own, await second);
        }));

        Assert.Equal(new byte[4], own);
        Assert.Equal("late"u8.ToArray(), got);
    }

    [Fact]
    public void Receive_InPartsOfAllKinds_KeepsTheOrder()
    {
        string got = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            _ = peer.Send("0123456789\nline\nrest"u8);
            byte[] two = new byte[2];
            string text = "";
            for (int i = 0; i < 2; i++)
            {
                Assert.True(await connection.ReceiveExactlyAsync(two));
                text += Encoding.ASCII.GetString(two) + "|";
            }

            text += Encoding.ASCII.GetString((await connection.ReceiveUntilAsync("\n"u8.ToArray()))!.Value.Span) + "|";
            text += Encoding.ASCII.GetString((await connection.ReceiveUntilAsync("\n"u8.ToArray()))!.Value.Span) + "|";
            return text + Encoding.ASCII.GetString((await connection.ReceiveAsync()).Span);
        }));

        Assert.Equal("01|23|456789|line|rest", got);
    }

    [Fact]
    public void Receive_OutsideItsLoop_SaysWhere()
    {
        string message = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
            (await Coroutine.Await(Task.Run(() => Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReceiveAsync().AsTask())))).Message));

        Assert.Contains("is for coroutines of that loop", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_WhileSomebodyWaits_EndsTheWait()
    {
        OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            Coroutine waits = Coroutine.Spawn(() => Assert.ThrowsAsync<ObjectDisposedException>(async () => _ = await connection.ReceiveAsync()));
            await Coroutine.Yield();
            await connection.DisposeAsync();
            await waits;
            return await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.SendAsync("x"u8.ToArray()).AsTask());
        }));
    }

    [Fact]
    public void Receive_OfBytesBehindAnUrgentOne_BringsThem()
    {
        // A read ends at the urgent byte, short of its buffer, although there is more.
        string got = Run(static () => LoopPair.WithAsync(static async (connection, peer) =>
        {
            _ = peer.Send("before"u8);
            _ = peer.Send("!"u8, SocketFlags.OutOfBand);
            _ = peer.Send("behind"u8);
            return await ReceiveTextAsync(connection, 12);
        }));

        Assert.Equal("beforebehind", got);
    }

    [Fact]
    public void Receive_OfBytesBehindDescriptors_BringsThem()
    {
        // A read ends where descriptors were sent along, short of its buffer, although there is more.
        string path = Path.Combine(Path.GetTempPath(), $"plait-test-{Guid.NewGuid():N}");
        string got = Run(async () =>
        {
            using Descriptor listener = StreamCalls.Listen(new UnixDomainSocketEndPoint(path), 1, isShared: false);
            await using Connection connection = await Connection.ConnectAsync(new UnixDomainSocketEndPoint(path));
            File.Delete(path);
            using var peer = new Descriptor(StreamCalls.Accept(listener.Number, isBlocking: false));
            Assert.Equal(0, LocalSocket.Send(peer.Number, "before"u8, [], [listener.Number]));
            Assert.Equal(0, LocalSocket.Send(peer.Number, "behind"u8, [], [listener.Number]));
            return await ReceiveTextAsync(connection, 12);
        });

        Assert.Equal("beforebehind", got);
    }

    [Fact]
    public void Receive_OfWhatIsAlwaysThere_LetsOthersHaveTheirTurns()
    {
        const int Bytes = 20_000;
        int turns = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        long bytes = OnLoop(static () => LoopPair.WithAsync(static async (connection, peer) =>
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
        (Connection connection, Socket peer) = OnLoop(static async () => await LoopPair.NewAsync());

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

        string inside = OnLoop(async () => (await Assert.ThrowsAsync<IOException>(async () => _ = await Connection.ConnectAsync(nobody))).Message);
        string outside = Assert.Throws<IOException>(() => Connection.Connect(nobody)).Message;

        Assert.Equal(($"Nobody listens at {nobody}.", $"Nobody listens at {nobody}."), (inside, outside));
    }

    [Fact]
    public void Connect_WithAttempts_FindsAServerThatComesLater()
    {
        var place = (IPEndPoint)FreePlace();
        var options = new ConnectOptions { Retries = new RetryPolicy { Count = 1000, Backoff = Short, BackoffFactor = 1 } };

        OnLoop(async () =>
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
    public async Task Connect_ByName_TriesEachAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var place = new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);

        OnLoop(async () =>
        {
            await using Connection connection = await Connection.ConnectAsync(place);
            Assert.Equal(listener.LocalEndpoint, connection.RemoteEndPoint);
        });
        await using Connection blocking = Connection.Connect(place);
        Assert.Equal(listener.LocalEndpoint, blocking.RemoteEndPoint);
    }

    [Fact]
    public void Connect_ByAnUnknownName_SaysSo()
    {
        // A label is 63 bytes at most: nobody needs to be asked.
        var nowhere = new DnsEndPoint($"{new string('x', 64)}.test", 80);
        string outside = Assert.Throws<IOException>(() => Connection.Connect(nowhere)).Message;
        Assert.StartsWith($"Host '{nowhere.Host}' is not known", outside, StringComparison.Ordinal);
        OnLoop(async () => Assert.Equal(outside, (await Assert.ThrowsAsync<IOException>(async () => _ = await Connection.ConnectAsync(nowhere))).Message));
    }

    [Fact]
    public async Task Connect_ThatIsNotAnswered_EndsInTime()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        EndPoint place = full.LocalEndPoint!;
        var options = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        List<Connection> queued = [];
        try
        {
            // The system's queue takes one or two; who comes then is not answered.
            ConnectionTimeoutException late = Assert.Throws<ConnectionTimeoutException>(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    queued.Add(Connection.Connect(place, options));
                }
            });
            Assert.Equal(ConnectionTimeout.Connect, late.Kind);
            OnLoop(async () => Assert.Equal(ConnectionTimeout.Connect, (await Assert.ThrowsAsync<ConnectionTimeoutException>(async () => _ = await Connection.ConnectAsync(place, options))).Kind));
        }
        finally
        {
            foreach (Connection connection in queued)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private protected T OnLoop<T>(Func<Task<T>> main) => Run(main, Options);

    private protected void OnLoop(Func<Task> main) => Run(main, Options);

    private static byte[] ReadToEnd(Socket peer)
    {
        using var all = new MemoryStream();
        byte[] part = new byte[256 * 1024];
        while (peer.Receive(part) is > 0 and int count)
        {
            all.Write(part, 0, count);
        }

        return all.ToArray();
    }

    private static EndPoint FreePlace()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        EndPoint place = listener.LocalEndpoint;
        listener.Stop();
        return place;
    }

    private static async Task<string> ReceiveTextAsync(Connection connection, int length)
    {
        string text = "";

        // It is told that there is something before it is asked for: nothing is told afterwards.
        await Coroutine.Sleep(Short);
        await Coroutine.WithTimeout(Waits.Hang, async () =>
        {
            while (text.Length < length)
            {
                text += Encoding.ASCII.GetString((await connection.ReceiveAsync()).Span);
            }
        });
        return text;
    }
}
