using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Who goes on when: between units, threads and flows.</content>
public abstract partial class ConditionContract
{
    [Fact]
    public void Notify_OfSome_LetsExactlyThoseGoOn()
    {
        const int Units = 4;
        ICondition condition = Create();
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        for (int round = 0; round < 2; round++)
        {
            // Each waits twice, and notes the phase in which each wait ended, with the lock held.
            Task<string>[] units = StartMany(Units, WaitTwice, condition, path);
            UntilWaiting(condition, Units);
            Assert.Equal(3, NotifyInPhase(condition, numbers, 1, 3));
            Until(() => numbers[4] == 3);
            UntilWaiting(condition, Units);

            // The one that is left of the first wait came before the second waits of the others.
            Assert.Equal(2, NotifyInPhase(condition, numbers, 2, 2));
            Until(() => numbers[4] == 5);
            UntilWaiting(condition, 3);
            Assert.Equal(3, NotifyInPhase(condition, numbers, 3, 99));

            Assert.Equal(["1 2", "1 3", "1 3", "2 3"], End(units).Order(StringComparer.Ordinal));
            numbers[4] = 0;
        }

        Assert.True(IsFree(condition));
    }

    [Fact]
    public void NotifyAll_OfUnits_LetsEverybodyGoOn()
    {
        const int Units = 4;
        ICondition condition = Create();
        Task<string>[] units = StartMany(Units, WaitOnce, condition, Waits.Hang);
        UntilWaiting(condition, Units);

        using (Hold hold = condition.Acquire())
        {
            Assert.Equal(Units, condition.NotifyAll(hold));
            Assert.Equal(0, condition.NotifyAll(hold));
        }

        Assert.All(End(units), static seen => Assert.Equal("True True", seen));
        Assert.Equal(0, condition.GetStatistics().Waiting);
    }

    [Fact]
    public void Wait_ByUnitsWhoseTimeIsOver_LeavesNothingForLaterOnes()
    {
        ICondition condition = Create();
        Assert.All(End(StartMany(2, WaitOnce, condition, s_short)), static seen => Assert.Equal("False True", seen));
        Assert.Equal(0, condition.GetStatistics().Waiting);

        Task<string> last = Start(WaitOnce, condition, Waits.Hang);
        UntilWaiting(condition, 1);
        using (Hold hold = condition.Acquire())
        {
            Assert.Equal(1, condition.Notify(hold, 2));
        }

        Assert.Equal("True True", End(last));
        Assert.Equal(2, condition.GetStatistics().Timeouts);
    }

    [Fact]
    public void Notify_AfterAWaitWasGivenUp_GoesToTheNext()
    {
        ICondition condition = Create();
        using var source = new CancellationTokenSource();
        Task<bool> impatient = WaitOnThread(condition, hold => Record.Exception(() => condition.Wait(hold, source.Token)) is OperationCanceledException);
        UntilWaiting(condition, 1);
        Task<bool> patient = WaitOnThread(condition, hold => condition.Wait(hold, Waits.Hang));
        UntilWaiting(condition, 2);

        source.Cancel();
        Assert.True(End(impatient));
        using (Hold hold = condition.Acquire())
        {
            Assert.Equal(1, condition.Notify(hold));
        }

        Assert.True(End(patient));
    }

    [Fact]
    public void Notify_OneByOne_GoesInTheOrderInWhichTheyBeganToWait()
    {
        const int Units = 4;
        ICondition condition = Create();
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        var units = new Task<int>[Units];
        for (int i = 0; i < Units; i++)
        {
            units[i] = Start(WaitAndNote, condition, path, i);
            UntilWaiting(condition, i + 1);
        }

        for (int i = 1; i <= Units; i++)
        {
            using (Hold hold = condition.Acquire())
            {
                Assert.Equal(1, condition.Notify(hold));
            }

            Until(() => numbers[0] == i);
        }

        End(units);
        Assert.Equal(Enumerable.Range(0, Units), numbers.Appended);
    }

    [Fact]
    public void Wait_ThenNotifiedByAUnit_IsTrue()
    {
        ICondition condition = Create();
        using Hold hold = condition.Acquire();
        Assert.False(condition.Wait(hold, TimeSpan.Zero));
        Assert.False(condition.Wait(hold, s_short));

        Task<int> unit = Start(
            static (ICondition condition) =>
            {
                using Hold hold = condition.Acquire();
                return condition.Notify(hold);
            },
            condition);

        Assert.True(condition.Wait(hold, Waits.Hang));
        Assert.Equal(1, End(unit));
        Assert.True(hold.IsHeld);
    }

    [Fact]
    public void WaitAsync_OfAThousandFlows_ParksNoThread()
    {
        const int Flows = 1000;
        ICondition condition = Create();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        Task<bool>[] flows = [.. Enumerable.Range(0, Flows).Select(_ => InFlow(async () =>
        {
            using Hold hold = await condition.AcquireAsync();
            await condition.WaitAsync(hold);
            return hold.IsHeld && condition.Lock.IsHeldByCaller;
        }))];
        UntilWaiting(condition, Flows);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length - threads, int.MinValue, Flows / 20);

        using (Hold hold = condition.Acquire())
        {
            Assert.Equal(Flows, condition.NotifyAll(hold));
        }

        Assert.All(End(flows), Assert.True);
        Assert.True(IsFree(condition));
    }

    [Fact]
    public async Task WaitAsync_CancelledMeanwhile_ThrowsWithTheLockHeld()
    {
        ICondition condition = Create();
        using var source = new CancellationTokenSource();
        Task<bool> flow = InFlow(async () =>
        {
            using Hold hold = await condition.AcquireAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await condition.WaitAsync(hold, source.Token));
            bool held = hold.IsHeld;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await condition.WaitForAsync(hold, static () => false, null, source.Token));
            return held && hold.IsHeld;
        });
        UntilWaiting(condition, 1);

        await source.CancelAsync();

        Assert.True(await flow.InTime());
        Assert.True(IsFree(condition));
    }

    private static int NotifyInPhase(ICondition condition, Numbers numbers, int phase, int count)
    {
        using Hold hold = condition.Acquire();
        numbers[3] = phase;
        return condition.Notify(hold, count);
    }

    private static string WaitTwice(ICondition condition, string path)
    {
        using var numbers = new Numbers(path);
        string phases = string.Empty;
        for (int i = 0; i < 2; i++)
        {
            using Hold hold = condition.Acquire();
            condition.Wait(hold);
            phases += $" {numbers[3]}";
            numbers.Add(4);
        }

        return phases.TrimStart();
    }

    private static string WaitOnce(ICondition condition, TimeSpan timeout)
    {
        using Hold hold = condition.Acquire();
        return $"{condition.Wait(hold, timeout)} {hold.IsHeld}";
    }

    private static int WaitAndNote(ICondition condition, string path, int number)
    {
        using Hold hold = condition.Acquire();
        condition.Wait(hold);
        Numbers.Append(path, number);
        return number;
    }
}
