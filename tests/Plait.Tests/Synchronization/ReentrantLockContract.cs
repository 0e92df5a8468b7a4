using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="IReentrantLock"/> keeps.</summary>
public abstract class ReentrantLockContract : BaseLockContract
{
    private protected ReentrantLockContract(Setting setting)
        : base(setting)
    {
    }

    private protected override ILock CreateLock(string? name = null) => Scope.CreateReentrantLock(name);

    private protected IReentrantLock CreateReentrantLock() => Scope.CreateReentrantLock();

    [Fact]
    public void Acquire_ByTheHolder_CountsUntilEveryHoldIsReleased()
    {
        IReentrantLock gate = CreateReentrantLock();
        Assert.Equal(0, gate.RecursionCount);

        Hold first = gate.Acquire();
        Assert.Equal((1, true), (gate.RecursionCount, gate.IsHeldByCaller));
        Assert.True(gate.TryAcquire(out Hold second));
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out Hold third));
        Assert.Equal(3, gate.RecursionCount);
        third.Release();
        Assert.Equal((2, true), (gate.RecursionCount, gate.IsHeld));
        third = gate.Acquire();
        Assert.Equal(3, gate.RecursionCount);
        third.Release();
        second.Release();
        Assert.Equal((1, true), (gate.RecursionCount, gate.IsHeldByCaller));
        Assert.False(IsFree(gate));
        first.Release();

        Assert.Equal((0, false, false), (gate.RecursionCount, gate.IsHeld, gate.IsHeldByCaller));
        Assert.True(IsFree(gate));
    }

    [Fact]
    public void Release_OfTwoHoldsByTwoThreadsAtOnce_FreesItOnce()
    {
        IReentrantLock gate = CreateReentrantLock();
        using var start = new Barrier(3);
        (Hold First, Hold Second) holds = default;
        const int Rounds = 500;
        Task<bool>[] releasers = [.. Enumerable.Range(0, 2).Select(which => OnThread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                start.SignalAndWait(Waits.Hang);
                (which == 0 ? holds.First : holds.Second).Release();
                start.SignalAndWait(Waits.Hang);
            }
        }))];

        for (int i = 0; i < Rounds; i++)
        {
            holds = (gate.Acquire(), gate.Acquire());
            start.SignalAndWait(Waits.Hang);
            start.SignalAndWait(Waits.Hang);
            Assert.Equal((0, false), (gate.RecursionCount, gate.IsHeld));
            Assert.False(holds.First.IsHeld || holds.Second.IsHeld);
        }

        End(releasers);
    }

    [Fact]
    public void Acquire_WhileAnotherThreadReleasesTheOnlyHold_LeavesItHeldOnce()
    {
        IReentrantLock gate = CreateReentrantLock();
        using var start = new Barrier(2);
        Hold first = default;
        const int Rounds = 500;
        Task<bool> releaser = OnThread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                start.SignalAndWait(Waits.Hang);
                first.Release();
                start.SignalAndWait(Waits.Hang);
            }
        });

        for (int i = 0; i < Rounds; i++)
        {
            first = gate.Acquire();
            start.SignalAndWait(Waits.Hang);
            Hold second = gate.Acquire();
            start.SignalAndWait(Waits.Hang);
            Assert.Equal((1, true), (gate.RecursionCount, second.IsHeld));
            second.Release();
            Assert.False(gate.IsHeld);
        }

        End(releaser);
    }

    [Fact]
    public void Release_InAnyOrder_FreesItWithTheLast()
    {
        IReentrantLock gate = CreateReentrantLock();
        Hold[] holds = [gate.Acquire(), gate.Acquire(), gate.Acquire(), gate.Acquire()];
        int left = holds.Length;

        foreach (int index in new[] { 0, 2, 1, 3 })
        {
            Assert.True(holds[index].IsHeld);
            holds[index].Release();
            Assert.False(holds[index].IsHeld);
            Assert.Equal((--left, left == 0), (gate.RecursionCount, IsFree(gate)));
        }
    }

    [Fact]
    public void Release_OfOneHoldTwice_IsRefusedAndKeepsTheOthers()
    {
        IReentrantLock gate = CreateReentrantLock();
        using Hold outer = gate.Acquire();
        Hold inner = gate.Acquire();
        inner.Release();

        Assert.Throws<SynchronizationException>(inner.Release);
        inner.Dispose();

        Assert.True(outer.IsHeld);
        Assert.Equal(1, gate.RecursionCount);
        Assert.False(IsFree(gate));
    }

    [Fact]
    public void Release_OfEveryHoldFromAnotherThread_FreesIt()
    {
        IReentrantLock gate = CreateReentrantLock();
        Hold outer = gate.Acquire();
        Hold inner = gate.Acquire();

        End(OnThread(outer.Release));
        Assert.Equal(1, gate.RecursionCount);
        Assert.False(IsFree(gate));
        End(OnThread(inner.Release));

        Assert.Equal(0, gate.RecursionCount);
        Assert.True(IsFree(gate));
    }

    [Fact]
    public void Acquire_AThousandTimes_IsCounted()
    {
        const int Times = 1000;
        IReentrantLock gate = CreateReentrantLock();

        Hold[] holds = [.. Enumerable.Range(0, Times).Select(_ => gate.Acquire())];

        Assert.Equal(Times, gate.RecursionCount);
        Assert.Equal(Times, gate.GetStatistics().Acquisitions);
        Assert.All(holds, static hold => hold.Release());
        Assert.True(IsFree(gate));
    }

    [Fact]
    public void RecursionCount_InAnotherUnit_IsItsOwn()
    {
        IReentrantLock gate = CreateReentrantLock();
        using var place = new Gate();

        Task<string> unit = Start(KeepTwice, gate, place.Path);
        Visitor visitor = End(place.NextAsync());
        Assert.Equal((0, true, false), (gate.RecursionCount, gate.IsHeld, gate.IsHeldByCaller));
        visitor.LetPass();

        Assert.Equal("0 2 1 0", End(unit));
        Assert.Equal((0, false), (gate.RecursionCount, gate.IsHeld));
    }

    [Fact]
    public void Acquire_ByAUnitAfterOneEndedWithManyHolds_IsAbandoned()
    {
        IReentrantLock gate = CreateReentrantLock();
        int pid = End(Start(ForgetTwice, gate));

        Assert.True(gate.TryAcquire(Waits.Hang, out Hold next));

        Assert.True(next.IsAbandoned);
        Assert.Equal((pid, 1), (next.AbandonedBy!.Pid, gate.RecursionCount));
        using Hold again = gate.Acquire();
        Assert.False(again.IsAbandoned);
    }

    [Fact]
    public async Task AcquireAsync_ByTheFlowThatHolds_CountsAcrossAwaits()
    {
        IReentrantLock gate = CreateReentrantLock();

        Assert.Equal("2 3 0", await InFlow(async () =>
        {
            Hold outer = await gate.AcquireAsync();
            await Task.Yield();
            Hold inner = await gate.AcquireAsync();
            await Task.Yield();
            string counts = $"{gate.RecursionCount}";
            Hold last = (await gate.TryAcquireAsync(TimeSpan.Zero))!.Value;
            await Task.Yield();
            counts += $" {gate.RecursionCount}";
            outer.Release();
            await Task.Yield();
            inner.Release();
            last.Release();
            return $"{counts} {gate.RecursionCount}";
        }).InTime());
        Assert.True(IsFree(gate));
    }

    [Fact]
    public async Task AcquireAsync_ByAnotherFlow_WaitsForTheLastRelease()
    {
        IReentrantLock gate = CreateReentrantLock();
        Hold outer = await gate.AcquireAsync();
        Hold inner = await gate.AcquireAsync();

        Task<int> other = InFlow(async () =>
        {
            using Hold hold = await gate.AcquireAsync();
            return gate.RecursionCount;
        });
        UntilWaiting(gate, 1);
        inner.Release();
        Assert.Equal(1, gate.GetStatistics().Waiting);
        Assert.False(other.IsCompleted);
        outer.Release();

        Assert.Equal(1, await other.InTime());
    }

    private static bool IsFree(ILock gate) => new AcquirableLock(gate).IsFree();

    private static string KeepTwice(IReentrantLock gate, string path)
    {
        string seen = $"{gate.RecursionCount}";
        using (gate.Acquire())
        {
            using (gate.Acquire())
            {
                Gate.Pass(path);
                seen += $" {gate.RecursionCount}";
            }

            seen += $" {gate.RecursionCount}";
        }

        return $"{seen} {gate.RecursionCount}";
    }

    private static int ForgetTwice(IReentrantLock gate)
    {
        _ = gate.Acquire();
        _ = gate.Acquire();
        return Environment.ProcessId;
    }
}

public sealed class ThreadScopeReentrantLockTests() : ReentrantLockContract(Setting.Threads);

public sealed class ReentrantLockBetweenProcessesTests() : ReentrantLockContract(Setting.Processes);

public sealed class ReentrantLockBetweenThreadsAndProcessesTests() : ReentrantLockContract(Setting.Mixed);
