using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="IBarrier"/> keeps.</summary>
public abstract partial class BarrierContract : SynchronizationTest
{
    private const int Parties = 4;
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    private protected BarrierContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Create_ForNobody_IsRefused()
    {
        foreach (int parties in new[] { 0, -1, int.MinValue })
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateBarrier(parties));
            Assert.Equal(("parties", parties), (error.ParamName, error.ActualValue));
        }
    }

    [Fact]
    public void Wait_AtABarrierForOne_DoesNotWait()
    {
        int actions = 0;
        IBarrier barrier = Scope.CreateBarrier(1, () => actions++);

        Assert.Equal((0, 0, 0), (barrier.Wait(), barrier.Wait(TimeSpan.Zero), barrier.Wait(Timeout.InfiniteTimeSpan)));

        Assert.Equal((3, 1, 0, false), (actions, barrier.Parties, barrier.WaitingCount, barrier.IsBroken));
    }

    [Fact]
    public void Wait_ByUnits_LetsNobodyGoOnBeforeAllAreThere()
    {
        const int Rounds = 10;
        IBarrier barrier = Scope.CreateBarrier(Parties);
        string path = NewNumbers();

        int[] strays = End(StartMany(Parties, PassInLockstep, barrier, path, Rounds));

        Assert.All(strays, static count => Assert.Equal(0, count));
        Assert.Equal((0, false), (barrier.WaitingCount, barrier.IsBroken));
        Assert.Equal(2 * Rounds, barrier.GetStatistics().Acquisitions);
    }

    [Fact]
    public void Wait_AThousandTimes_KeepsAllUnitsInTheSameRound()
    {
        const int Rounds = 1000;
        IBarrier barrier = Scope.CreateBarrier(Parties);
        string path = NewNumbers();

        int[] strays = End(StartMany(Parties, PassInLockstep, barrier, path, Rounds));

        Assert.Equal(0, strays.Sum());
    }

    [Fact]
    public void Wait_ByUnitsInARow_RanksThemByArrival()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);
        for (int round = 0; round < 2; round++)
        {
            var ranks = new Task<int>[Parties];
            for (int i = 0; i < Parties; i++)
            {
                ranks[i] = Start(static (IBarrier barrier) => barrier.Wait(), barrier);
                int here = (i + 1) % Parties;
                Until(() => barrier.WaitingCount == here);
            }

            Assert.Equal(Enumerable.Range(0, Parties), End(ranks));
        }
    }

    [Fact]
    public void Wait_AtOnce_GivesEveryRankOnce()
    {
        IBarrier barrier = Scope.CreateBarrier(8);

        int[] ranks = End(Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? OnThread(() => barrier.Wait()) : InFlow(async () => await barrier.WaitAsync())));

        Assert.Equal(Enumerable.Range(0, 8), ranks.Order());
    }

    [Fact]
    public void Wait_ByTheLastToArrive_RunsTheActionBeforeAnybodyGoesOn()
    {
        string path = NewNumbers();
        IBarrier barrier = Scope.CreateBarrier(Parties, () =>
        {
            using var numbers = new Numbers(path);
            numbers.Add(1);
        });
        Task<int>[] units = StartMany(Parties - 1, PassAndRead, barrier, path);
        UntilWaiting(barrier, Parties - 1);

        Assert.Equal(Parties - 1, barrier.Wait());

        Assert.All(End(units), static actions => Assert.Equal(1, actions));
    }

    [Fact]
    public void Wait_OfManyRoundsWithAnAction_RunsItOnceARound()
    {
        const int Rounds = 100;
        int actions = 0;
        int strays = 0;
        IBarrier barrier = Scope.CreateBarrier(3, () => Volatile.Write(ref actions, actions + 1));

        End(Enumerable.Range(0, 3).Select(_ => OnThread(() =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                barrier.Wait();

                // The next round cannot end before this party arrives.
                if (Volatile.Read(ref actions) != round)
                {
                    Interlocked.Increment(ref strays);
                }
            }
        })));

        Assert.Equal((0, Rounds), (strays, actions));
    }

    [Fact]
    public void Wait_WithAnActionThatThrows_BreaksForAll()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties, static () => throw new InvalidDataException("no good"));
        Task<string>[] units = StartMany(Parties - 1, Arrive, barrier);
        UntilWaiting(barrier, Parties - 1);

        BrokenBarrierException error = Assert.Throws<BrokenBarrierException>(() => barrier.Wait());

        Assert.Equal("no good", Assert.IsType<InvalidDataException>(error.InnerException).Message);
        Assert.All(End(units), static end => Assert.Equal("broken", end));
        Assert.True(barrier.IsBroken);
        barrier.Reset();
        Assert.Equal((false, 0), (barrier.IsBroken, barrier.WaitingCount));
    }

    [Fact]
    public void WaitAsync_OfAThousandFlows_ParksNoThread()
    {
        const int Flows = 1000;
        IBarrier barrier = Scope.CreateBarrier(Flows + 1);
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        Task<int>[] flows = [.. Enumerable.Range(0, Flows).Select(_ => InFlow(async () => await barrier.WaitAsync()))];
        UntilWaiting(barrier, Flows);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length - threads, int.MinValue, Flows / 20);

        Assert.Equal(Flows, barrier.Wait());

        Assert.Equal(Enumerable.Range(0, Flows), End(flows).Order());
    }

    /// <summary>What becomes of a wait: its rank, or that it broke.</summary>
    private static string Arrive(IBarrier barrier)
    {
        try
        {
            return $"{barrier.Wait(Waits.Hang)}";
        }
        catch (BrokenBarrierException)
        {
            return "broken";
        }
    }

    /// <summary>Returns how often somebody was seen who was not in the same round.</summary>
    private static int PassInLockstep(IBarrier barrier, string path, int rounds)
    {
        using var numbers = new Numbers(path);
        int strays = 0;
        for (int round = 1; round <= rounds; round++)
        {
            numbers.Add(1);
            strays += numbers[2] == (round - 1) * barrier.Parties ? 0 : 1;
            barrier.Wait(Waits.Hang);
            numbers.Add(2);
            strays += numbers[1] == round * barrier.Parties ? 0 : 1;
            barrier.Wait(Waits.Hang);
        }

        return strays;
    }

    private static int PassAndRead(IBarrier barrier, string path)
    {
        using var numbers = new Numbers(path);
        barrier.Wait(Waits.Hang);
        return numbers[1];
    }
}

public sealed class ThreadScopeBarrierTests() : BarrierContract(Setting.Threads);

public sealed class BarrierBetweenProcessesTests() : BarrierContract(Setting.Processes);

public sealed class BarrierBetweenThreadsAndProcessesTests() : BarrierContract(Setting.Mixed);
