using System.Net;
using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net;
using Plait.Net.Engine;
using Plait.Net.Selectors;
using Plait.Net.Servers;
using Plait.Synchronization;
using Plait.Tests.Coroutines;
using Xunit;

namespace Plait.Tests.Net;

/// <summary>How much others get done while one waits for its turn: counted, never timed.</summary>
[Collection("selectors")]
public sealed class LoopFairnessTests(ITestOutputHelper output) : CoroutineTest
{
    // What a step may read or write without waiting, and the steps of a cycle: docs/design/loop.md.
    private const int Operations = 128;
    private const int Steps = 61;

    private static readonly Dictionary<string, Func<LoopPoller>?> s_pollers = new()
    {
        ["edges"] = null,
        ["levels"] = static () => new SelectorPoller(new EpollSelector()),
        ["poll"] = static () => new SelectorPoller(new PollSelector()),
        ["none"] = static () => new AskingPoller(),
    };

    [Theory]
    [InlineData("edges", 1, 1, false)]
    [InlineData("edges", 5, 1, false)]
    [InlineData("edges", 5, 2, true)]
    [InlineData("levels", 5, 1, false)]
    [InlineData("poll", 5, 1, false)]
    [InlineData("none", 5, 1, false)]
    public void Receive_OfAQuestionBesideChattyOnes_ComesWithinAStepOfEach(string poller, int chatty, int operations, bool isMeasured)
    {
        List<int> between = Run(
            () => AskBesideAsync(chatty, answers: operations > 1),
            new EventLoopOptions { BlockedAfter = Timeout.InfiniteTimeSpan, Poller = s_pollers[poller], MeasuresSteps = isMeasured });

        output.WriteLine($"{chatty} chatty, {poller}: {between.Average():0} messages between question and answer, {between.Max()} at most");

        // The step in which it was asked, and, as those that are told at once stand in no order, one of each.
        // Each step begins with a call that had to wait.
        Assert.InRange(between.Max(), 1, (chatty + 1) * ((Operations / operations) + 1));
    }

    [Theory]
    [InlineData("semaphores", 2)]
    [InlineData("ends", 4)]
    [InlineData("connections", 2)]
    public void Turn_BesideAPairThatPassesToAndFro_ComesAfterAFewPasses(string kind, int most)
    {
        (int passes, int longest) = Run(async () =>
        {
            using ThreadScope scope = ThreadScope.Create();
            int passes = 0;
            int before = 0;
            int longest = 0;
            bool isOver = false;
            Func<Action, Func<bool>, Task> pair = kind switch
            {
                "semaphores" => (passed, over) => PassBySemaphoresAsync(scope, passed, over),
                "ends" => PassByEndsAsync,
                _ => PassByConnectionsAsync,
            };
            Coroutine playing = Coroutine.Spawn(() => pair(() => passes++, () => isOver));
            await Turns(Steps);
            for (int turn = 0; turn < 2_000; turn++)
            {
                before = passes;
                await Coroutine.Yield();
                longest = Math.Max(longest, passes - before);
            }

            isOver = true;
            await playing;
            return (passes, longest);
        });

        output.WriteLine($"{kind}: {passes} passes in 2,000 turns of the third, {longest} in one of them at most");
        Assert.InRange(longest, 1, most);

        // Nor does the third keep the pair from its turns: a message of a socket is told once a cycle.
        Assert.InRange(passes, 2_000 / Steps / 2, int.MaxValue);
    }

    [Fact]
    public void Ready_TenThousandAtOnce_AreServedOnceEachBeforeAnyIsServedAgain()
    {
        const int Count = 10_000;
        const int Rounds = 3;
        List<int> served = Run(static async () =>
        {
            EventLoop loop = EventLoop.Current!;
            var served = new List<int>(Count * Rounds);
            WakeDescriptor[] all = [.. Enumerable.Range(0, Count).Select(static _ => new WakeDescriptor())];
            LoopDescriptor[] watched = [.. all.Select(static one => new LoopDescriptor(one.Number))];
            try
            {
                Array.ForEach(watched, loop.Poller.Watch);
                Coroutine[] serving = [.. Enumerable.Range(0, Count).Select(i => Coroutine.Spawn(async () =>
                {
                    var wait = new ReadyWait(loop, watched[i], isForWriting: false);
                    for (int round = 0; round < Rounds; round++)
                    {
                        watched[i].CanRead = false;
                        await wait.WaitAsync(CoroutineContext.Current!, MonotonicClock.Never);
                        served.Add(i);

                        // Ready again at once.
                        all[i].Set();
                    }
                }))];
                await Coroutine.Yield();
                Array.ForEach(all, static one => one.Set());
                await Coroutine.JoinAll(serving);
                return served;
            }
            finally
            {
                Array.ForEach(watched, loop.Poller.Unwatch);
                Array.ForEach(all, static one => one.Dispose());
            }
        });

        Assert.Equal(Count * Rounds, served.Count);
        Assert.All(served.Chunk(Count), static round => Assert.Equal(Count, round.Distinct().Count()));
    }

    // How many messages the chatty ones got through between each question and its answer.
    private static async Task<List<int>> AskBesideAsync(int chatty, bool answers)
    {
        const int Questions = 40;
        const int Apart = 10_007;
        (Connection quiet, Socket asking) = await LoopPair.NewAsync();
        var peers = new List<(Connection Connection, Socket Peer)>();
        for (int i = 0; i < chatty; i++)
        {
            peers.Add(await LoopPair.NewAsync());
        }

        var between = new List<int>();
        int messages = 0;
        int asked = 0;
        Coroutine[] talking = [.. peers.Select(pair => Coroutine.Spawn(async () =>
        {
            byte[] one = new byte[1];
            byte[] more = new byte[1000];
            byte[] answered = new byte[2000];
            _ = pair.Peer.Send(more);
            for (int i = 0; ; i++)
            {
                if (i % more.Length == 0)
                {
                    // There is always something.
                    _ = pair.Peer.Send(more);
                    if (answers && i > 0)
                    {
                        _ = pair.Peer.Receive(answered);
                    }
                }

                Assert.Equal(1, await pair.Connection.ReceiveAsync(one));
                if (answers)
                {
                    await pair.Connection.SendAsync(one);
                }

                if (++messages % Apart == 0)
                {
                    asked = messages;
                    _ = asking.Send("?"u8);
                }
            }
        }))];
        try
        {
            while (between.Count < Questions)
            {
                ReadOnlyMemory<byte> question = await quiet.ReceiveAsync();
                between.Add(messages - asked);
                await quiet.SendAsync(question);
                Assert.Equal(1, asking.Receive(new byte[1]));
            }
        }
        finally
        {
            await Coroutine.KillAll(talking);
            foreach ((Connection connection, Socket peer) in peers.Append((quiet, asking)))
            {
                peer.Dispose();
                await connection.DisposeAsync();
            }
        }

        return between;
    }

    private static Task PassBySemaphoresAsync(ThreadScope scope, Action passed, Func<bool> isOver)
    {
        ISemaphore[] turns = [scope.CreateSemaphore(1), scope.CreateSemaphore(0)];
        return Coroutine.JoinAll([.. Enumerable.Range(0, 2).Select(me => Coroutine.Spawn(async () =>
        {
            while (!isOver())
            {
                await turns[me].WaitAsync();
                passed();
                turns[1 - me].Release();
            }
        }))]);
    }

    // Each end makes the one that awaits it ready, which goes before all others.
    private static async Task PassByEndsAsync(Action passed, Func<bool> isOver)
    {
        while (!isOver())
        {
            await Coroutine.Spawn(() =>
            {
                passed();
                return Task.CompletedTask;
            });
            passed();
        }
    }

    private static async Task PassByConnectionsAsync(Action passed, Func<bool> isOver)
    {
        using Descriptor listener = StreamCalls.Listen(new IPEndPoint(IPAddress.Loopback, 0), 1, isShared: false);
        await using Connection first = await Connection.ConnectAsync(StreamCalls.LocalName(listener.Number)!);
        await using Connection second = LoopConnection.Open(EventLoop.Current!, StreamCalls.Accept(listener.Number, isBlocking: false), first.RemoteEndPoint!);
        await first.SendAsync("x"u8.ToArray());
        await Coroutine.JoinAll([.. new[] { second, first }.Select(me => Coroutine.Spawn(async () =>
        {
            while (!isOver())
            {
                ReadOnlyMemory<byte> ball = await me.ReceiveAsync();
                if (ball.IsEmpty)
                {
                    break;
                }

                passed();
                await me.SendAsync(ball);
            }

            await me.EndSendingAsync();
        }))]);
    }
}
