using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What every lock keeps between units, reentrant or not.</summary>
public abstract class BaseLockContract : HoldContract
{
    private protected BaseLockContract(Setting setting)
        : base(setting)
    {
    }

    private protected abstract ILock CreateLock(string? name = null);

    private protected sealed override Acquirable Create(string? name = null) => new AcquirableLock(CreateLock(name));

    [Fact]
    public void Acquire_ByUnits_LetsOneInAtATime()
    {
        const int Times = 500;
        ILock gate = CreateLock();
        string path = NewNumbers();

        int[] intrusions = End(StartMany(4, LockWork.Count, gate, path, Times));

        using var numbers = new Numbers(path);
        Assert.Equal((0, 4 * Times), (intrusions.Sum(), numbers[1]));
        Assert.Equal(4 * Times, gate.GetStatistics().Acquisitions);
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Acquire_ByUnitsWhileItIsHeld_LetsNobodyInBeforeTheRelease()
    {
        const int Units = 3;
        ILock gate = CreateLock();
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        Hold hold = gate.Acquire();

        Task<int>[] units = StartMany(Units, LockWork.Note, gate, path, 7);
        UntilWaiting(gate, Units);
        Assert.Empty(numbers.Appended);
        hold.Release();

        Assert.Equal([7, 7, 7], End(units));
        Assert.Equal([7, 7, 7], numbers.Appended);
        Assert.Equal(Units, gate.GetStatistics().Waits);
    }

    [Fact]
    public void IsHeld_WhileAUnitHolds_SaysSoToAll()
    {
        ILock gate = CreateLock();
        using var place = new Gate();
        Assert.False(gate.IsHeld || gate.IsHeldByCaller);

        Task<string> unit = Start(LockWork.Keep, gate, place.Path);
        Visitor visitor = End(place.NextAsync());
        Assert.True(gate.IsHeld);
        Assert.False(gate.IsHeldByCaller);
        Assert.False(gate.TryAcquire(out _));
        visitor.LetPass();

        Assert.Equal("True True False", End(unit));
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void TryAcquire_ByAUnitWhileItIsHeld_IsFalse()
    {
        ILock gate = CreateLock();

        using (gate.Acquire())
        {
            Assert.Equal(0, End(Start(LockWork.Try, gate)));
        }

        Assert.Equal(3, End(Start(LockWork.Try, gate)));
        Assert.Equal(1, gate.GetStatistics().Timeouts);
    }

    [Fact]
    public void Acquire_AfterAUnitEndedWithIt_IsAbandonedOnceAndNamesIt()
    {
        ILock gate = CreateLock();
        for (int round = 1; round <= 2; round++)
        {
            int pid = End(Start(LockWork.Forget, gate));

            Assert.True(gate.TryAcquire(Waits.Hang, out Hold next));

            Assert.True(next.IsAbandoned);
            Assert.Equal(pid, next.AbandonedBy?.Pid);
            next.Release();
            Assert.Equal(round, gate.GetStatistics().Abandonments);
            next = gate.Acquire();
            Assert.False(next.IsAbandoned);
            next.Release();
        }
    }

    [Fact]
    public async Task IsHeldByCaller_OfAFlow_IsKeptAcrossAwaits()
    {
        ILock gate = CreateLock();

        Assert.Equal("True True False", await InFlow(async () =>
        {
            Hold hold = await gate.AcquireAsync();
            bool before = gate.IsHeldByCaller;
            for (int i = 0; i < 20; i++)
            {
                await Task.Yield();
            }

            bool after = gate.IsHeldByCaller;
            hold.Release();
            return $"{before} {after} {gate.IsHeldByCaller}";
        }).InTime());
    }

    [Fact]
    public async Task IsHeldByCaller_InAnotherFlow_IsFalse()
    {
        ILock gate = CreateLock();
        using Hold hold = await gate.AcquireAsync();

        Assert.Equal("True False", await InFlow(async () =>
        {
            await Task.Yield();
            return $"{gate.IsHeld} {gate.IsHeldByCaller}";
        }).InTime());
    }
}
