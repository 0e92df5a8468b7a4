using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Conditions() : Chapter(
    "condition",
    Parts.LocksAndThreads,
    "Ten threads wait on a condition: they gave up its lock for as long as they wait, so that another may hold it and tell them to go on.\n"
        + "Who notifies says how many: three are notified, three go on and no other, each with the lock in hand; the rest wait for the next.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Waiters = 10;
    private const int Notified = 3;

    public override async Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using ILock gate = scope.CreateLock();

        // Two conditions over one lock: the threads wait on the first, this chapter on the second.
        using ICondition go = scope.CreateCondition(gate);
        using ICondition changed = scope.CreateCondition(gate);
        (int waiting, int released) = (0, 0);
        WorkerThread<int>[] threads = Crew.Start(Waiters, _ =>
        {
            using Hold hold = gate.Acquire(context.Cancellation);
            waiting++;
            changed.NotifyAll(hold);
            go.Wait(hold, context.Cancellation);
            released++;
            changed.NotifyAll(hold);
        });

        int told;
        using (Hold hold = gate.Acquire(context.Cancellation))
        {
            changed.WaitFor(hold, () => waiting == Waiters, cancellationToken: context.Cancellation);
            context.Say($"{waiting} threads wait, and yet the lock is here: a wait gives it up");
            told = context.IsBroken ? go.NotifyAll(hold) : go.Notify(hold, Notified);
            context.Say($"{told} are notified; they go on when the lock is free");
            changed.WaitFor(hold, () => released >= Notified, cancellationToken: context.Cancellation);
        }

        // Time for one too many, were there one.
        await context.WaitAsync(TimeSpan.FromSeconds(0.05));
        int afterFirst;
        using (Hold hold = gate.Acquire(context.Cancellation))
        {
            afterFirst = released;
            context.Say($"{afterFirst} have gone on, {go.GetStatistics().Waiting} wait");
            context.Fact("waiting", waiting);
            context.Fact("notified", told);
            context.Fact("released", afterFirst);
            context.Fact("still_waiting", go.GetStatistics().Waiting);
            context.Expect(go.GetStatistics().Waiting == Waiters - Notified, "seven still wait");
            go.NotifyAll(hold);
        }

        foreach (WorkerThread<int> thread in threads)
        {
            await thread;
        }

        context.Fact("released_in_the_end", released);
        context.Expect(afterFirst == Notified, "notifying three releases exactly three");
        context.Expect(released == Waiters, "notifying all releases the rest");
    }
}
