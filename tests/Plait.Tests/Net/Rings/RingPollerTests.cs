using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net;
using Plait.Net.Engine;
using Plait.Net.Rings;
using Plait.Tests.Coroutines;
using Xunit;

namespace Plait.Tests.Net.Rings;

/// <summary>A loop over a ring, where it runs out of something, and what it does for descriptors that have no operations.</summary>
[Collection("selectors")]
public sealed class RingPollerTests : CoroutineTest
{
    [Fact]
    public void Connections_MoreThanCompletionsAndBuffers_AllReceive()
    {
        // As few places as there may be, and ten times as many buffers as the group begins with.
        const int Count = 640;
        string[] got = Run(
            async () =>
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start(Count);
                List<(Connection Ours, Socket Peer)> pairs = [];
                for (int i = 0; i < Count; i++)
                {
                    pairs.Add((await Connection.ConnectAsync(listener.LocalEndpoint), listener.AcceptSocket()));
                }

                List<Coroutine<string>> receivers = [.. pairs.Select(pair => Coroutine.Spawn(async () =>
                {
                    byte[] one = new byte[1];
                    string text = "";
                    while (text.Length < 4)
                    {
                        Assert.Equal(1, await pair.Ours.ReceiveAsync(one));
                        text += (char)one[0];
                    }

                    await pair.Ours.SendAsync(Encoding.ASCII.GetBytes(text));
                    return text;
                }))];
                await Turns();
                for (int i = 0; i < Count; i++)
                {
                    _ = pairs[i].Peer.Send(Encoding.ASCII.GetBytes($"{i:0000}"));
                }

                List<string> texts = [];
                for (int i = 0; i < Count; i++)
                {
                    texts.Add(await receivers[i]);
                    byte[] answer = new byte[4];
                    Assert.Equal(4, pairs[i].Peer.Receive(answer));
                    Assert.Equal(texts[i], Encoding.ASCII.GetString(answer));
                    await pairs[i].Ours.DisposeAsync();
                    pairs[i].Peer.Dispose();
                }

                return texts.ToArray();
            },
            Over(completions: 256));

        Assert.Equal([.. Enumerable.Range(0, Count).Select(static i => $"{i:0000}")], got);
    }

    [Fact]
    public void Steps_OfMoreOperationsThanTheQueueHas_AreAllSubmitted()
    {
        const int Count = 1000;
        int ended = Run(
            static async () =>
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start(Count);
                List<Connection> all = [];
                List<Socket> peers = [];
                for (int i = 0; i < Count; i++)
                {
                    all.Add(await Connection.ConnectAsync(listener.LocalEndpoint));
                    peers.Add(listener.AcceptSocket());
                }

                // In one turn each begins to receive; then each is closed under it.
                int ended = 0;
                Coroutine[] receivers = [.. all.Select(connection => Coroutine.Spawn(async () =>
                {
                    await Assert.ThrowsAsync<ObjectDisposedException>(async () => _ = await connection.ReceiveAsync());
                    ended++;
                }))];
                await Turns(Count / 10);
                foreach (Connection connection in all)
                {
                    await connection.DisposeAsync();
                }

                foreach (Coroutine receiver in receivers)
                {
                    await receiver;
                }

                Assert.All(peers, static peer => Assert.Equal(0, peer.Receive(new byte[1])));
                peers.ForEach(static peer => peer.Dispose());
                return ended;
            },
            Over(completions: 1024));

        Assert.Equal(Count, ended);
    }

    [Fact]
    public void Watch_OfADescriptorWithoutOperations_TellsEachTime()
    {
        int told = Run(
            static async () =>
            {
                EventLoop loop = EventLoop.Current!;
                (Descriptor read, Descriptor write) = Descriptor.Pipe(nonBlockingRead: true);
                using (write)
                {
                    var descriptor = new LoopDescriptor(read.Detach());
                    loop.Poller.Watch(descriptor);
                    var wait = new ReadyWait(loop, descriptor, isForWriting: false);
                    int told = 0;
                    for (int i = 0; i < 100; i++)
                    {
                        descriptor.CanRead = false;
                        Coroutine writer = Coroutine.Spawn(() =>
                        {
                            Assert.True(write.Write("x"u8));
                            return Task.CompletedTask;
                        });
                        await wait.WaitAsync(CoroutineContext.Require("The test"), MonotonicClock.Never);
                        await writer;
                        told++;
                    }

                    descriptor.Close(loop.Poller);
                    return told;
                }
            },
            Over(RingPoller.Completions));

        Assert.Equal(100, told);
    }

    [Fact]
    public void Close_OfAWatchedDescriptor_ClosesItsFile()
    {
        Run(
            static async () =>
            {
                EventLoop loop = EventLoop.Current!;
                (Descriptor read, Descriptor write) = Descriptor.Pipe(nonBlockingRead: true);
                using (write)
                {
                    var descriptor = new LoopDescriptor(read.Detach());
                    loop.Poller.Watch(descriptor);
                    await Turns();

                    descriptor.Close(loop.Poller);

                    // Nobody has its other end open any more: neither a number nor an operation.
                    Assert.False(write.Write("x"u8));
                }
            },
            Over(RingPoller.Completions));
    }

    [Fact]
    public void TakeLast_OfTheOneThatTheKernelWoke_HasWhoHasConnected()
    {
        int taken = Run(
            static async () =>
            {
                EventLoop loop = EventLoop.Current!;
                using Descriptor socket = StreamCalls.Listen(new IPEndPoint(IPAddress.Loopback, 0), backlog: 4, isShared: false);
                var first = LoopListener.Open(loop, Descriptor.Duplicate(socket).Detach());
                var second = LoopListener.Open(loop, Descriptor.Duplicate(socket).Detach());
                Coroutine<int>[] accepting = [.. new[] { first, second }.Select(static listener => Coroutine.Spawn(() => listener.AcceptAsync(static () => default).AsTask()))];
                await Turns();

                // In one step, so that neither has accepted yet.
                using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
                client.Connect(StreamCalls.LocalName(socket.Number)!);
                accepting[0].Kill();
                int taken = first.TakeLast() ?? first.AcceptQueued();
                accepting[1].Kill();
                _ = second.TakeLast();
                _ = Libc.close(taken);
                foreach (Coroutine<int> each in accepting)
                {
                    await Assert.ThrowsAsync<CoroutineKilledException>(async () => _ = await each);
                }

                first.Close();
                second.Close();
                return taken;
            },
            Over(RingPoller.Completions));

        Assert.True(taken >= 0, $"Nobody was accepted: {taken}.");
    }

    [Fact]
    public async Task Post_FromOtherThreads_WakesALoopOverARing()
    {
        using var loop = EventLoop.Start(Over(RingPoller.Completions));

        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i, await loop.Spawn(() => Task.FromResult(i)));
        }
    }

    [Fact]
    public void Sleep_OverARing_EndsInTime()
    {
        TimeSpan slept = Run(
            static async () =>
            {
                long start = TimeProvider.System.GetTimestamp();
                await Coroutine.Sleep(TimeSpan.FromMilliseconds(20));
                return TimeProvider.System.GetElapsedTime(start);
            },
            Over(RingPoller.Completions));

        Assert.InRange(slept, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10));
    }

    // Where the system refuses a ring, what is left then is to keep the same.
    private static EventLoopOptions Over(uint completions) => new()
    {
        BlockedAfter = Timeout.InfiniteTimeSpan,
        Poller = () => (LoopPoller?)RingPoller.TryCreate(out _, completions) ?? new EpollPoller(),
    };
}
