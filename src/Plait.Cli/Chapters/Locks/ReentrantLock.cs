using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class ReentrantLock() : Chapter(
    "rlock",
    Parts.LocksAndThreads,
    "Two names for one reentrant lock: threads that take them in different orders all end, for whoever has one has the other.\n"
        + "Two reentrant locks are two, and taken in different orders they deadlock like any. But two locks of one name are one lock.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Threads = 4;

    public override Task RunAsync(ChapterContext context)
    {
        TimeSpan threshold = DeadlockDetection.Threshold;
        DeadlockDetection.Threshold = TimeSpan.FromSeconds(0.05);
        try
        {
            using var scope = ThreadScope.Create();
            using ILock one = context.IsBroken ? scope.CreateLock("both") : scope.CreateReentrantLock("both");
            Show(context, "one_lock", Quarrel.Run(context, Threads, one, one), isDeadlock: false);
            using ILock noodles = scope.CreateReentrantLock("noodles");
            using ILock fork = scope.CreateReentrantLock("fork");
            Show(context, "two_locks", Quarrel.Run(context, Threads, noodles, fork), isDeadlock: true);
        }
        finally
        {
            DeadlockDetection.Threshold = threshold;
        }

        using var processes = ProcessScope.Create();
        using IReentrantLock first = processes.CreateReentrantLock("ledger");
        using IReentrantLock second = processes.CreateReentrantLock("ledger");
        using Hold outer = first.Acquire(context.Cancellation);
        using Hold inner = second.Acquire(context.Cancellation);
        using ChildProcess<bool> child = ChildProcess.Start(static gate => gate.TryAcquire(out _), second);
        bool isFree = child.Result;
        context.Say($"two locks called 'ledger', one taken through each: this thread holds it {first.RecursionCount} times, another process {(isFree ? "gets it" : "does not get it")}");
        context.Fact("named_holds", first.RecursionCount);
        context.Expect(first.RecursionCount == 2 && !isFree, "a named lock opened twice is one lock");
        return Task.CompletedTask;
    }

    private static void Show(ChapterContext context, string name, (int Ended, IReadOnlyList<DeadlockReport> Reports) run, bool isDeadlock)
    {
        context.Say($"{name}: {run.Ended} of {Threads} threads had both, {run.Reports.Count} deadlocks on the way");
        if (run.Reports.Count > 0)
        {
            context.Say(run.Reports[0].ToString());
        }

        context.Fact($"{name}_ended", run.Ended);
        context.Fact($"{name}_deadlocks", run.Reports.Count);
        context.Expect(run.Ended == Threads, $"{name}: all {Threads} threads end");
        context.Expect(run.Reports.Any() == isDeadlock, $"{name}: {(isDeadlock ? "the deadlock is found and reported" : "there is no deadlock")}");
    }
}
