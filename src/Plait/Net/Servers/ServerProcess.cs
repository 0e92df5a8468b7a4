using Plait.Interop;
using Plait.Processes;
using Plait.Queues.Pipes;
using Plait.SharedData;

namespace Plait.Net.Servers;

/// <summary>One process that serves, as its parent has it.</summary>
internal sealed class ServerProcess
{
    private readonly SharedMemoryBlock _memory;
    private readonly DescriptorTicket _ticket;
    private readonly ChildProcess _child;
    private readonly ServerWorker _counts;
    private readonly long _start = MonotonicClock.Now;

    private ServerProcess(SharedMemoryBlock memory, DescriptorTicket ticket, ChildProcess child)
    {
        _memory = memory;
        _ticket = ticket;
        _child = child;
        _counts = new ServerWorker(child.Name, memory);
    }

    public int Pid => _child.Pid;

    /// <summary>How long it has lived.</summary>
    public TimeSpan Age => TimeSpan.FromTicks((MonotonicClock.Now - _start) / 100);

    /// <summary>How it ended.</summary>
    public string Explanation => _child.Outcome?.Explanation ?? "";

    /// <exception cref="Codecs.CannotTravelException">The handler cannot go to another process.</exception>
    /// <exception cref="ChildStartException">The system refused.</exception>
    public static ServerProcess Start(ConnectionHandler handler, WorkerOrder order, Descriptor listener, ServerWorker worker)
    {
        DescriptorTicket ticket = DescriptorExchange.Instance.Deposit(Descriptor.Duplicate(listener));
        SharedMemoryBlock? memory = null;
        try
        {
            memory = SharedMemoryBlock.Create(ServerWorker.MemorySize);
            var child = ChildProcess.Start(WorkerMain.ServeAll, handler, order, ticket, memory, new ChildProcessOptions { Name = order.Name, IsDaemon = true });
            var process = new ServerProcess(memory, ticket, child);
            worker.Add(process._counts);
            worker.Pid = child.Pid;
            return process;
        }
        catch
        {
            DescriptorExchange.Instance.TakeBack(ticket);
            memory?.Dispose();
            throw;
        }
    }

    /// <summary>Accepts what is queued and nothing more, and ends when it has served all.</summary>
    public void Retire() => _child.Cancel();

    public void Kill() => _ = _child.Kill();

    /// <summary>Waits for its end, and puts away what is left of it: what it had counted goes to the worker.</summary>
    public async Task EndAsync(ServerWorker worker)
    {
        await _child.Exited.ConfigureAwait(false);
        worker.Fold(_counts);
        await _child.DisposeAsync().ConfigureAwait(false);

        // It may have ended before it fetched its socket.
        DescriptorExchange.Instance.TakeBack(_ticket);
        _memory.Dispose();
    }
}
