using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="ILock"/> keeps.</summary>
public abstract class LockContract : BaseLockContract
{
    private protected LockContract(Setting setting)
        : base(setting)
    {
    }

    private protected override ILock CreateLock(string? name = null) => Scope.CreateLock(name);

    [Fact]
    public void TryAcquire_ByTheHolder_IsFalse()
    {
        ILock gate = CreateLock();
        using Hold hold = gate.Acquire();

        Assert.True(gate.IsHeldByCaller);
        Assert.False(gate.TryAcquire(out _));
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        Assert.False(gate.TryAcquire(Short, out _));
        Assert.True(hold.IsHeld);
    }

    [Fact]
    public void Acquire_ByTheHolder_IsToldThatItWouldNeverEnd()
    {
        ILock gate = CreateLock("till");
        using Hold hold = gate.Acquire();

        DeadlockException error = Assert.Throws<DeadlockException>(() => gate.Acquire());

        Assert.Contains("till", error.Message, StringComparison.Ordinal);
        Assert.True(hold.IsHeld);
        Assert.Equal(0, gate.GetStatistics().Waiting);
    }

    [Fact]
    public void Acquire_AgainAfterAHandOver_WaitsForTheRelease()
    {
        ILock gate = CreateLock();
        Hold first = default;

        Task<bool> twice = OnThread(() =>
        {
            first = gate.Acquire().HandOver();
            using Hold second = gate.Acquire();
            return second.IsHeld && !first.IsHeld;
        });
        UntilWaiting(gate, 1);
        Assert.False(twice.IsCompleted);
        first.Release();

        Assert.True(End(twice));
    }
}

/// <summary>What <see cref="ILock"/> keeps when it grants in the order of arrival.</summary>
public abstract class StrictLockContract : LockContract
{
    private protected StrictLockContract(Setting setting)
        : base(setting)
    {
    }

    private protected override ILock CreateLock(string? name = null) => Scope.CreateLock(name, new LockOptions { IsStrict = true });

    [Fact]
    public void Acquire_ByUnitsInARow_IsGrantedInTheOrderOfArrival()
    {
        const int Units = 4;
        ILock gate = CreateLock();
        string path = NewNumbers();
        Hold hold = gate.Acquire();
        var units = new Task<int>[Units];
        for (int i = 0; i < Units; i++)
        {
            units[i] = Start(LockWork.Note, gate, path, i);
            UntilWaiting(gate, i + 1);
        }

        hold.Release();

        End(units);
        using var numbers = new Numbers(path);
        Assert.Equal(Enumerable.Range(0, Units), numbers.Appended);
    }

    [Fact]
    public void Acquire_ByManyAgentsInARow_IsGrantedInTheOrderOfArrival()
    {
        const int Agents = 64;
        ILock gate = CreateLock();
        Hold hold = gate.Acquire();
        var order = new List<int>();
        var agents = new Task<bool>[Agents];
        for (int i = 0; i < Agents; i++)
        {
            int number = i;
            agents[i] = i % 2 == 0
                ? OnThread(() =>
                {
                    using (gate.Acquire())
                    {
                        order.Add(number);
                    }
                })
                : InFlow(async () =>
                {
                    using (await gate.AcquireAsync())
                    {
                        order.Add(number);
                    }
                });
            UntilWaiting(gate, i + 1);
        }

        hold.Release();

        End(agents);
        Assert.Equal(Enumerable.Range(0, Agents), order);
    }

    [Fact]
    public void TryAcquire_RightAfterAReleaseToAWaiter_IsFalse()
    {
        ILock gate = CreateLock();
        for (int round = 0; round < 50; round++)
        {
            Hold hold = gate.Acquire();
            using var next = new Holder(() => gate.Acquire());
            UntilWaiting(gate, 1);

            hold.Release();

            Assert.False(gate.TryAcquire(out _));
            Assert.True(next.Hold.IsHeld);
        }
    }
}

public sealed class ThreadScopeLockTests() : LockContract(Setting.Threads);

public sealed class ProcessScopeLockTests() : LockContract(Setting.ThreadsOverSharedMemory);

public sealed class LockBetweenProcessesTests() : LockContract(Setting.Processes);

public sealed class LockBetweenThreadsAndProcessesTests() : LockContract(Setting.Mixed);

public sealed class ThreadScopeStrictLockTests() : StrictLockContract(Setting.Threads);

public sealed class StrictLockBetweenThreadsAndProcessesTests() : StrictLockContract(Setting.Mixed);
