using Plait.Interop;
using Plait.Processes;
using Plait.Queues.Pipes;
using Plait.SharedData;
using Plait.Synchronization;

namespace Plait.Net.Servers;

/// <summary>One process that serves, as its parent has it.</summary>
internal sealed class ServerProcess
{
    private readonly SharedMemoryBlock _memory;
    private readonly DescriptorTicket _ticket;
    private readonly ChildProcess _child;
    private readonly ServerWorker _counts;
    private readonly long _start = MonotonicClock.Now;

    // Guards the memory's end: it may be told to retire at the same time.
    private readonly Lock _gate = new();
    private bool _isGone;

    private ServerProcess(SharedMemoryBlock memory, DescriptorTicket ticket, IEvent up, ChildProcess child)
    {
        _memory = memory;
        _ticket = ticket;
        _child = child;
        _counts = new ServerWorker(child.Name, memory) { Pid = child.Pid };
        Up = ComeUpAsync(up);
    }

    public int Pid => _child.Pid;

    /// <summary>How long it has lived.</summary>
    public TimeSpan Age => TimeSpan.FromTicks((MonotonicClock.Now - _start) / 100);

    /// <summary>Completes when it accepts: with null. Or with how it ended, if it has ended before.</summary>
    public Task<ChildOutcome?> Up { get; }

    /// <summary>How it ended.</summary>
    public string Explanation => _child.Outcome?.Explanation ?? "";

    /// <exception cref="Codecs.CannotTravelException">The handler cannot go to another process.</exception>
    /// <exception cref="ChildStartException">The system refused.</exception>
    public static ServerProcess Start(ConnectionHandler handler, WorkerOrder order, ListeningSocket listener, ServerWorker worker)
    {
        DescriptorTicket ticket = DescriptorExchange.Instance.Deposit(listener.Duplicate());
        SharedMemoryBlock? memory = null;
        IEvent? up = null;
        try
        {
            up = UpEvents.Take();
            memory = WorkerMemory.Create();
            var child = ChildProcess.Start(WorkerMain.ServeAll, handler, order with { Up = up }, ticket, memory, new ChildProcessOptions { Name = order.Name, IsDaemon = true });
            var process = new ServerProcess(memory, ticket, up, child);
            worker.Add(process._counts);
            return process;
        }
        catch
        {
            DescriptorExchange.Instance.TakeBack(ticket);
            memory?.Dispose();
            if (up is not null)
            {
                UpEvents.GiveBack(up);
            }

            throw;
        }
    }

    /// <summary>Stops accepting, and ends when it has served all.</summary>
    /// <param name="leavesQueue">Whether others accept what is queued; otherwise it does before.</param>
    public void Retire(bool leavesQueue)
    {
        lock (_gate)
        {
            if (_isGone)
            {
                return;
            }

            if (leavesQueue)
            {
                WorkerMemory.LeaveQueue(_memory);
            }

            _child.Cancel();
        }
    }

    public void Kill() => _ = _child.Kill();

    /// <summary>Waits for its end, and puts away what is left of it: what it had counted goes to the worker.</summary>
    public async Task EndAsync(ServerWorker worker)
    {
        await _child.Exited.ConfigureAwait(false);
        worker.Fold(_counts);
        await _child.DisposeAsync().ConfigureAwait(false);

        // It may have ended before it fetched its socket.
        DescriptorExchange.Instance.TakeBack(_ticket);
        lock (_gate)
        {
            _isGone = true;
            _memory.Dispose();
        }
    }

    private async Task<ChildOutcome?> ComeUpAsync(IEvent up)
    {
        using var ended = new CancellationTokenSource();
        Task isUp = up.WaitAsync(ended.Token).AsTask();
        bool hasEnded = await Task.WhenAny(isUp, _child.Exited).ConfigureAwait(false) != isUp && !up.IsSet;
        await ended.CancelAsync().ConfigureAwait(false);
        await isUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        UpEvents.GiveBack(up);
        return hasEnded ? _child.Outcome : null;
    }
}
