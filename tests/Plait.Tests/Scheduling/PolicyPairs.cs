using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>Every policy, in several settings, beside its reference.</summary>
internal static class PolicyPairs
{
    private static readonly FeedbackLevel[] s_levels = [new(3, 2), new(7), new(20, 3)];

    private static readonly Dictionary<string, (Func<SchedulingPolicy> Real, Func<SchedulingPolicy> Naive)> s_pairs = new(StringComparer.Ordinal)
    {
        ["fifo"] = (static () => new FifoPolicy(), static () => new NaiveFifo()),
        ["lifo"] = (static () => new LifoPolicy(), static () => new NaiveLifo()),
        ["rr"] = (static () => new RoundRobinPolicy(5), static () => new NaiveRoundRobin(5)),
        ["sjf"] = (static () => new ShortestJobFirstPolicy(10), static () => new NaiveShortestJobFirst(10, countsRest: false)),
        ["srtf"] = (static () => new ShortestRemainingTimePolicy(10), static () => new NaiveShortestJobFirst(10, countsRest: true)),
        ["priority"] = (static () => new PriorityPolicy(new() { AgingInterval = 0 }), static () => new NaivePriority(0, SchedulingTime.Unlimited, isPreemptive: false)),
        ["priority-aging"] = (static () => new PriorityPolicy(new() { AgingInterval = 17 }), static () => new NaivePriority(17, SchedulingTime.Unlimited, isPreemptive: false)),
        ["priority-preemptive"] = (static () => new PriorityPolicy(new() { AgingInterval = 17, IsPreemptive = true }), static () => new NaivePriority(17, SchedulingTime.Unlimited, isPreemptive: true)),
        ["priority-rr"] = (static () => new PriorityPolicy(new() { AgingInterval = 40, Quantum = 6, IsPreemptive = true }), static () => new NaivePriority(40, 6, isPreemptive: true)),
        ["mlfq"] = (static () => Feedback(97, renews: false), static () => new NaiveMultilevelFeedback(s_levels, 97, renews: false)),
        ["mlfq-renews"] = (static () => Feedback(31, renews: true), static () => new NaiveMultilevelFeedback(s_levels, 31, renews: true)),
        ["fair"] = (static () => new FairSharePolicy(), static () => new NaiveFairShare(SchedulingTime.Unlimited)),
        ["fair-quantum"] = (static () => new FairSharePolicy(quantum: 6), static () => new NaiveFairShare(6)),
        ["stride"] = (static () => new StridePolicy(5), static () => new NaiveStride(5)),
        ["lottery"] = (static () => new LotteryPolicy(5, seed: 3), static () => new NaiveLottery(5, new SplitMix(3).Below)),
        ["edf"] = (static () => new EarliestDeadlineFirstPolicy(), static () => new NaiveByDate(static entry => entry.Deadline)),
        ["rm"] = (static () => new RateMonotonicPolicy(), static () => new NaiveByDate(static entry => entry.Period)),
    };

    public static TheoryData<string> Names => [.. s_pairs.Keys];

    public static SchedulingPolicy Real(string name) => s_pairs[name].Real();

    public static SchedulingPolicy Naive(string name) => s_pairs[name].Naive();

    private static MultilevelFeedbackPolicy Feedback(long boost, bool renews) =>
        new(new MultilevelFeedbackOptions { Levels = s_levels, BoostInterval = boost, RenewsWhenBlocking = renews });
}
