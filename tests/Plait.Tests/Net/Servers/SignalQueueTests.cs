using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Servers;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Signals when there is no room for them. In processes of their own, since the room is a process's.</summary>
public sealed class SignalQueueTests : ServerTest
{
    private const int Rounds = 20;
    private const int Clients = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void Echo_WithLittleRoomForSignals_LosesNothing(int room)
    {
        using var child = ChildProcess.Start(EchoWithRoomFor, room);

        (int right, long before, long after) = child.Result;

        Assert.Equal(Rounds * Clients, right);
        Assert.Equal(0, before);
        Assert.True(after >= Rounds, $"{Rounds} times {Clients} came at once, and all were looked at {after} times.");
    }

    [Fact]
    public void Wait_WithoutRoomForSignals_FindsAllInOneLook()
    {
        using var child = ChildProcess.Start(FindWithoutRoom);

        (int found, int looks) = child.Result;

        Assert.Equal((1000, 1), (found, looks));
    }

    [Fact]
    public void Wake_WithoutRoomForSignals_EndsAWaitEachTime()
    {
        using var child = ChildProcess.Start(WakeWithoutRoom);

        Assert.Equal(Rounds, child.Result);
    }

    private static (int Right, long Before, long After) EchoWithRoomFor(int room)
    {
        using var isHeld = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        StreamServer server = StreamServer.Start(
            async connection =>
            {
                while ((await connection.ReceiveAsync()) is { IsEmpty: false } data)
                {
                    if (data.Span[0] == (byte)'!')
                    {
                        // Keeps the loop from taking any signal.
                        isHeld.Release();
                        gate.Wait();
                    }

                    await connection.SendAsync(data);
                }
            },
            new() { Model = ServerModel.SignalDriven });
        TestClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new TestClient(server.EndPoint))];
        using var holder = new TestClient(server.EndPoint);
        Array.ForEach(clients, static client => client.Echo("warm"));
        long before = server.GetStatistics().Rescans;
        LimitSignals(room);
        int right = 0;
        for (int round = 0; round < Rounds; round++)
        {
            holder.Send("!");
            isHeld.Wait();
            string text = $"round {round}";
            Array.ForEach(clients, client => client.Send(text));
            gate.Release();
            right += clients.Count(client => client.ReceiveText(text.Length) == text);
            _ = holder.Receive(1);
        }

        Array.ForEach(clients, static client => client.Dispose());
        server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (right, before, server.GetStatistics().Rescans);
    }

    private static (int Found, int Looks) FindWithoutRoom()
    {
        LimitSignals(0);
        int looks = 0;
        var poller = new SignalPoller(() => looks++);
        (LoopDescriptor Ours, Descriptor Peer)[] pairs = [.. Enumerable.Range(0, 1000).Select(_ => NewPair())];
        foreach ((LoopDescriptor ours, _) in pairs)
        {
            poller.Watch(ours);
            ours.CanRead = false;
        }

        poller.Wait(MonotonicClock.AtOnce);
        foreach ((_, Descriptor peer) in pairs)
        {
            peer.Write([1]);
        }

        poller.Wait(MonotonicClock.Never);
        int found = pairs.Count(static pair => pair.Ours.CanRead);
        poller.CloseAll();
        poller.Dispose();
        Array.ForEach(pairs, static pair => pair.Peer.Dispose());
        return (found, looks);
    }

    private static int WakeWithoutRoom()
    {
        LimitSignals(0);
        int looks = 0;
        var poller = new SignalPoller(() => looks++);
        using var awake = new SemaphoreSlim(0);
        var waiting = new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                poller.Wait(MonotonicClock.Never);
                awake.Release();
            }

            poller.Dispose();
        });
        waiting.Start();
        for (int i = 0; i < Rounds; i++)
        {
            poller.Wake();
            awake.Wait();
        }

        waiting.Join();
        return looks;
    }

    private static unsafe (LoopDescriptor Ours, Descriptor Peer) NewPair()
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, Libc.socketpair(SocketCalls.LocalFamily, SocketCalls.Stream | SocketCalls.CloseOnExec, 0, ends));
        return (new LoopDescriptor(ends[0]), new Descriptor(ends[1]));
    }

    private static void LimitSignals(int room)
    {
        using var lower = ChildProcess.StartProgram("prlimit", ["--pid", $"{Environment.ProcessId}", $"--sigpending={room}:{room}"]);
        lower.Join();
        Assert.True(lower.Outcome!.IsSuccess, lower.Outcome.Explanation);
    }
}
