using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plait.Cli.Chapters.Locks;

internal sealed class EventReady() : Chapter(
    "event-ready",
    Parts.LocksAndThreads,
    "Three workers need a TCP service that is not up yet: they wait on an event, which a scout sets when the service has answered.\n"
        + "Nobody tries without end: each worker waits a few times, for so long, and then goes on without the service.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Workers = 3;
    private const int Tries = 5;

    public override async Task RunAsync(ChapterContext context)
    {
        using Socket late = Reserve();
        Task<Socket> start = context.IsBroken ? new TaskCompletionSource<Socket>().Task : ServeLaterAsync(context, late, TimeSpan.FromSeconds(context.IsQuick ? 0.25 : 1.5));
        var patience = TimeSpan.FromSeconds(context.IsQuick ? 0.2 : 1);
        (int served, int refused, int waits) = await Scout.RunAsync(context, Workers, Tries, patience, late.LocalEndPoint!);
        context.Say("now a service that never comes up");
        using Socket absent = Reserve();
        TimeSpan begun = context.Elapsed;
        (int absentServed, _, int absentWaits) = await Scout.RunAsync(context, Workers, Tries, patience / 5, absent.LocalEndPoint!);
        TimeSpan gaveUp = context.Elapsed - begun;

        context.Fact("workers", Workers);
        context.Fact("served", served);
        context.Fact("refused_before", refused);
        context.Fact("waits", waits);
        context.Fact("absent_served", absentServed);
        context.Fact("absent_waits", absentWaits);
        context.Fact("absent_time", gaveUp);
        context.Expect(served == Workers, "all three work with the service once it answers");
        context.Expect(refused > 0, "it was refused at first: the service was not up");
        context.Expect(absentServed == 0 && absentWaits == Workers * Tries, "where it never comes up each waits five times, and no more");
        if (!context.IsBroken)
        {
            (await start).Dispose();
        }
    }

    // It has its port and refuses, as one that boots.
    private static Socket Reserve()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task<Socket> ServeLaterAsync(ChapterContext context, Socket service, TimeSpan delay)
    {
        await context.WaitAsync(delay);
        service.Listen();
        context.Say("the service is up");
        Socket client = await service.AcceptAsync(context.Cancellation);
        await client.SendAsync(Encoding.UTF8.GetBytes("ready\n"), context.Cancellation);
        return client;
    }
}
