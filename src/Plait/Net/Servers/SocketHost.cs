using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <summary>Asynchronous sockets of .NET. Handlers run on the runtime's thread pool, as many at once as it has threads for.</summary>
internal sealed class SocketHost(ServerCore core) : TrackingHost(core)
{
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;

    // Handlers at work, and one for accepting.
    private int _busy = 1;

    protected override void Begin(IReadOnlyList<ListeningSocket> listeners)
    {
        ListeningSocket listener = listeners[0];

        // Handlers have nothing of whoever happened to start the server.
        using (ExecutionContext.SuppressFlow())
        {
            _accepting = Task.Run(() => AcceptAllAsync(listener));
        }
    }

    protected override async Task EndAsync()
    {
        await _accepting.ConfigureAwait(false);
        await _served.Task.ConfigureAwait(false);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is told at once; the end must wait for those that are served all the same.")]
    private async Task AcceptAllAsync(ListeningSocket listener)
    {
        try
        {
            await AcceptUntilStoppedAsync(listener.Socket).ConfigureAwait(false);
            await AcceptQueuedAsync(listener).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Core.TellAcceptorFailed(error);
        }
        finally
        {
            listener.Leave();
            Leave();
        }
    }

    private async Task AcceptUntilStoppedAsync(Socket listener)
    {
        try
        {
            int pause = 0;
            while (true)
            {
                await Core.WaitForRoomAsync(Core.Stopping).ConfigureAwait(false);
                pause = await TryAcceptAsync(listener).ConfigureAwait(false) is { } error ? await RecoverAsync(error, pause).ConfigureAwait(false) : 0;
            }
        }
        catch (OperationCanceledException) when (Core.Stopping.IsCancellationRequested)
        {
            // It is to end.
        }
    }

    private async Task<SocketException?> TryAcceptAsync(Socket listener)
    {
        try
        {
            Dispatch(await listener.AcceptAsync(Core.Stopping).ConfigureAwait(false));
            return null;
        }
        catch (SocketException error)
        {
            Core.LeaveRoom();
            return error;
        }
        catch (OperationCanceledException)
        {
            Core.LeaveRoom();
            throw;
        }
    }

    // Gives the pause that was made, in milliseconds.
    private async Task<int> RecoverAsync(SocketException error, int last)
    {
        if (ServerCore.PauseAfter(NumberOf(error), last) is not { } pause)
        {
            return last;
        }

        Worker.Count(ServerCount.AcceptPauses);
        await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System, Core.Stopping).ConfigureAwait(false);
        return pause;
    }

    // What has been connected already is served to its end: no more of it at once than before.
    private async Task AcceptQueuedAsync(ListeningSocket listener)
    {
        try
        {
            for (int left = Core.MostQueued; left > 0 && listener.HasQueued; left--)
            {
                await Core.WaitForRoomAsync(Core.BreakingOff).ConfigureAwait(false);

                // The room may come from one that was broken off.
                int accepted = Core.IsBreakingOff ? -Errno.ECANCELED : StreamCalls.Accept(listener.Number, isBlocking: false);
                if (accepted < 0)
                {
                    Core.LeaveRoom();
                    return;
                }

                Dispatch(Take(accepted));
            }
        }
        catch (OperationCanceledException) when (Core.IsBreakingOff)
        {
            // Who is still queued is broken off with the socket.
        }
    }

    private void Dispatch(Socket accepted)
    {
        if (!Core.TryEnter(Worker))
        {
            // At once, which is by a reset.
            accepted.Close(timeout: 0);
            return;
        }

        var connection = new SocketConnection(accepted) { Stopping = Core.Stopping, FirstByteTimeout = Core.FirstByteTimeout, Deadline = Core.NewDeadline() };
        Interlocked.Increment(ref _busy);

        // Not here: a handler that blocks must not keep others from being accepted.
        _ = Task.Run(() => ServeToItsEndAsync(connection));
    }

    private async Task ServeToItsEndAsync(SocketConnection connection)
    {
        try
        {
            Core.Prepare(connection);
            await ServeAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _busy) == 0)
        {
            _served.SetResult();
        }
    }

    // EPERM of a filter has the name of EACCES there, and what has none there, of which ENOMEM and EPROTO may be met, goes on after a pause.
    private static int NumberOf(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AccessDenied => Errno.EPERM,
        SocketError.SocketError => Errno.ENOMEM,
        _ => error.ErrorCode,
    };

    private static Socket Take(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
}
