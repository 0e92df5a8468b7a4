using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Net;
using Plait.Net.Engine;
using Plait.Net.Servers;
using Plait.Tests.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>The coroutine that serves a connection counts and closes it, however it ends.</summary>
[Collection("selectors")]
public sealed class ServingCoroutineTests : CoroutineTest, IDisposable
{
    private readonly ServerWorker _worker = new("desk");
    private readonly List<Exception> _told = [];
    private ServerCore? _core;

    public void Dispose() => _core?.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Kill_BeforeItBegins_CountsAndCloses(bool isSecure)
    {
        Run(async () =>
        {
            (ServingCoroutine coroutine, Socket peer) = await ServeAsync(static _ => throw new InvalidOperationException("It has begun."), isSecure);
            using (peer)
            {
                coroutine.Kill();

                Assert.Equal(0, peer.Receive(new byte[1]));
            }
        });

        AssertOne(ServerCount.BrokenOff);
    }

    [Fact]
    public void Handler_ThatReturnsAtOnce_IsCountedAndClosed()
    {
        Run(static _ => Task.CompletedTask);

        AssertOne(ServerCount.Served);
    }

    [Fact]
    public void Handler_ThatThrowsAtOnce_IsToldAndCounted()
    {
        Run(static _ => throw new InvalidOperationException("on purpose"));

        AssertOne(ServerCount.Failed);
        Assert.Equal("on purpose", Assert.Single(_told).Message);
    }

    [Fact]
    public void Handler_ThatIsCancelledByItself_IsToldAndCounted()
    {
        Run(static async _ =>
        {
            await Coroutine.Yield();
            throw new OperationCanceledException("its own");
        });

        AssertOne(ServerCount.Failed);
        Assert.Equal("its own", Assert.Single(_told).Message);
    }

    [Fact]
    public void Handler_ThatIsGivenUpWithItsLoop_IsCountedAndClosed()
    {
        TaskCompletionSource never = NewSource();
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(20) });
        Socket peer = loop.Spawn(async () => (await ServeAsync(_ => never.Task)).Peer).Result(Waits.Hang);

        loop.Dispose();

        using (peer)
        {
            Assert.Equal(0, peer.Receive(new byte[1]));
        }

        AssertOne(ServerCount.BrokenOff);
    }

    private void Run(ConnectionHandler handler) => Run(async () =>
    {
        (ServingCoroutine coroutine, Socket peer) = await ServeAsync(handler);
        using (peer)
        {
            Assert.Equal(0, await Task.Run(() => peer.Receive(new byte[1])));
            Assert.False(coroutine.IsAlive);
        }
    });

    private async Task<(ServingCoroutine Coroutine, Socket Peer)> ServeAsync(ConnectionHandler handler, bool isSecure = false)
    {
        (Connection connection, Socket peer) = await LoopPair.NewAsync();
        _core = new ServerCore(handler, new() { Tls = isSecure ? new() { ServerCertificateContext = TestCertificate.Context } : null }, "desk", [_worker], (_, error) => _told.Add(error));
        Assert.True(_core.TryEnter(_worker));
        return (ServingCoroutine.Start(EventLoop.Current!, _core, _worker, (LoopConnection)connection), peer);
    }

    private void AssertOne(ServerCount end)
    {
        Assert.Equal(1, _worker[end]);
        Assert.Equal(1, _worker[ServerCount.Accepted]);
        Assert.Equal(0, _worker[ServerCount.Active]);
    }
}
