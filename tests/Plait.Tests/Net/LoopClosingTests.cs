using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net;
using Plait.Tests.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net;

/// <summary>What another thread closes while a loop comes to its end, and what a loop cannot watch.</summary>
[Collection("selectors")]
public sealed class LoopClosingTests : CoroutineTest
{
    [Fact]
    public async Task DisposeAsync_InTheLastMomentOfItsLoop_Completes()
    {
        ValueTask closing = default;
        Socket peer = Run(async () =>
        {
            (Connection connection, Socket other) = await LoopPair.NewAsync();

            // Nobody takes it any more: this is the loop's last step.
            var thread = new Thread(() => closing = connection.DisposeAsync());
            thread.Start();
            thread.Join();
            return other;
        });

        await closing.AsTask().InTime();
        using (peer)
        {
            Assert.Equal(0, peer.Receive(new byte[1]));
        }
    }

    [Fact]
    public void Dispose_OfAFileInTheLastMomentOfItsLoop_ClosesIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            Run(() =>
            {
                using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                var stream = new DescriptorStream(file);
                var thread = new Thread(stream.Dispose);
                thread.Start();
                thread.Join();
                return Task.CompletedTask;
            });

            Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), descriptor => new FileInfo(descriptor).LinkTarget == path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ConnectAsync_WhereTheLoopWatchesNoMore_SaysSoAndClosesTheSocket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        IOException error = Run(() => Assert.ThrowsAsync<IOException>(() => Connection.ConnectAsync(listener.LocalEndpoint)), new EventLoopOptions { Poller = static () => new FullPoller() });

        Assert.Contains("cannot watch", error.Message, StringComparison.Ordinal);
        using Socket peer = listener.AcceptSocket();
        Assert.Equal(0, peer.Receive(new byte[1]));
    }

    // As epoll when the user's limit of watches is reached.
    private sealed class FullPoller : LoopPoller
    {
        private readonly SemaphoreSlim _woken = new(0);

        public override void Wait(long deadline)
        {
            if (deadline != MonotonicClock.AtOnce)
            {
                _woken.Wait();
            }
        }

        public override void Wake() => _woken.Release();

        public override void Dispose() => _woken.Dispose();

        protected override void Add(LoopDescriptor descriptor) => throw new SystemCallException("epoll_ctl", Errno.ENOSPC);

        protected override void Remove(LoopDescriptor descriptor)
        {
        }
    }
}
