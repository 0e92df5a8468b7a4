using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class LockVsJoin() : Chapter(
    "lock-vs-join",
    Parts.LocksAndThreads,
    "Joining each thread before the next one starts makes a change safe too: nothing runs at the same time any more.\n"
        + "A lock gives the same result and puts only the change in a row: what comes before it runs in all threads at once.",
    "docs/locks.md")
{
    private const int Threads = 5;

    public override Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using ILock gate = scope.CreateLock();
        var pause = TimeSpan.FromSeconds(context.IsQuick ? 0.03 : 0.3);
        (int lockLeft, TimeSpan lockTime, Gauge lockFree, Gauge lockChange) = Take(context, gate, pause, joinEach: false);
        (int joinLeft, TimeSpan joinTime, Gauge joinFree, Gauge joinChange) = Take(context, gate: null, pause, joinEach: true);
        context.Say($"with a lock up to {lockFree.Max} threads prepared themselves together, and {lockChange.Max} changed the number: {lockTime.TotalSeconds:0.00} s");
        context.Say($"with a join after each start {joinFree.Max} prepared itself and {joinChange.Max} changed the number: {joinTime.TotalSeconds:0.00} s");

        context.Fact("lock_left", lockLeft);
        context.Fact("join_left", joinLeft);
        context.Fact("lock_together", new[] { lockFree.Max, lockChange.Max });
        context.Fact("join_together", new[] { joinFree.Max, joinChange.Max });
        context.Fact("lock_time", lockTime);
        context.Fact("join_time", joinTime);
        context.Expect(lockLeft == 0 && joinLeft == 0, "both leave 0: no change is lost");
        context.Expect(lockFree.Max > 1 && lockChange.Max == 1, "with a lock the threads prepare together and change one by one");
        context.Expect(joinFree.Max == 1 && joinChange.Max == 1, "with a join after each start they do both one by one");
        return Task.CompletedTask;
    }

    private static (int Left, TimeSpan Time, Gauge Free, Gauge Change) Take(ChapterContext context, ILock? gate, TimeSpan pause, bool joinEach)
    {
        (Gauge free, Gauge change) = (new(), new());
        int number = Threads;
        void Work(int unit)
        {
            using (free.Enter())
            {
                context.WaitAsync(3 * pause).Wait(context.Cancellation);
            }

            using Hold hold = gate?.Acquire(context.Cancellation) ?? default;
            using Gauge.Visit visit = change.Enter();
            int read = number;
            context.WaitAsync(pause / 3).Wait(context.Cancellation);
            number = read - 1;
        }

        TimeSpan start = context.Elapsed;
        for (int started = 0; started < Threads; started += joinEach ? 1 : Threads)
        {
            Crew.Run(context, joinEach ? 1 : Threads, Work);
        }

        return (number, context.Elapsed - start, free, change);
    }
}
