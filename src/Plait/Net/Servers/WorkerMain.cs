using Plait.Net.Engine;
using Plait.Processes;
using Plait.Queues.Pipes;
using Plait.SharedData;

namespace Plait.Net.Servers;

/// <summary>What the processes of a server run.</summary>
internal static class WorkerMain
{
    /// <summary>Serves what a listening socket that others have as well gives, until it is told to end, and then what is queued.</summary>
    public static void ServeAll(ConnectionHandler handler, WorkerOrder order, DescriptorTicket listener, SharedMemoryBlock counts)
    {
        using SharedMemoryBlock held = counts;
        ServerCore core = NewCore(handler, order, new ServerWorker(order.Name, counts));
        ServerHost host = order.Model == ServerModel.Prefork ? new IterativeHost(core) : new LoopHost(core, poller: null);
        host.Start([new ListeningSocket(DescriptorExchange.Fetch(listener))]);
        host.UpAsync(CancellationToken.None).GetAwaiter().GetResult();
        order.Up!.Set();
        _ = ChildProcess.Current.Cancellation.WaitHandle.WaitOne();

        // Whoever has told it has a limit for that.
        host.StopAsync(WorkerMemory.LeavesQueue(counts), CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Serves one connection.</summary>
    /// <returns>What was counted, by <see cref="ServerCount"/>.</returns>
    public static long[] ServeOne(ConnectionHandler handler, WorkerOrder order, DescriptorTicket socket, CancellationToken stopping)
    {
        var worker = new ServerWorker(order.Name);
        using ServerCore core = NewCore(handler, order, worker);
        using CancellationTokenRegistration told = stopping.Register(() => core.Stop(leavesQueue: true));
        BlockingConnection connection = core.Open(DescriptorExchange.Fetch(socket).Detach());
        core.ServeAsync(connection, worker).GetAwaiter().GetResult();
        return [.. Enum.GetValues<ServerCount>().Select(what => worker[what])];
    }

    private static ServerCore NewCore(ConnectionHandler handler, WorkerOrder order, ServerWorker worker) =>
        new(handler, order.Options, order.Name, [worker], (connection, error) => ServerCore.TellOnStandardError(order.Name, connection, error));
}
