using Plait.Cli.Chapters.Processes;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class OwnerDeath() : Chapter(
    "owner-death",
    Parts.LocksAndThreads,
    "A process is killed while it holds a lock that another one waits for. Elsewhere that one waits for ever.\n"
        + "Here it gets the lock within milliseconds, and is told who died: what the lock guards may be half changed.",
    "docs/locks.md",
    hasBreak: true)
{
    public override async Task RunAsync(ChapterContext context)
    {
        int rounds = context.IsQuick ? 2 : 10;
        using var scope = ProcessScope.Create();
        using ILock gate = scope.CreateLock("ledger");
        var delays = new List<double>();
        (int abandoned, int named, int told) = (0, 0, 0);
        for (int round = 1; round <= rounds; round++)
        {
            using IEvent holds = scope.CreateEvent();
            using IEvent leave = scope.CreateEvent();
            await using ChildProcess child = ChildProcess.Start(HoldUntil, gate, holds, leave, new ChildProcessOptions { Name = $"clerk-{round}" });
            await holds.WaitAsync(context.Cancellation);
            WorkerThread<(UnitIdentity? By, long At)> next = WorkerThread.Start(() => TakeNext(context, gate), new WorkerThreadOptions { Name = "next", IsDaemon = true });
            await ProcessTable.WaitUntilAsync(() => gate.GetStatistics().Waiting == 1, TimeSpan.FromSeconds(20), context.Time, context.Cancellation);

            context.Say($"{child.Name} (pid {child.Pid}) holds the lock, another waits; now it {(context.IsBroken ? "may leave" : "is killed")}");
            long ended = context.Time.GetTimestamp();
            if (context.IsBroken)
            {
                leave.Set();
            }
            else
            {
                child.Kill();
            }

            (UnitIdentity? by, long at) = await next.GetResultAsync(context.Cancellation);
            delays.Add(context.Time.GetElapsedTime(ended, at).TotalMilliseconds);
            context.Say($"the next one has it after {delays[^1]:0.0} ms; it is told: {(by is null ? "nothing" : $"abandoned by {by}")}");
            abandoned += by is null ? 0 : 1;
            named += by?.Pid == child.Pid && by.ProcessName == child.Name ? 1 : 0;
            using Hold later = gate.Acquire(context.Cancellation);
            told += later.IsAbandoned ? 1 : 0;
        }

        context.Fact("rounds", rounds);
        context.Fact("abandoned", abandoned);
        context.Fact("named", named);
        context.Fact("median_ms", delays.Order().ElementAt(rounds / 2));
        context.Fact("worst_ms", delays.Max());
        context.Expect(abandoned == rounds, "whoever gets the lock of a killed process is told that it was abandoned");
        context.Expect(named == rounds, "and who died: its name and its pid");
        context.Expect(told == 0, "it is told once: the one after that is not");
        context.Expect(delays.Max() < 1000, "it has the lock within a second, in milliseconds as a rule");
    }

    private static (UnitIdentity? By, long At) TakeNext(ChapterContext context, ILock gate)
    {
        using Hold hold = gate.Acquire(context.Cancellation);
        return (hold.AbandonedBy, context.Time.GetTimestamp());
    }

    private static void HoldUntil(ILock gate, IEvent holds, IEvent leave)
    {
        using Hold hold = gate.Acquire();
        holds.Set();
        leave.Wait();
    }
}
