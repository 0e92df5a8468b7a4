using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;
using Plait.Interop;
using Plait.Processes;
using Plait.Queues.Pipes;

namespace Plait.Net.Servers;

/// <summary>A process a connection: it gets the descriptor and what it counts comes back as its result.</summary>
internal sealed class ConnectionProcessHost(ServerCore core) : BlockingHost(core)
{
    private readonly WorkerOrder _order = WorkerOrder.Of(core.Options, core.Name, maxConnections: 1);
    private readonly ConcurrentDictionary<ChildProcess, bool> _children = new();
    private readonly CountdownEvent _open = new(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _number;

    // What cannot go to another process is refused now, not when the first connection comes.
    protected override void StartServing()
    {
        var call = new PayloadWriter();
        try
        {
            FunctionReference.WriteCall(call, WorkerMain.ServeOne, [Core.Handler, _order, default(DescriptorTicket), CancellationToken.None], new ValueCodec(CodecDirection.ToChild));
        }
        finally
        {
            call.Abandon();
            call.Dispose();
        }
    }

    protected override void Dispatch(int descriptor)
    {
        _open.AddCount();
        DescriptorTicket ticket = DescriptorExchange.Instance.Deposit(new Descriptor(descriptor));
        for (int pause = 1; ; pause = Math.Min(pause * 2, 100))
        {
            try
            {
                var child = ChildProcess.Start(WorkerMain.ServeOne, Core.Handler, _order, ticket, Core.Stopping, new ChildProcessOptions { Name = $"{Core.Name}-{++_number}", IsDaemon = true });
                _children[child] = true;
                if (Core.IsBreakingOff)
                {
                    _ = child.Kill();
                }

                _ = WatchAsync(child, ticket);
                return;
            }
            catch (ChildStartException) when (!Core.IsBreakingOff)
            {
                // As many processes as there may be: until one has ended.
                Worker.Count(ServerCount.AcceptPauses);
                _ = Core.BreakingOff.WaitHandle.WaitOne(pause);
            }
            catch (Exception refused) when (refused is ChildStartException or CannotTravelException or SystemCallException)
            {
                // What the handler has captured may have changed since the start. The connection is lost, and the server goes on.
                Tell(refused);
                End(ticket, counts: null);
                return;
            }
        }
    }

    protected override void EndServing() => Leave();

    protected override Task ServedAsync() => _ended.Task;

    protected override void BreakOff()
    {
        foreach (ChildProcess child in _children.Keys)
        {
            _ = child.Kill();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "However the process ended, its connection has.")]
    private async Task WatchAsync(ChildProcess<long[]> child, DescriptorTicket ticket)
    {
        long[]? counts = null;
        try
        {
            counts = await child.GetResultAsync().ConfigureAwait(false);
        }
        catch (Exception) when (Core.IsBreakingOff)
        {
            // It was killed.
        }
        catch (Exception error)
        {
            Tell(error);
        }

        _children.TryRemove(child, out _);
        await child.DisposeAsync().ConfigureAwait(false);
        End(ticket, counts);
    }

    private void Tell(Exception error) => StandardError.Tell(Core.Name, $"a connection is lost with its process. {error.Message}");

    private void End(DescriptorTicket ticket, long[]? counts)
    {
        // It may have ended before it fetched the socket.
        DescriptorExchange.Instance.TakeBack(ticket);
        if (counts is null)
        {
            Worker.Count(ServerCount.BrokenOff);
        }
        else
        {
            // Whether it is served is counted here.
            counts[(int)ServerCount.Active] = 0;
            foreach (ServerCount what in Enum.GetValues<ServerCount>())
            {
                Worker.Count(what, counts[(int)what]);
            }
        }

        Core.Leave(Worker);
        Leave();
    }

    private void Leave()
    {
        if (_open.Signal())
        {
            _ended.TrySetResult();
        }
    }
}
