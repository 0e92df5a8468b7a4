using System.Net;
using System.Net.Sockets;
using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>Waits for several things at once.</summary>
public sealed class ReadinessTests() : PipeTest(isProcess: true)
{
    [Fact]
    public void WaitMany_OnConnections_GivesThoseThatAreReadyUntilAllAreGone()
    {
        const int Peers = 4;
        const int Messages = 10;
        var readers = new List<PipeConnection>();
        for (int i = 0; i < Peers; i++)
        {
            (PipeConnection reader, PipeConnection writer) = Pipe.CreateSimplex();
            readers.Add(Keep(reader));
            _ = Start(
                static (end, peer) =>
                {
                    using PipeConnection own = end;
                    for (int message = 0; message < Messages; message++)
                    {
                        own.Send((message, peer));
                    }

                    return 1;
                },
                writer,
                i);
        }

        var received = new List<(int, int)>();
        while (readers.Count > 0)
        {
            IReadOnlyList<IReadySource> ready = Readiness.WaitMany(readers, Waits.Hang);
            Assert.NotEmpty(ready);
            foreach (PipeConnection reader in ready.Cast<PipeConnection>())
            {
                try
                {
                    received.Add(reader.Receive<(int, int)>());
                }
                catch (PipeClosedException)
                {
                    readers.Remove(reader);
                }
            }
        }

        Assert.Equal(
            Enumerable.Range(0, Messages).SelectMany(static message => Enumerable.Range(0, Peers).Select(peer => (message, peer))).Order(),
            received.Order());
    }

    [Fact]
    public async Task WaitAny_OnSocketsListenersAndChildren_GivesTheOneThatIsReady()
    {
        using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(4);
        using PipeListener listener = PipeListener.Bind();
        using var child = ChildProcess.Start(InChild.WaitForever);
        (PipeConnection end, PipeConnection other) = NewPipe();
        IReadySource socket = Readiness.Of(listening.SafeHandle);
        IReadySource[] all = [socket, listener, child, end];
        Assert.Null(Readiness.WaitAny(all, TimeSpan.Zero));

        other.Send(1);
        Assert.Same(end, Readiness.WaitAny(all));
        Assert.Equal(1, end.Receive<int>());

        Task<IReadySource?> flow = Readiness.WaitAnyAsync(all, Timeout.InfiniteTimeSpan).AsTask();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listening.LocalEndPoint!);
        Assert.Same(socket, await flow.InTime());
        listening.Accept().Dispose();

        Task<PipeConnection> connecting = PipeClient.ConnectAsync(listener.Path).AsTask();
        PipeConnection? accepted = null;
        while (accepted is null)
        {
            Assert.Same(listener, Readiness.WaitAny(all, Waits.Hang));
            _ = listener.TryAccept(TimeSpan.Zero, out accepted);
        }

        accepted.Dispose();
        (await connecting.InTime()).Dispose();

        Task<IReadySource> blocked = OnThread(() => Readiness.WaitAny(all));
        child.Kill();
        Assert.Same(child, await blocked.InTime());
        child.Join();
        Assert.Same(child, Readiness.WaitAny(child));

        // In the order in which they were given.
        other.Dispose();
        Assert.Equal([child, end], Readiness.WaitMany(all, TimeSpan.Zero));
        listening.Dispose();
        Assert.Equal([socket, child, end], await Readiness.WaitManyAsync(all, TimeSpan.Zero));
    }

    [Fact]
    public async Task WaitMany_OnNothingThatComes_EndsWhenTheTimeIsUpOrItIsCancelled()
    {
        (PipeConnection end, _) = NewPipe();
        (PipeConnection second, _) = NewPipe();
        IReadySource[] all = [end, second];
        long start = TimeProvider.System.GetTimestamp();

        Assert.Empty(Readiness.WaitMany(all, TimeSpan.FromMilliseconds(30)));
        Assert.Null(await Readiness.WaitAnyAsync(all, TimeSpan.FromMilliseconds(30)));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(59));

        using var cancellation = new CancellationTokenSource();
        Task<IReadOnlyList<IReadySource>> blocked = OnThread(() => Readiness.WaitMany(all, Timeout.InfiniteTimeSpan, cancellation.Token));
        Task flow = Readiness.WaitManyAsync(all, Timeout.InfiniteTimeSpan, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked.InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flow.InTime());
    }

    [Fact]
    public async Task WaitMany_OnWhatCannotBe_IsRefused()
    {
        (PipeConnection end, _) = NewPipe();
        Assert.Throws<ArgumentException>(() => Readiness.WaitMany([], TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => Readiness.WaitMany(null!, TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => Readiness.WaitMany([end, null!], TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => Readiness.Of(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Readiness.WaitAny([end], TimeSpan.FromSeconds(-1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Readiness.WaitAnyAsync([end], TimeSpan.FromTicks(-1)));
        using var child = new Unstarted();
        Assert.Throws<InvalidOperationException>(() => Readiness.WaitAny(child));
    }

    private sealed class Unstarted : ChildProcess;
}
