using System.Reflection.PortableExecutable;
using System.Runtime;
using Plait.Interop;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>The first deadlock of a program is found as soon as any other: what the search needs is there before.</summary>
public sealed class FirstDeadlockTests() : SynchronizationTest(Setting.Processes)
{
    [Fact]
    public unsafe void Search_AtHalfTheThreshold_PreparesAndTellsNobody()
    {
        TimeSpan usual = DeadlockDetection.Threshold;
        int reports = 0;
        Action<DeadlockReport> count = _ => Interlocked.Increment(ref reports);
        (ILock fork, ILock noodles) = (Scope.CreateLock("fork"), Scope.CreateLock("noodles"));
        using var quarrel = new Quarrel();
        quarrel.Take(fork, noodles);
        quarrel.Take(noodles, fork);
        quarrel.Begin();
        UntilWaiting(fork, 1);
        UntilWaiting(noodles, 1);
        DeadlockDetection.Detected += count;
        try
        {
            DeadlockDetection.Threshold = TimeSpan.FromHours(1);
            Agent victim = new[] { WaiterOf(fork), WaiterOf(noodles) }.MaxBy(static agent => (agent.Record->WaitSince, agent.Record->ThreadId))!;
            long searches = DeadlockSearch.Searches;

            Assert.False(IsVictimAfter(victim, TimeSpan.FromMinutes(29)));
            Assert.NotEqual(victim.Record->Sequence, victim.RehearsedWait);
            Assert.False(IsVictimAfter(victim, TimeSpan.FromMinutes(31)));
            Assert.Equal(victim.Record->Sequence, victim.RehearsedWait);
            Assert.Equal((0, null, searches), (reports, victim.Report, DeadlockSearch.Searches));

            Assert.True(IsVictimAfter(victim, TimeSpan.FromMinutes(61)));
            Assert.Equal((1, searches + 1), (reports, DeadlockSearch.Searches));
            Assert.Equal(2, victim.Report!.Units.Count);
        }
        finally
        {
            DeadlockDetection.Detected -= count;
            DeadlockDetection.Threshold = usual;
        }
    }

    [Fact]
    public void Acquire_InTheFirstDeadlockOfAProcess_CompilesNextToNothing()
    {
        Assert.SkipUnless(IsCompiledAhead(), "Plait is compiled while it runs in this build: nothing is there before.");

        // A hundred while the search was made of .NET's lists and queries. A few are left for what this runtime, or another, does in an acquisition.
        Assert.InRange(End(Start(static (int _) => CountCompiled(), 0)), 0, 10);
    }

    private static unsafe bool IsVictimAfter(Agent agent, TimeSpan time) => DeadlockSearch.IsVictim(
        new WaitRequest(agent.Memory, agent.Record->WaitObject, WaitMode.Exclusive, MonotonicClock.Never, SourcePlace.Unknown, CancellationToken.None),
        agent,
        agent.Record->WaitSince + (time.Ticks * 100));

    private static unsafe Agent WaiterOf(ILock gate)
    {
        var target = (Synchronizer)gate;
        return target.Memory.Units.Find(target.Memory, target.Record->QueueHead)!;
    }

    private static bool IsCompiledAhead()
    {
        using var image = new PEReader(File.OpenRead(typeof(ILock).Assembly.Location));
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size != 0;
    }

    // By the thread that is told of the deadlock, from the moment at which it begins to wait.
    private static long CountCompiled()
    {
        using var scope = ThreadScope.Create();
        (ILock fork, ILock noodles) = (scope.CreateLock("fork"), scope.CreateLock("noodles"));
        using var both = new Barrier(2);
        WorkerThread<long>[] units = [WorkerThread.Start(() => Quarrel(fork, noodles)), WorkerThread.Start(() => Quarrel(noodles, fork))];
        return units.Max(static unit => unit.Result);

        long Quarrel(ILock one, ILock other)
        {
            using Hold first = one.Acquire();
            both.SignalAndWait();
            long before = JitInfo.GetCompiledMethodCount(currentThread: true);
            try
            {
                other.Acquire().Release();
                return -1;
            }
            catch (DeadlockException)
            {
                return JitInfo.GetCompiledMethodCount(currentThread: true) - before;
            }
        }
    }
}
