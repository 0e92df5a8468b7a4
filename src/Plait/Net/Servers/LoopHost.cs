using System.Net;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <summary>Coroutines on event loops, one listening socket each. Which call tells a loop what is ready is the difference between several models.</summary>
internal sealed class LoopHost : ServerHost
{
    // Accepted in a row, before others have their turn.
    private const int MostInARow = 16;

    private readonly Func<ServerWorker, LoopPoller>? _poller;
    private readonly ServerWorker[] _workers;
    private readonly List<(EventLoop Loop, Coroutine Acceptor)> _loops = [];
    private EndPoint? _address;

    public LoopHost(ServerCore core, int count, Func<ServerWorker, LoopPoller>? poller)
        : base(core)
    {
        _poller = poller;
        _workers = [.. Enumerable.Range(1, count).Select(number => new ServerWorker(count == 1 ? core.Name : $"{core.Name}-{number}", core.Counts))];
    }

    public override IReadOnlyList<ServerWorker> Workers => _workers;

    public override void Start(IReadOnlyList<Descriptor> listeners)
    {
        _address = StreamCalls.LocalName(listeners[0].Number);
        try
        {
            foreach ((int place, ServerWorker worker) in _workers.Index())
            {
                var loop = EventLoop.Start(new EventLoopOptions { Name = worker.Name, Poller = _poller is null ? null : () => _poller(worker) });
                Descriptor listener = listeners[place];
                _loops.Add((loop, loop.Spawn(() => AcceptAsync(loop, listener, worker), new CoroutineOptions { Name = "accept" })));
            }
        }
        catch
        {
            foreach ((EventLoop loop, _) in _loops)
            {
                loop.Dispose();
            }

            // Those whose acceptor has begun are its own, and closed.
            foreach (Descriptor listener in listeners)
            {
                listener.Dispose();
            }

            throw;
        }
    }

    public override async Task<bool> StopAsync(TimeSpan drain)
    {
        foreach ((EventLoop loop, Coroutine acceptor) in _loops)
        {
            // On its loop, and so after it has begun: one that is killed before that never runs, and nobody would close its socket.
            _ = loop.TryPost(new Step((Action)acceptor.Kill, null, null));
        }

        await Task.WhenAll(_loops.Select(each => each.Loop.ShutdownAsync(drain))).ConfigureAwait(false);
        return true;
    }

    private async Task AcceptAsync(EventLoop loop, Descriptor socket, ServerWorker worker)
    {
        var listener = LoopListener.Open(loop, socket.Detach());
        try
        {
            int pause = 0;
            for (int inARow = 1; ; inARow++)
            {
                int accepted = await listener.AcceptAsync(Core.WaitForRoomAsync);
                if (TryServe(loop, accepted, worker))
                {
                    pause = 0;
                }
                else
                {
                    Core.LeaveRoom();
                    if (ServerCore.PauseAfter(-accepted, pause) is { } next)
                    {
                        pause = next;
                        worker.Count(ServerCount.AcceptPauses);
                        await Coroutine.Sleep(TimeSpan.FromMilliseconds(pause));
                    }
                }

                if (inARow == MostInARow)
                {
                    inARow = 0;
                    await Coroutine.Yield();
                }
            }
        }
        catch (OperationCanceledException) when (Core.Stopping.IsCancellationRequested)
        {
            AcceptQueued(loop, listener, worker);
        }
        finally
        {
            listener.Close();
        }
    }

    // What has been connected already is served to its end.
    private void AcceptQueued(EventLoop loop, LoopListener listener, ServerWorker worker)
    {
        for (int left = Core.MostQueued; left > 0 && TryServe(loop, listener.AcceptQueued(), worker); left--)
        {
        }
    }

    private bool TryServe(EventLoop loop, int accepted, ServerWorker worker)
    {
        if (accepted < 0)
        {
            return false;
        }

        if (Core.TryEnter(worker, accepted))
        {
            Serve(loop, accepted, worker);
        }

        return true;
    }

    private void Serve(EventLoop loop, int accepted, ServerWorker worker)
    {
        LoopConnection connection;
        try
        {
            connection = LoopConnection.Open(loop, accepted, _address);
        }
        catch (Exception error) when (error is SystemCallException or IOException or ArgumentException)
        {
            // What tells the loop of its descriptors takes no more, or, as select, none of that number.
            Core.Leave(worker, accepted);
            return;
        }

        (connection.Stopping, connection.FirstByteTimeout, connection.Deadline) = (Core.Stopping, Core.FirstByteTimeout, Core.NewDeadline());
        Core.Prepare(connection);
        _ = loop.Spawn(() => Core.ServeAsync(connection, worker));
    }
}
