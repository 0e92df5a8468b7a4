using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Tickets() : Chapter(
    "tickets",
    Parts.LocksAndThreads,
    "A file says how many tickets are left; buyers, each a process, look at it, take their time, read it, pay, and write one less.\n"
        + "Without a lock more are sold than there are, with one never; a lock around the buying alone lets them look together, and is faster.",
    "docs/locks.md",
    hasBreak: true)
{
    public override async Task RunAsync(ChapterContext context)
    {
        (int buyers, int tickets, double unit) = context.IsQuick ? (4, 2, 0.04) : (10, 3, 0.4);
        string file = Path.Combine(Directory.CreateTempSubdirectory("plait-tickets-").FullName, "tickets.json");
        TicketOffice.Write(file, tickets);
        using var scope = ProcessScope.Create();
        using ILock counter = scope.CreateLock("counter");
        using ISemaphore looking = scope.CreateSemaphore(0);
        using IBarrier doors = scope.CreateBarrier(buyers + 1);
        Locked[] rounds = context.IsBroken ? [Locked.Nothing, Locked.Nothing, Locked.Nothing] : [Locked.Nothing, Locked.All, Locked.Buying];
        ChildProcess<(bool Bought, int Looking)[]>[] processes = [.. Enumerable.Range(1, buyers).Select(n =>
            ChildProcess.Start(() => TicketOffice.BuyInEveryRound(file, rounds, unit, doors, counter, looking), new ChildProcessOptions { Name = $"buyer-{n}" }))];
        var times = new TimeSpan[rounds.Length];
        for (int round = 0; round < rounds.Length; round++)
        {
            TicketOffice.Write(file, tickets);
            doors.Wait(TimeSpan.FromMinutes(1), context.Cancellation);
            TimeSpan start = context.Elapsed;
            doors.Wait(TimeSpan.FromMinutes(1), context.Cancellation);
            times[round] = context.Elapsed - start;
        }

        (bool Bought, int Looking)[][] visits = await Task.WhenAll(processes.Select(async p => await p));
        Array.ForEach(processes, p => p.Dispose());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        context.Fact("buyers", buyers);
        context.Fact("tickets", tickets);
        int[] sold = [.. Enumerable.Range(0, rounds.Length).Select(round => visits.Count(v => v[round].Bought))];
        int[] together = [.. Enumerable.Range(0, rounds.Length).Select(round => visits.Max(v => v[round].Looking))];
        foreach ((string name, int round) in new[] { ("unlocked", 0), ("locked", 1), ("buying_locked", 2) })
        {
            context.Say($"{name}: {sold[round]} of {tickets} tickets were sold to {buyers} buyers in {times[round].TotalSeconds:0.00} s; up to {together[round]} looked together");
            context.Fact($"{name}_sold", sold[round]);
            context.Fact($"{name}_looking", together[round]);
            context.Fact($"{name}_time", times[round]);
        }

        context.Expect(sold[0] > tickets, "without a lock more tickets are sold than there are");
        context.Expect(sold[1] == tickets && sold[2] == tickets, "with a lock exactly those that are there");
        context.Expect(together[1] == 1 && together[2] > 1, "with a lock around all they look one by one, with one around the buying together");
        if (!context.IsQuick)
        {
            // At small sizes a busy machine can turn it round.
            context.Expect(times[2] < times[1], "a lock around the buying alone is faster");
        }
    }
}
