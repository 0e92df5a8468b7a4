using System.Net;
using System.Net.Sockets;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

/// <summary>Workers that need a service, and the one thread that looks out for it on behalf of all.</summary>
internal static class Scout
{
    /// <summary>Lets the workers wait for the service, each so many times for so long.</summary>
    /// <returns>How many workers were served, how often the scout was refused, and how often a worker waited in vain.</returns>
    public static async Task<(int Served, int Refused, int Waits)> RunAsync(ChapterContext context, int workers, int tries, TimeSpan patience, EndPoint service)
    {
        using var scope = ThreadScope.Create();
        using IEvent ready = scope.CreateEvent();
        int waits = 0;
        WorkerThread<int> scout = WorkerThread.Start(token => LookOut(context, service, ready, token), new WorkerThreadOptions { Name = "scout", IsDaemon = true });
        bool[] served = new bool[workers];
        Crew.Run(context, workers, worker =>
        {
            for (int tried = 1; tried <= tries && !served[worker]; tried++)
            {
                served[worker] = ready.Wait(patience, context.Cancellation);
                Interlocked.Add(ref waits, served[worker] ? 0 : 1);
            }

            context.Say(served[worker] ? $"worker {worker + 1} works with the service" : $"worker {worker + 1} has waited {tries} times and goes home");
        });
        scout.RequestStop();
        return (served.Count(s => s), await scout.GetResultAsync(context.Cancellation), waits);
    }

    private static int LookOut(ChapterContext context, EndPoint service, IEvent ready, CancellationToken stop)
    {
        for (int refused = 0; ; refused++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(service);
                string greeting = new StreamReader(new NetworkStream(socket)).ReadLine() ?? "";
                context.Say($"the service says '{greeting}', after {refused} refusals");
                ready.Set();
                return refused;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                if (stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20)))
                {
                    return refused + 1;
                }
            }
        }
    }
}
