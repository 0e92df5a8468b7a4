using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>What each policy promises: no starvation, shares, order within a class; and what it refuses.</summary>
public sealed class PolicyTests
{
    public static TheoryData<string> Names => PolicyPairs.Names;

    [Theory]
    [InlineData(0, false)]
    [InlineData(50, true)]
    public void TryTake_WhileUrgentEntriesKeepComing_TakesTheOldOneIfItAges(long aging, bool isTaken)
    {
        var policy = new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = aging });
        var patient = new SchedulingEntry<string>("patient", new() { Priority = 9 });
        policy.Add(patient, now: 0);
        long takenAt = -1;
        for (long now = 0; now < 2000 && takenAt < 0; now += 10)
        {
            policy.Add(new SchedulingEntry<string>("urgent"), now);
            Assert.True(policy.TryTake(now, out SchedulingEntry? taken, out _));
            policy.Finish(taken, ran: 10, now + 10);
            takenAt = ReferenceEquals(taken, patient) ? now : -1;
        }

        // Nine steps of 50 are made up for after 450: only what came before that goes first.
        Assert.Equal(isTaken ? 450 : -1, takenAt);
    }

    [Fact]
    public void TryTake_OfPrioritiesThatOverflowWithTheirAge_KeepsTheirOrder()
    {
        var policy = new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = long.MaxValue / 4 });
        foreach (int priority in (int[])[int.MaxValue, 0, int.MinValue])
        {
            policy.Add(new SchedulingEntry<int>(priority, new() { Priority = priority }), now: long.MaxValue / 4);
        }

        Assert.Equal([int.MinValue, 0, int.MaxValue], Drain(policy).Select(static entry => ((SchedulingEntry<int>)entry).Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void TryTake_OfClassesThatAlwaysHaveWork_GivesThemTheirShares(int workers)
    {
        // The heavy class brings long entries and many of them; that must not help it.
        var policy = new FairSharePolicy(new Dictionary<string, int>(StringComparer.Ordinal) { ["gold"] = 3 });
        var random = new Random(5);
        var ran = new Dictionary<string, double>(StringComparer.Ordinal) { ["gold"] = 0, ["iron"] = 0 };
        var running = new PriorityQueue<(SchedulingEntry Entry, long Ran), long>();
        for (int i = 0; i < 50; i++)
        {
            policy.Add(new SchedulingEntry<int>(i, new() { ShareClass = "iron" }), now: 0);
            policy.Add(new SchedulingEntry<int>(i, new() { ShareClass = "gold" }), now: 0);
        }

        long now = 0;
        for (int i = 0; i < 20_000; i++)
        {
            while (running.Count < workers && policy.TryTake(now, out SchedulingEntry? taken, out _))
            {
                long cost = taken.ShareClass == "gold" ? random.Next(1, 20) : random.Next(10, 200);
                running.Enqueue((taken, cost), now + cost);
            }

            running.TryDequeue(out (SchedulingEntry Entry, long Ran) done, out now);
            ran[done.Entry.ShareClass!] += done.Ran;
            policy.Finish(done.Entry, done.Ran, now);
            policy.Add(done.Entry, now);
        }

        Assert.InRange(ran["gold"] / (ran["gold"] + ran["iron"]), 0.74, 0.76);
    }

    [Fact]
    public void TryTake_OfAClassThatWasIdle_GivesItNoCredit()
    {
        var policy = new FairSharePolicy(quantum: 10);
        policy.Add(new SchedulingEntry<int>(0, new() { ShareClass = "busy" }), now: 0);
        for (int i = 0; i < 100; i++)
        {
            policy.TryTake(0, out SchedulingEntry? taken, out _);
            policy.Requeue(taken!, 10, 0);
        }

        policy.Add(new SchedulingEntry<int>(1, new() { ShareClass = "late" }), now: 0);
        string turns = "";
        for (int i = 0; i < 8; i++)
        {
            policy.TryTake(0, out SchedulingEntry? taken, out _);
            turns += taken!.ShareClass![0];
            policy.Requeue(taken, 10, 0);
        }

        Assert.Equal(4, turns.Count(static turn => turn == 'l'));
    }

    [Fact]
    public void Add_OfManyClassesThatComeAndGo_ForgetsThem()
    {
        var policy = new FairSharePolicy();
        for (int i = 0; i < 100_000; i++)
        {
            var entry = new SchedulingEntry<int>(i, new() { ShareClass = $"class {i}" });
            policy.Add(entry, now: i);
            Assert.True(policy.TryTake(i, out _, out _));
            policy.Finish(entry, ran: 1, i);
        }

        Assert.InRange(policy.RememberedClasses, 1, 10_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryTake_OfEqualEntriesInOneClass_TakesThemInTheOrderOfArrival(string name)
    {
        SchedulingPolicy policy = PolicyPairs.Real(name);
        for (int i = 0; i < 100; i++)
        {
            policy.Add(new SchedulingEntry<int>(i, new() { Name = "same", ShareClass = "same" }), now: i / 7);
        }

        IEnumerable<int> taken = Drain(policy).Select(static entry => ((SchedulingEntry<int>)entry).Value);
        switch (name)
        {
            case "lottery":
                Assert.Equal(Enumerable.Range(0, 100), taken.Order());
                break;
            case "lifo":
                Assert.Equal(Enumerable.Range(0, 100).Reverse(), taken);
                break;
            default:
                Assert.Equal(Enumerable.Range(0, 100), taken);
                break;
        }
    }

    [Theory]
    [InlineData(typeof(StridePolicy), 0.01)]
    [InlineData(typeof(LotteryPolicy), 0.03)]
    public void Run_OfJobsWithWeights_GivesThemTheirShares(Type type, double tolerance)
    {
        SchedulingPolicy policy = type == typeof(StridePolicy) ? new StridePolicy(1) : new LotteryPolicy(1, seed: 11);
        int[] weights = [1, 2, 5];

        SimulationTrace trace = Simulator.Run([.. weights.Select(static weight => new Job($"{weight}", Burst.Cpu(100_000)) { Weight = weight })], policy, new SimulationOptions { Until = 10_000 });

        Assert.All(trace.Jobs.Zip(weights), pair => Assert.InRange(pair.First.CpuTime / 10_000.0, (pair.Second / 8.0) - tolerance, (pair.Second / 8.0) + tolerance));
    }

    [Fact]
    public void Run_OfALotteryWithAnotherSeed_DrawsOthers()
    {
        Job[] jobs = [new Job("A", Burst.Cpu(50)), new Job("B", Burst.Cpu(50))];

        Assert.NotEqual(Simulator.Run(jobs, new LotteryPolicy(1, seed: 1)).Slices, Simulator.Run(jobs, new LotteryPolicy(1, seed: 2)).Slices);
    }

    [Fact]
    public void Predict_OfMoreNamesThanAreRemembered_ForgetsTheOldest()
    {
        var policy = new ShortestJobFirstPolicy(initialPrediction: 7);
        for (int i = 0; i < 20_000; i++)
        {
            var entry = new SchedulingEntry<int>(i, new() { Name = $"name {i}" });
            policy.Add(entry, now: 0);
            policy.TryTake(0, out _, out _);
            policy.Finish(entry, ran: 101, now: 0);
        }

        Assert.Equal((7.0, 54.0), (policy.Predict("name 0"), policy.Predict("name 19999")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_CalledOutOfTurn_AreRefused(string name)
    {
        SchedulingPolicy policy = PolicyPairs.Real(name);
        var entry = new SchedulingEntry<string>("it", new() { Name = "it" });

        Assert.False(policy.TryTake(0, out _, out _));
        Assert.False(policy.TryRemove(entry));
        Refuses(() => policy.Finish(entry, 0, 0), "is in no policy");
        policy.Add(entry, 0);
        Refuses(() => policy.Add(entry, 0), "waits in a policy");
        Refuses(() => policy.Requeue(entry, 0, 0), "waits in a policy");
        Assert.True(policy.TryTake(0, out _, out long slice));
        Assert.True(slice > 0);
        Assert.False(policy.TryRemove(entry));
        Refuses(() => policy.Wake(entry, 0), "was taken");
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Block(entry, -1, 0));
        policy.Block(entry, 1, 1);
        Refuses(() => policy.Requeue(entry, 0, 1), "is blocked");
        policy.Wake(entry, 2);
        Assert.Equal(1, policy.Count);
        Assert.True(policy.TryRemove(entry));
        Assert.Equal(0, policy.Count);
        policy.Add(entry, 3);
        Assert.True(policy.TryTake(3, out SchedulingEntry? again, out _));
        Assert.Same(entry, again);

        static void Refuses(Action call, string reason) => Assert.Contains(reason, Assert.Throws<InvalidOperationException>(call).Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_AfterAWarmUp_AllocateNothing(string name)
    {
        SchedulingPolicy policy = PolicyPairs.Real(name);
        SchedulingEntry<int>[] entries = [.. Enumerable.Range(0, 500).Select(static i => new SchedulingEntry<int>(i, new() { Name = $"n{i % 7}", ShareClass = $"c{i % 3}", Priority = i % 5, ExpectedCost = i % 2 * 9, Deadline = i, Period = i + 1 }))];
        Round();
        Round();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Round()
        {
            foreach (SchedulingEntry<int> entry in entries)
            {
                policy.Add(entry, now: 0);
            }

            for (int i = 0; i < 1000; i++)
            {
                policy.TryTake(i, out SchedulingEntry? taken, out _);
                switch (i % 4)
                {
                    case 0:
                        policy.Block(taken!, 1, i);
                        policy.Wake(taken!, i);
                        break;
                    default:
                        policy.Requeue(taken!, i % 9, i);
                        break;
                }
            }

            while (policy.TryTake(1000, out SchedulingEntry? taken, out _))
            {
                policy.Finish(taken, 1, 1000);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryTake_OfManyEntries_TakesEachOnce(string name)
    {
        SchedulingPolicy policy = PolicyPairs.Real(name);
        var random = new Random(1);
        for (int i = 0; i < 50_000; i++)
        {
            policy.Add(new SchedulingEntry<int>(i, new() { Priority = random.Next(-9, 9), ExpectedCost = random.Next(1, 1000), Deadline = random.Next(), Period = random.Next(1, 99), ShareClass = i % 2 == 0 ? "a" : "b" }), now: i);
        }

        var seen = new bool[50_000];
        while (policy.TryTake(50_000, out SchedulingEntry? taken, out _))
        {
            ref bool wasSeen = ref seen[((SchedulingEntry<int>)taken).Value];
            Assert.False(wasSeen);
            wasSeen = true;
            policy.Finish(taken, 1, 50_000);
        }

        Assert.DoesNotContain(false, seen);
    }

    [Fact]
    public void Constructors_OfWhatCannotBe_AreRefusedWithTheValue()
    {
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(static () => new RoundRobinPolicy(0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RoundRobinPolicy(TimeSpan.FromTicks(-1)));
        Assert.Contains("1.5", Assert.Throws<ArgumentOutOfRangeException>(static () => new ShortestJobFirstPolicy(alpha: 1.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ShortestJobFirstPolicy(alpha: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MultilevelFeedbackPolicy(new() { Levels = [] }));
        Assert.Contains("Level 1", Assert.Throws<ArgumentOutOfRangeException>(static () => new MultilevelFeedbackPolicy(new() { Levels = [new(1), new(1, 0)] })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MultilevelFeedbackPolicy(new() { BoostInterval = 0 }));
        Assert.Contains("'gold'", Assert.Throws<ArgumentOutOfRangeException>(static () => new FairSharePolicy(new Dictionary<string, int>(StringComparer.Ordinal) { ["gold"] = 0 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PriorityPolicyOptions { AgingInterval = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SchedulingAttributes { Weight = 0 });
        Assert.Equal((SchedulingTime.Unlimited, 1500), (SchedulingTime.Of(TimeSpan.MaxValue), SchedulingTime.Of(TimeSpan.FromMicroseconds(1.5))));
    }

    private static IEnumerable<SchedulingEntry> Drain(SchedulingPolicy policy)
    {
        while (policy.TryTake(0, out SchedulingEntry? taken, out _))
        {
            yield return taken;
        }
    }
}
