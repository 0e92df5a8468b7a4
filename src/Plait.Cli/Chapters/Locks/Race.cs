using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Race() : Chapter(
    "race",
    Parts.LocksAndThreads,
    "A hundred threads take one each from the same 100: read it, let the others run for a moment, write what was read less one.\n"
        + "Without a lock all read 100 before any writes: 99 is left. With one nobody else can read meanwhile: 0, but it takes its time.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Threads = 100;

    public override Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using ILock gate = scope.CreateLock();
        (int unlocked, TimeSpan unlockedTime) = TakeAll(context, scope, gate: null, TimeSpan.FromSeconds(10));
        context.Say($"{Threads} threads took one each, without a lock: {unlocked} is left of {Threads}");
        (int locked, TimeSpan lockedTime) = TakeAll(context, scope, context.IsBroken ? null : gate, TimeSpan.FromSeconds(context.IsQuick ? 0.003 : 0.1));
        context.Say($"the same, each with the lock held from the reading to the writing: {locked} is left");

        context.Fact("threads", Threads);
        context.Fact("unlocked", unlocked);
        context.Fact("locked", locked);
        context.Fact("unlocked_time", unlockedTime);
        context.Fact("locked_time", lockedTime);
        context.Expect(unlocked == Threads - 1, "without the lock 99 of the 100 changes are lost");
        context.Expect(locked == 0, "with the lock none is lost");
        return Task.CompletedTask;
    }

    private static (int Left, TimeSpan Time) TakeAll(ChapterContext context, ThreadScope scope, ILock? gate, TimeSpan moment)
    {
        using ICountdown unread = scope.CreateCountdown(Threads);
        int number = Threads;
        TimeSpan time = Crew.Run(context, Threads, _ =>
        {
            using Hold hold = gate?.Acquire(context.Cancellation) ?? default;
            int read = number;

            // The moment is over early once every thread has read.
            unread.Signal();
            unread.Wait(moment, context.Cancellation);
            number = read - 1;
        });
        return (number, time);
    }
}
