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
        using ServerCore core = NewCore(handler, order, counts);
        ServerHost host = order.Model == ServerModel.Prefork ? new IterativeHost(core) : new LoopHost(core, 1, poller: null);
        host.Start([DescriptorExchange.Fetch(listener)]);
        _ = ChildProcess.Current.Cancellation.WaitHandle.WaitOne();
        core.Stop();

        // Whoever has told it has a limit for that.
        _ = host.StopAsync(Timeout.InfiniteTimeSpan).GetAwaiter().GetResult();
    }

    /// <summary>Serves one connection.</summary>
    /// <returns>What was counted, by <see cref="ServerCount"/>.</returns>
    public static long[] ServeOne(ConnectionHandler handler, WorkerOrder order, DescriptorTicket socket, CancellationToken stopping)
    {
        using ServerCore core = NewCore(handler, order, counts: null);
        using CancellationTokenRegistration told = stopping.Register(core.Stop);
        BlockingConnection connection = core.Open(DescriptorExchange.Fetch(socket).Detach());
        var worker = new ServerWorker(order.Name);
        core.ServeAsync(connection, worker).GetAwaiter().GetResult();
        return [.. Enum.GetValues<ServerCount>().Select(what => worker[what])];
    }


    private static ServerCore NewCore(ConnectionHandler handler, WorkerOrder order, SharedMemoryBlock? counts) =>
        new(handler, order.Options, order.Name, (connection, error) => ServerCore.TellOnStandardError(order.Name, connection, error)) { Counts = counts };
}
