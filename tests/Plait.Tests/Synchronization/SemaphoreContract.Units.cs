using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>What units of every kind do with permits.</content>
public abstract partial class SemaphoreContract
{
    [Fact]
    public void Wait_ByUnits_TakesPermitsThatAreAddedOneByOne()
    {
        const int Units = 4;
        ISemaphore semaphore = CreateSemaphore(0);
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        Task<bool>[] units = StartMany(Units, WaitTwice, semaphore, path);
        UntilWaiting(semaphore, Units);
        Assert.Empty(numbers.Appended);

        for (int i = 1; i <= Units; i++)
        {
            semaphore.Release();
            Until(() => numbers[0] == i);
        }

        // Each passed once and waits again: permits go to those who came first.
        UntilWaiting(semaphore, Units);
        Assert.All(numbers.Appended, static pass => Assert.Equal(1, pass));
        semaphore.Release(Units);
        Assert.All(End(units), Assert.True);
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2], numbers.Appended);
        Assert.Equal((0, 2 * Units), (semaphore.CurrentCount, semaphore.GetStatistics().Acquisitions));
    }

    [Fact]
    public void Release_OfSeveral_LetsAsManyThrough()
    {
        const int Units = 4;
        ISemaphore semaphore = CreateSemaphore(0);
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        Task<bool>[] units = StartMany(Units, WaitTwice, semaphore, path);
        UntilWaiting(semaphore, Units);

        semaphore.Release(3);
        Until(() => numbers[0] == 3);
        UntilWaiting(semaphore, Units);
        Assert.Equal(0, semaphore.CurrentCount);
        Assert.False(semaphore.TryAcquire(out _));

        semaphore.Release(6);
        Assert.All(End(units), Assert.True);
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void TryAcquire_ByUnitsForMoreThanThereIs_IsTrueAsOftenAsThereArePermits()
    {
        ISemaphore semaphore = CreateSemaphore(4);
        semaphore.Wait();

        int[] acquired = End(StartMany(4, TryTwiceForGood, semaphore));

        Assert.Equal((3, 0), (acquired.Sum(), semaphore.CurrentCount));
    }

    [Fact]
    public void Acquire_ByUnits_LetsAsManyInAsThereArePermits()
    {
        const int Permits = 2;
        ISemaphore semaphore = CreateSemaphore(Permits);
        using var place = new Gate();

        Task<int>[] units = StartMany(4, Visit, semaphore, place.Path);
        Visitor[] inside = End(place.NextAsync(Permits));
        UntilWaiting(semaphore, 2);
        Assert.False(place.HasVisitor);
        Assert.Equal(0, semaphore.CurrentCount);
        inside[0].LetPass();
        _ = End(place.NextAsync());
        Assert.False(place.HasVisitor);
        place.Open();

        End(units);
        Assert.Equal(Permits, semaphore.CurrentCount);
    }

    [Fact]
    public void Wait_ByUnitsInARow_IsGrantedInTheOrderOfArrival()
    {
        const int Units = 4;
        ISemaphore semaphore = CreateSemaphore(0);
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        var units = new Task<int>[Units];
        for (int i = 0; i < Units; i++)
        {
            units[i] = Start(WaitAndNote, semaphore, path, i);
            UntilWaiting(semaphore, i + 1);
        }

        for (int i = 0; i < Units; i++)
        {
            semaphore.Release();
            Until(() => numbers[0] == i + 1);
        }

        End(units);
        Assert.Equal(Enumerable.Range(0, Units), numbers.Appended);
    }

    [Fact]
    public void TryAcquire_RightAfterAReleaseToAWaiter_IsFalse()
    {
        ISemaphore semaphore = CreateSemaphore(0);
        for (int round = 0; round < 50; round++)
        {
            Task<bool> waiter = OnThread(() => semaphore.Wait());
            UntilWaiting(semaphore, 1);

            semaphore.Release();

            Assert.False(semaphore.TryAcquire(out _));
            End(waiter);
        }
    }

    [Fact]
    public void Acquire_ByAUnitThatEnds_GivesItBack()
    {
        ISemaphore semaphore = CreateSemaphore(1);
        End(Start(AcquireAndForget, semaphore));

        Assert.True(semaphore.TryAcquire(Waits.Hang, out Hold hold));
        hold.Release();
        Assert.Equal((1, 1), (semaphore.CurrentCount, semaphore.GetStatistics().Abandonments));
    }

    [Fact]
    public void Wait_ByAUnitThatEnds_TakesItForGood()
    {
        ISemaphore semaphore = CreateSemaphore(1);
        End(Start(TryTwiceForGood, semaphore));

        Assert.False(semaphore.TryAcquire(Short, out _));
        Assert.Equal((0, 0), (semaphore.CurrentCount, semaphore.GetStatistics().Abandonments));
    }

    private static bool WaitTwice(ISemaphore semaphore, string path)
    {
        semaphore.Wait();
        Numbers.Append(path, 1);
        semaphore.Wait();
        Numbers.Append(path, 2);
        return true;
    }

    private static int TryTwiceForGood(ISemaphore semaphore) =>
        (semaphore.Wait(TimeSpan.Zero) ? 1 : 0) + (semaphore.Wait(TimeSpan.Zero) ? 1 : 0);

    private static int Visit(ISemaphore semaphore, string path)
    {
        using (semaphore.Acquire())
        {
            return Gate.Pass(path);
        }
    }

    private static int WaitAndNote(ISemaphore semaphore, string path, int number)
    {
        semaphore.Wait();
        Numbers.Append(path, number);
        return number;
    }

    private static int AcquireAndForget(ISemaphore semaphore)
    {
        _ = semaphore.Acquire();
        return Environment.ProcessId;
    }
}
