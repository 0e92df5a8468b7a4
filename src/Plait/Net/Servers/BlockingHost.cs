using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plait.Interop;
using Plait.Threads;

namespace Plait.Net.Servers;

/// <summary>Threads that block. One of them accepts; who serves is the difference between the models.</summary>
internal abstract class BlockingHost(ServerCore core) : TrackingHost(core)
{
    private WakeDescriptor? _stop;
    private WorkerThread? _acceptor;

    protected override void Begin(IReadOnlyList<ListeningSocket> listeners)
    {
        ListeningSocket listener = listeners[0];
        try
        {
            _stop = new WakeDescriptor();
            StartServing();
            _acceptor = StartThread($"{Core.Name}-accept", () => AcceptAll(listener));
        }
        catch
        {
            EndServing();
            listener.Leave();
            _stop?.Dispose();
            throw;
        }
    }

    protected override async Task EndAsync()
    {
        _stop!.Set();
        await _acceptor!;
        await ServedAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Starts those who serve, where that is not done by connection.</summary>
    protected virtual void StartServing()
    {
    }

    /// <summary>Before the next one is accepted: waits for somebody who can serve it.</summary>
    /// <param name="until">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    protected virtual void WaitForServer(CancellationToken until)
    {
    }

    /// <summary>Nobody is served by the one that was waited for.</summary>
    protected virtual void LeaveServer()
    {
    }

    /// <summary>Serves a connection, or has it served.</summary>
    protected abstract void Dispatch(int descriptor);

    /// <summary>Nothing more is dispatched: those who serve end when they are through.</summary>
    protected virtual void EndServing()
    {
    }

    /// <summary>Completes when nobody serves any more.</summary>
    protected abstract Task ServedAsync();

    /// <summary>Serves one to its end, on this thread.</summary>
    protected void Serve(int descriptor)
    {
        ServeAsync(Core.Open(descriptor)).GetAwaiter().GetResult();
    }

    protected static WorkerThread StartThread(string name, Action work) => WorkerThread.Start(work, new WorkerThreadOptions { Name = name, IsDaemon = true });

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is told at once; the end must wait for those that are served all the same.")]
    private void AcceptAll(ListeningSocket listener)
    {
        try
        {
            AcceptUntilStopped(listener);
            AcceptQueued(listener);
        }
        catch (Exception error)
        {
            Core.TellAcceptorFailed(error);
        }
        finally
        {
            listener.Leave();
            EndServing();
        }
    }

    private void AcceptUntilStopped(ListeningSocket listener)
    {
        try
        {
            int pause = 0;
            while (!Core.Stopping.IsCancellationRequested)
            {
                WaitForPlace(Core.Stopping);
                int accepted = Accept(listener);
                if (TryDispatch(accepted))
                {
                    pause = 0;
                }
                else if (ServerCore.PauseAfter(-accepted, pause) is { } next)
                {
                    pause = next;
                    Worker.Count(ServerCount.AcceptPauses);
                    _ = Core.Stopping.WaitHandle.WaitOne(pause);
                }
            }
        }
        catch (OperationCanceledException) when (Core.Stopping.IsCancellationRequested)
        {
            // There was no room when the end came.
        }
    }

    // What has been connected already is served to its end: no more of it at once than before.
    private void AcceptQueued(ListeningSocket listener)
    {
        try
        {
            for (int left = Core.MostQueued; left > 0 && listener.HasQueued; left--)
            {
                WaitForPlace(Core.BreakingOff);

                // The room may come from one that was broken off.
                if (!TryDispatch(Core.IsBreakingOff ? -Errno.ECANCELED : StreamCalls.Accept(listener.Number, isBlocking: true)))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (Core.IsBreakingOff)
        {
            // Who is still queued is broken off with the socket.
        }
    }

    // Somebody who serves, and room. Nothing of it is held when it throws.
    private void WaitForPlace(CancellationToken until)
    {
        WaitForServer(until);
        try
        {
            Core.WaitForRoom(until);
        }
        catch
        {
            LeaveServer();
            throw;
        }
    }

    // The listening socket does not block, so that nothing that others have accepted is waited for; the sockets that it gives do.
    private int Accept(ListeningSocket listener)
    {
        if (Core.Stopping.IsCancellationRequested)
        {
            // The place may come from one that was broken off: what is queued at the end has its own turn.
            return -Errno.EAGAIN;
        }

        // Under load somebody waits already: asking first saves a call, and processes that share the socket the wake-ups of all for each connection.
        int accepted = StreamCalls.Accept(listener.Number, isBlocking: true);
        if (accepted != -Errno.EAGAIN)
        {
            return accepted;
        }

        Span<PollDescriptor> both = [new() { Fd = listener.Number, Events = ReadyPoll.Readable }, new() { Fd = _stop!.Number, Events = ReadyPoll.Readable }];
        _ = ReadyPoll.Wait(both, MonotonicClock.Never);
        return both[1].Revents != 0 ? -Errno.EAGAIN : StreamCalls.Accept(listener.Number, isBlocking: true);
    }

    // The place that was waited for goes to the connection, or is given back.
    private bool TryDispatch(int accepted)
    {
        if (accepted >= 0 && Core.TryEnter(Worker, accepted))
        {
            Dispatch(accepted);
        }
        else
        {
            LeaveServer();
            Core.LeaveRoom();
        }

        return accepted >= 0;
    }
}

/// <summary>Whoever accepts serves.</summary>
internal sealed class IterativeHost(ServerCore core) : BlockingHost(core)
{
    protected override void Dispatch(int descriptor) => Serve(descriptor);

    protected override Task ServedAsync() => Task.CompletedTask;
}

/// <summary>A thread a connection.</summary>
internal sealed class ThreadHost(ServerCore core) : BlockingHost(core)
{
    private readonly CountdownEvent _threads = new(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _number;

    protected override void Dispatch(int descriptor)
    {
        _threads.AddCount();
        for (int pause = 1; ; pause = Math.Min(pause * 2, 100))
        {
            try
            {
                _ = StartThread($"{Core.Name}-{++_number}", () =>
                {
                    try
                    {
                        Serve(descriptor);
                    }
                    finally
                    {
                        Leave();
                    }
                });
                return;
            }
            catch (ThreadStartRefusedException) when (!Core.IsBreakingOff)
            {
                // As many threads as there may be: until one has ended.
                Worker.Count(ServerCount.AcceptPauses);
                _ = Core.BreakingOff.WaitHandle.WaitOne(pause);
            }
            catch (ThreadStartRefusedException)
            {
                // There is no time left for that.
                Core.Leave(Worker, descriptor);
                Leave();
                return;
            }
        }
    }

    protected override void EndServing() => Leave();

    protected override Task ServedAsync() => _ended.Task;

    private void Leave()
    {
        if (_threads.Signal())
        {
            _ended.TrySetResult();
        }
    }
}

/// <summary>A fixed number of threads. A connection is accepted when one of them is idle; until then it waits in the system's queue.</summary>
internal sealed class PoolHost(ServerCore core, int count) : BlockingHost(core)
{
    private readonly SemaphoreSlim _idle = new(count);
    private readonly BlockingCollection<int> _waiting = [];
    private readonly List<WorkerThread> _threads = [];

    protected override void StartServing()
    {
        for (int i = 1; i <= count; i++)
        {
            _threads.Add(StartThread($"{Core.Name}-{i}", Work));
        }
    }

    protected override void WaitForServer(CancellationToken until) => _idle.Wait(until);

    protected override void LeaveServer() => _idle.Release();

    protected override void Dispatch(int descriptor) => _waiting.Add(descriptor);

    protected override void EndServing() => _waiting.CompleteAdding();

    protected override Task ServedAsync() => Task.WhenAll(_threads.Select(static thread => thread.JoinAsync()));

    private void Work()
    {
        foreach (int descriptor in _waiting.GetConsumingEnumerable())
        {
            Serve(descriptor);
            LeaveServer();
        }
    }
}
