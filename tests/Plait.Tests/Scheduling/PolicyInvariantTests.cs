using System.Globalization;
using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>What policies promise, over histories at random: nobody starves, turns are turns, shares are shares. Each rule is seen to be broken where its cause is missing.</summary>
public sealed class PolicyInvariantTests
{
    [Fact]
    public void Pairs_OfPoliciesAndReferences_HaveEveryPolicyThereIs()
    {
        IEnumerable<Type> there = typeof(SchedulingPolicy).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(SchedulingPolicy)) && !type.IsAbstract);

        IEnumerable<Type> compared = PolicyPairs.Names.Select(static row => PolicyPairs.Real(row.Data).GetType()).Distinct();

        Assert.Equal(there.Select(static type => type.Name).Order(), compared.Select(static type => type.Name).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryTake_WithPrioritiesThatAge_LetsNobodyBeOvertakenByWhoCameTooLate(bool ages)
    {
        int broken = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            int interval = random.Next(1, 50);
            var policy = new PriorityPolicy(new PriorityPolicyOptions { AgingInterval = ages ? interval : 0 });
            var waiting = new Dictionary<SchedulingEntry, long>();
            long now = 0;
            for (int step = 0; step < 1500; step++)
            {
                // More come than go: without aging, the least urgent would never be taken.
                now += random.Next(4);
                var entry = new SchedulingEntry<int>(step, new() { Priority = random.Next(-5, 6) });
                policy.Add(entry, now);
                waiting.Add(entry, now);
                if (random.Next(3) > 0)
                {
                    Assert.True(policy.TryTake(now, out SchedulingEntry? taken, out _));
                    waiting.Remove(taken, out long came);
                    policy.Finish(taken, ran: 0, now);

                    // A step of priority is worth one interval, and no more.
                    broken += waiting.Count(other => came - other.Value > (long)interval * (other.Key.Priority - taken.Priority) && came > other.Value);
                }
            }
        }

        Assert.Equal(ages, broken == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryTake_UnderMultilevelFeedback_RunsALongEntryInEveryIntervalOfItsBoost(bool isBoosted)
    {
        const int Interval = 1000;
        const int Intervals = 20;
        var policy = new MultilevelFeedbackPolicy(new() { Levels = [new(10), new(20), new(40)], BoostInterval = isBoosted ? Interval : SchedulingTime.Unlimited });
        var entry = new SchedulingEntry<string>("long");
        policy.Add(entry, now: 0);
        var ran = new HashSet<long>();
        for (long now = 0; now < Interval * Intervals;)
        {
            // Short ones keep coming, as many as there is time for.
            policy.Add(new SchedulingEntry<string>("short"), now);
            Assert.True(policy.TryTake(now, out SchedulingEntry? taken, out long slice));
            if (taken == entry)
            {
                ran.Add(now / Interval);
                now += slice;
                policy.Requeue(taken, slice, now);
            }
            else
            {
                now += 10;
                policy.Finish(taken, 10, now);
            }
        }

        Assert.Equal(isBoosted ? Intervals : 1, ran.Count);
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("rr")]
    [InlineData("priority-rr")]
    [InlineData("mlfq")]
    public void TryTake_OfEqualEntriesInTurns_GivesNobodyASecondTurnFirst(string name)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            SchedulingPolicy policy = PolicyPairs.Real(name);

            // How many may still be taken before it.
            var ahead = new Dictionary<SchedulingEntry, int>();
            for (int step = 0; step < 500; step++)
            {
                if (ahead.Count == 0 || (ahead.Count < 40 && random.Next(3) == 0))
                {
                    Come(new SchedulingEntry<int>(step), static (policy, entry) => policy.Add(entry, 0));
                    continue;
                }

                Assert.True(policy.TryTake(0, out SchedulingEntry? taken, out long slice));
                Assert.True(ahead.Remove(taken, out int left));
                Assert.True(left == 0, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, step {step}: taken with {left} ahead of it"));
                foreach (SchedulingEntry other in ahead.Keys)
                {
                    ahead[other]--;
                }

                if (name != "mlfq" && slice != SchedulingTime.Unlimited && random.Next(2) == 0)
                {
                    Come(taken, (policy, entry) => policy.Requeue(entry, slice, 0));
                }
                else
                {
                    policy.Finish(taken, 1, 0);
                }
            }

            void Come(SchedulingEntry entry, Action<SchedulingPolicy, SchedulingEntry> how)
            {
                ahead.Add(entry, ahead.Count);
                how(policy, entry);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryTake_OfClassesAtRandom_GivesEachItsShareWhateverItSubmits(bool isFair)
    {
        double furthest = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            Dictionary<string, int> weights = Enumerable.Range(0, random.Next(2, 6)).ToDictionary(static number => $"class {number}", _ => random.Next(1, 9), StringComparer.Ordinal);
            int[] scales = [.. weights.Select(_ => random.Next(2, 60))];
            SchedulingPolicy policy = isFair ? new FairSharePolicy(weights) : new FifoPolicy();
            var ran = weights.Keys.ToDictionary(static name => name, static _ => 0.0, StringComparer.Ordinal);
            foreach (string name in weights.Keys)
            {
                for (int i = random.Next(1, 9); i > 0; i--)
                {
                    policy.Add(new SchedulingEntry<int>(i, new() { ShareClass = name }), now: 0);
                }
            }

            long now = 0;
            for (int turn = 0; turn < 20_000; turn++)
            {
                Assert.True(policy.TryTake(now, out SchedulingEntry? taken, out _));
                int cost = random.Next(1, scales[taken.ShareClass![^1] - '0']);
                now += cost;
                ran[taken.ShareClass] += cost;
                policy.Finish(taken, cost, now);
                policy.Add(taken, now);
            }

            furthest = Math.Max(furthest, ran.Max(pair => Math.Abs((pair.Value / ran.Values.Sum()) - (weights[pair.Key] / (double)weights.Values.Sum()))));
        }

        Assert.True(isFair ? furthest < 0.01 : furthest > 0.1, $"the furthest from its share by {furthest}");
    }
}
