using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

internal sealed class ProducersConsumers() : Chapter(
    "producers-consumers",
    Parts.Queues,
    "Cooks put dishes into a queue and guests eat them. How does a guest know that nothing more comes? By a sentinel, put for each guest when the cooks have left;\n"
        + "or it need not know, and is ended when the queue was joined. Who stops at an empty queue leaves work behind. And how deep is the queue meanwhile?",
    "docs/queues.md",
    hasBreak: true)
{
    private const int Cooks = 2;
    private const int Guests = 3;

    public override async Task RunAsync(ChapterContext context)
    {
        int each = context.IsQuick ? 50 : 5_000;
        using var scope = ProcessScope.Create();
        await SendSentinelsAsync(context, scope, each);
        await JoinTheQueueAsync(context, scope, each);
        (int eaten, int lost) = StopAtEmpty.Run(context, each);
        context.Say($"guests who leave when the table is empty: the cook had paused, {eaten} dishes were eaten, {lost} are left");
        context.Fact("stop_at_empty_eaten", eaten);
        context.Fact("stop_at_empty_lost", lost);
        context.Expect(lost > 0 && eaten + lost == each, "who takes an empty queue for the end leaves what comes later");
        await DepthChart.ShowAsync(context);
    }

    private static async Task SendSentinelsAsync(ChapterContext context, IScope scope, int each)
    {
        using IQueue<string?> table = scope.CreateQueue<string?>(capacity: 20);
        ChildProcess<int>[] guests = [.. Enumerable.Range(1, Guests).Select(n => ChildProcess.Start(Kitchen.EatUntilSentinel, table, new ChildProcessOptions { Name = $"guest-{n}" }))];
        await Kitchen.CookAsync(context, table, Cooks, each);
        context.Say($"{Cooks} cooks have put {Cooks * each} dishes and left; now a sentinel for each of {Guests} guests{(context.IsBroken ? ", but the last" : "")}");
        for (int i = context.IsBroken ? 1 : 0; i < Guests; i++)
        {
            table.Put(null, context.Cancellation);
        }

        // Without its sentinel a guest waits for ever: when it is the only one, and nothing is on the table, it will not end.
        var all = Task.WhenAll(guests.Select(guest => guest.JoinAsync(cancellationToken: context.Cancellation)));
        while (!all.IsCompleted && !(context.IsBroken && guests.Count(g => g.IsAlive) == 1 && table.GetStatistics() is { Count: 0, WaitingGetters: 1 }))
        {
            await context.WaitAsync(TimeSpan.FromMilliseconds(5));
        }

        ChildProcess<int>[] ended = [.. guests.Where(g => !g.IsAlive)];
        int eaten = ended.Sum(g => g.Result);
        Array.ForEach(guests, guest => guest.Dispose());
        context.Fact("dishes", Cooks * each);
        context.Fact("sentinel_eaten", eaten);
        context.Fact("sentinel_guests_ended", ended.Length);
        context.Expect(ended.Length == Guests && eaten == Cooks * each, "with a sentinel each, all guests have ended, and every dish is eaten");
    }

    private static async Task JoinTheQueueAsync(ChapterContext context, IScope scope, int each)
    {
        using IJoinableQueue<string?> table = scope.CreateQueue<string?>(capacity: 20);
        ChildProcess[] guests = [.. Enumerable.Range(1, Guests).Select(n => ChildProcess.Start(Kitchen.EatForEver, table, new ChildProcessOptions { Name = $"daemon-{n}", IsDaemon = true }))];
        await Kitchen.CookAsync(context, table, Cooks, each);
        await table.JoinAsync(context.Cancellation);
        (int alive, QueueStatistics statistics) = (guests.Count(g => g.IsAlive), table.GetStatistics());
        context.Say($"the queue is joined: {statistics.Gets} dishes are eaten, {statistics.UnfinishedTasks} unfinished; {alive} guests wait for more, and end with the program, as daemons do");
        Array.ForEach(guests, guest => guest.Kill());
        Array.ForEach(guests, guest => guest.Dispose());
        context.Fact("joined_unfinished", statistics.UnfinishedTasks);
        context.Fact("joined_daemons_alive", alive);
        context.Expect(statistics.Gets == Cooks * each && statistics.UnfinishedTasks == 0, "when the queue is joined, every dish was eaten and said to be");
        context.Expect(alive == Guests, "the guests need not know that it is over");
    }
}
