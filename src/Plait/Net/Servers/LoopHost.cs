using System.Net;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <summary>Coroutines on event loops, one listening socket each. Which call tells a loop what is ready is the difference between several models.</summary>
internal sealed class LoopHost(ServerCore core, Func<ServerWorker, LoopPoller>? poller) : ServerHost(core)
{
    // Accepted in a row, before others have their turn.
    private const int MostInARow = 16;

    private readonly List<AcceptingLoop> _loops = [];
    private EndPoint? _address;

    protected override void Begin(IReadOnlyList<ListeningSocket> listeners)
    {
        try
        {
            foreach (ServerWorker worker in Core.Workers)
            {
                Descriptor listener = listeners[_loops.Count].Duplicate();
                _address = StreamCalls.LocalName(listener.Number);
                try
                {
                    _loops.Add(StartLoop(listener, worker));
                }
                catch
                {
                    listener.Dispose();
                    throw;
                }
            }
        }
        catch
        {
            foreach (AcceptingLoop each in _loops)
            {
                each.Loop.Dispose();
                each.Listener.Dispose();
            }

            throw;
        }
        finally
        {
            // Loops have duplicates, which they own.
            foreach (ListeningSocket listener in listeners)
            {
                listener.Leave();
            }
        }
    }

    public override Task UpAsync(CancellationToken cancellation) => Task.WhenAll(_loops.Select(static each => each.Up)).WaitAsync(cancellation);

    protected override async Task<bool> DrainAsync(CancellationToken overdue)
    {
        foreach (AcceptingLoop each in _loops)
        {
            // On its loop, and so after it has begun: one that is killed before that never runs, and nobody would serve what is queued.
            _ = each.Loop.TryPost(new Step((Action)each.Acceptor.Kill, null, null));
        }

        Task ended = Task.WhenAll(_loops.Select(static each => each.Loop.ShutdownAsync(Timeout.InfiniteTimeSpan)));
        if (!await InTimeAsync(ended, overdue).ConfigureAwait(false))
        {
            Core.BreakOff();
            if (!await IsSoonAsync(Task.WhenAll(_loops.Select(static each => each.Loop.ShutdownAsync(TimeSpan.Zero)))).ConfigureAwait(false))
            {
                return false;
            }
        }

        // Where the loop has ended before it came to it.
        _loops.ForEach(static each => each.Listener.Dispose());
        return true;
    }

    private AcceptingLoop StartLoop(Descriptor listener, ServerWorker worker)
    {
        var loop = EventLoop.Start(new EventLoopOptions { Name = worker.Name, Poller = poller is null ? null : () => poller(worker) });
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new AcceptingLoop(loop, loop.Spawn(() => AcceptAsync(loop, listener, worker, up), new CoroutineOptions { Name = "accept" }), listener, up.Task);
    }

    private async Task AcceptAsync(EventLoop loop, Descriptor socket, ServerWorker worker, TaskCompletionSource up)
    {
        LoopListener listener = Open(loop, socket, up);
        try
        {
            int pause = 0;
            for (int inARow = 1; ; inARow++)
            {
                int accepted = await listener.AcceptAsync(TakeRoomAsync);
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
            await AcceptQueuedAsync(loop, listener, worker);
        }
        finally
        {
            listener.Close();
        }
    }

    private static LoopListener Open(EventLoop loop, Descriptor socket, TaskCompletionSource up)
    {
        try
        {
            var listener = LoopListener.Open(loop, socket.Detach());
            up.SetResult();
            return listener;
        }
        catch (Exception refused)
        {
            up.SetException(refused);
            throw;
        }
    }

    // What has been connected already is served to its end: no more of it at once than before.
    private async Task AcceptQueuedAsync(EventLoop loop, LoopListener listener, ServerWorker worker)
    {
        // Also where others go on to accept what is queued.
        if (listener.TakeLast() is { } last && !TryServe(loop, last, worker))
        {
            Core.LeaveRoom();
        }

        try
        {
            for (int left = Core.MostQueued; left > 0 && listener.HasQueued; left--)
            {
                await TakeRoomAsync(Core.BreakingOff);

                // The room may come from one that was broken off.
                if (Core.IsBreakingOff || !TryServe(loop, listener.AcceptQueued(), worker))
                {
                    Core.LeaveRoom();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (Core.IsBreakingOff)
        {
            // Who is still queued is broken off with the socket.
        }
    }

    private ValueTask TakeRoomAsync() => TakeRoomAsync(Core.Stopping);

    // Shielded: room that comes at the very end is not lost, and a coroutine that was killed can wait for it.
    private ValueTask TakeRoomAsync(CancellationToken until)
    {
        ValueTask room = Core.WaitForRoomAsync(until);
        return room.IsCompleted ? room : new ValueTask(Coroutine.Shield(room.AsTask));
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
        _ = ServingCoroutine.Start(loop, Core, worker, connection);
    }

    // The listener is the acceptor's as soon as that has begun; up is completed when it watches it.
    private sealed record AcceptingLoop(EventLoop Loop, Coroutine Acceptor, Descriptor Listener, Task Up);
}
