using Plait.Interop;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What becomes of the primitives that a process used when it is killed.</summary>
public sealed class DeathTests() : SynchronizationTest(Setting.Processes)
{
    [Fact]
    public void Acquire_OfALockWhoseHolderIsKilled_IsAbandonedOnce()
    {
        ILock gate = Scope.CreateLock();
        using var place = new Gate();
        Task<string> unit = Start(LockWork.Keep, gate, place.Path);
        Visitor holder = End(place.NextAsync());
        Task<bool> next = OnThread(() =>
        {
            using Hold hold = gate.Acquire();
            return hold.IsAbandoned && hold.AbandonedBy?.Pid == holder.Pid;
        });
        UntilWaiting(gate, 1);

        Kill(holder.Pid, unit);

        Assert.True(End(next));
        using Hold last = gate.Acquire();
        Assert.False(last.IsAbandoned);
        Assert.Equal(1, gate.GetStatistics().Abandonments);
    }

    [Fact]
    public void Acquire_BehindAWaiterThatIsKilled_IsGranted()
    {
        ILock gate = Scope.CreateLock(options: new LockOptions { IsStrict = true });
        using var place = new Gate();
        Hold hold = gate.Acquire();
        Task<string> dead = Start(AnnounceAndAcquire, gate, place.Path);
        Visitor waiter = End(place.NextAsync());
        waiter.LetPass();
        UntilWaiting(gate, 1);
        Task<bool> next = OnThread(() => gate.Acquire().IsAbandoned);
        UntilWaiting(gate, 2);

        Kill(waiter.Pid, dead);
        hold.Release();

        Assert.False(End(next));
    }

    [Fact]
    public void Wait_ForAPermitWhoseHolderIsKilled_GetsIt()
    {
        ISemaphore semaphore = Scope.CreateSemaphore(1);
        using var place = new Gate();
        Task<int> unit = Start(
            static (ISemaphore semaphore, string path) =>
            {
                using Hold hold = semaphore.Acquire();
                return Gate.Pass(path);
            },
            semaphore,
            place.Path);
        Visitor holder = End(place.NextAsync());

        Kill(holder.Pid, unit);

        Assert.True(semaphore.Wait(Waits.Hang));
        Assert.Equal(0, semaphore.CurrentCount);
    }

    [Fact]
    public void Notify_WithAWaiterThatWasKilled_GoesToTheLiving()
    {
        ICondition condition = Scope.CreateCondition();
        using var place = new Gate();
        Task<string> dead = Start(
            static (ICondition condition, string path) =>
            {
                using Hold hold = condition.Acquire();
                Gate.Pass(path);
                condition.Wait(hold);
                return "notified";
            },
            condition,
            place.Path);
        Visitor waiter = End(place.NextAsync());
        waiter.LetPass();
        UntilWaiting(condition, 1);
        Task<bool> alive = OnThread(() =>
        {
            using Hold hold = condition.Acquire();
            return condition.Wait(hold, Waits.Hang);
        });
        UntilWaiting(condition, 2);

        Kill(waiter.Pid, dead);
        using (Hold hold = condition.Acquire())
        {
            Assert.Equal(1, condition.Notify(hold));
        }

        Assert.True(End(alive));
    }

    [Fact]
    public void Wait_AtABarrierWithAPartyThatIsKilled_Breaks()
    {
        IBarrier barrier = Scope.CreateBarrier(3);
        using var place = new Gate();
        Task<int> dead = Start(
            static (IBarrier barrier, string path) =>
            {
                Gate.Pass(path);
                return barrier.Wait();
            },
            barrier,
            place.Path);
        Visitor party = End(place.NextAsync());
        party.LetPass();
        Task<bool> other = OnThread(() => Record.Exception(() => barrier.Wait(Timeout.InfiniteTimeSpan)) is BrokenBarrierException);
        UntilWaiting(barrier, 2);

        Kill(party.Pid, dead);

        Assert.True(End(other));
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void Run_WhileTheOneWhoRunsIsKilled_RunsTheNext()
    {
        IOnce once = Scope.CreateOnce();
        using var place = new Gate();
        Task<bool> dead = Start(static (IOnce once, string path) => once.Run(() => Gate.Pass(path)), once, place.Path);
        Visitor runner = End(place.NextAsync());
        int ran = 0;
        Task<bool> next = OnThread(() => once.Run(() => ran++));
        UntilWaiting(once, 1);

        Kill(runner.Pid, dead);

        Assert.True(End(next));
        Assert.Equal((1, true), (ran, once.IsDone));
    }

    [Fact]
    public void AcquireWrite_BehindAReaderThatIsKilled_IsGranted()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using var place = new Gate();
        Task<int> dead = Start(
            static (IReaderWriterLock gate, string path) =>
            {
                using Hold hold = gate.AcquireRead();
                return Gate.Pass(path);
            },
            gate,
            place.Path);
        Visitor reader = End(place.NextAsync());
        Task<bool> writer = OnThread(() =>
        {
            using Hold hold = gate.AcquireWrite();
            return gate.IsWriteHeld && gate.ReaderCount == 0;
        });
        UntilWaiting(gate, 1);

        Kill(reader.Pid, dead);

        Assert.True(End(writer));
    }

    private static string AnnounceAndAcquire(ILock gate, string path)
    {
        Gate.Pass(path);
        using Hold hold = gate.Acquire();
        return "acquired";
    }

    private static void Kill<T>(int pid, Task<T> unit)
    {
        Assert.Equal(0, Libc.kill(pid, Signals.Kill));
        Assert.NotNull(Record.Exception(() => { _ = End(unit); }));
    }
}
