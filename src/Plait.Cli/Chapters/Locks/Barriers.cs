using Plait.Cli.Chapters.Processes;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Barriers() : Chapter(
    "barrier",
    Parts.LocksAndThreads,
    "Five threads meet at a barrier, round after round: nobody goes on before all are there, the last to come runs an action first.\n"
        + "Each is told its rank. When a party is killed while it waits the barrier breaks at once: nobody waits for the dead.",
    "docs/locks.md")
{
    private const int Parties = 5;
    private const int Rounds = 3;

    public override async Task RunAsync(ChapterContext context)
    {
        using var threads = ThreadScope.Create();
        int actions = 0;
        using IBarrier meeting = threads.CreateBarrier(Parties, () => context.Say($"all are there: the action of round {++actions} runs"));
        int[][] ranks = [.. Enumerable.Range(0, Rounds).Select(_ => new int[Parties])];
        int early = 0;
        Crew.Run(context, Parties, unit =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                ranks[round][unit] = meeting.Wait(context.Cancellation);
                Interlocked.Add(ref early, actions <= round ? 1 : 0);
            }
        });
        context.Fact("ranks", ranks[0].Order());
        context.Fact("rounds", Rounds);
        context.Fact("actions", actions);
        context.Expect(ranks.All(r => r.Order().SequenceEqual(Enumerable.Range(0, Parties))), "in every round the ranks are 0 to 4, each once");
        context.Expect(actions == Rounds && early == 0, "the action runs once a round, before anybody goes on");

        using var processes = ProcessScope.Create();
        using IBarrier threesome = processes.CreateBarrier(3);
        await using ChildProcess party = ChildProcess.Start(static barrier => { barrier.Wait(); }, threesome, new ChildProcessOptions { Name = "party" });
        WorkerThread<long?> other = WorkerThread.Start(() => WaitUntilBroken(context, threesome), new WorkerThreadOptions { Name = "other", IsDaemon = true });
        await ProcessTable.WaitUntilAsync(() => threesome.WaitingCount == 2, TimeSpan.FromSeconds(20), context.Time, context.Cancellation);
        context.Say($"a process and a thread wait for a third party; now {party.Name} (pid {party.Pid}) is killed");
        long killed = context.Time.GetTimestamp();
        party.Kill();
        long? broke = await other.GetResultAsync(context.Cancellation);
        double? late = broke is { } at ? context.Time.GetElapsedTime(killed, at).TotalMilliseconds : null;
        context.Fact("broken", threesome.IsBroken);
        context.Fact("broken_after_ms", late);
        context.Expect(late is not null && threesome.IsBroken, "a killed party breaks the barrier: the others get a BrokenBarrierException");
        context.Expect(late < 1000, "they get it within a second, in milliseconds as a rule");
    }

    private static long? WaitUntilBroken(ChapterContext context, IBarrier barrier)
    {
        try
        {
            barrier.Wait(context.Cancellation);
            return null;
        }
        catch (BrokenBarrierException broken)
        {
            long at = context.Time.GetTimestamp();
            context.Say(broken.Message);
            return at;
        }
    }
}
