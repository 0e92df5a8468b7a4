using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>Every policy decides as its reference does, whatever happens.</summary>
public sealed class PolicyReferenceTests
{
    public static TheoryData<string> Names => PolicyPairs.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void TryTake_AfterAnyHistory_IsWhatTheReferenceTakes(string name)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            new History(name, seed).Play(steps: 1500);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfAnyJobs_GoesAsUnderTheReference(string name)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            (Job[] jobs, SimulationOptions options) = Workloads.Random(seed);

            SimulationTrace real = Simulator.Run(jobs, PolicyPairs.Real(name), options, TestContext.Current.CancellationToken);
            SimulationTrace naive = Simulator.Run(jobs, PolicyPairs.Naive(name), options, TestContext.Current.CancellationToken);

            Assert.True(naive.StateChanges.SequenceEqual(real.StateChanges), $"seed {seed}: the steps of the jobs differ from the reference's");
            Assert.True(naive.Slices.SequenceEqual(real.Slices), $"seed {seed}: what the processors did differs from the reference's");
        }
    }

    /// <summary>One history told to both: entries in pairs of equal attributes.</summary>
    private sealed class History(string name, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly SchedulingPolicy _real = PolicyPairs.Real(name);
        private readonly SchedulingPolicy _naive = PolicyPairs.Naive(name);
        private readonly List<Pair> _waiting = [];
        private readonly List<Pair> _running = [];
        private readonly List<Pair> _blocked = [];
        private long _now;
        private int _made;

        public void Play(int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                _now += _random.Next(3) == 0 ? _random.Next(8) : 0;
                Step();
                Assert.True(_naive.Count == _real.Count, $"seed {seed}, step {step}: {_real.Count} wait, {_naive.Count} under the reference");
                ComparePreemption(step);
            }

            for (int left = _waiting.Count; left > 0; left--)
            {
                Take();
            }

            Assert.False(_real.TryTake(_now, out _, out _));
        }

        private void Step()
        {
            switch (_random.Next(_waiting.Count > 60 ? 4 : 0, 16))
            {
                case < 5:
                    var pair = new Pair(_made++, _random);
                    _waiting.Add(pair);
                    Tell(pair, (policy, entry) => policy.Add(entry, _now));
                    break;
                case < 9 when _waiting.Count > 0:
                    Take();
                    break;
                case < 12 when Draw(_running) is { } stopped:
                    long ran = Ran(stopped);
                    _waiting.Add(stopped);
                    Tell(stopped, (policy, entry) => policy.Requeue(entry, ran, _now));
                    break;
                case 12 when Draw(_running) is { } blocks:
                    long ranUntil = Ran(blocks);
                    _blocked.Add(blocks);
                    Tell(blocks, (policy, entry) => policy.Block(entry, ranUntil, _now));
                    break;
                case 13 when Draw(_blocked) is { } wakes:
                    _waiting.Add(wakes);
                    Tell(wakes, (policy, entry) => policy.Wake(entry, _now));
                    break;
                case 14 when Draw(_running) is { } ends:
                    long ranAtEnd = Ran(ends);
                    Tell(ends, (policy, entry) => policy.Finish(entry, ranAtEnd, _now));
                    break;
                case 15 when _random.Next(4) == 0 && Draw(_waiting) is { } leaves:
                    Tell(leaves, static (policy, entry) => Assert.True(policy.TryRemove(entry)));
                    break;
            }
        }

        private void Take()
        {
            Assert.True(_real.TryTake(_now, out SchedulingEntry? real, out long slice));
            Assert.True(_naive.TryTake(_now, out SchedulingEntry? naive, out long expected));
            (int number, int wanted) = (((SchedulingEntry<int>)real).Value, ((SchedulingEntry<int>)naive).Value);
            Assert.True(number == wanted, $"seed {seed}: took {number}, the reference {wanted}");
            Assert.True(slice == expected, $"seed {seed}: {number} may run for {slice}, under the reference for {expected}");
            Pair pair = _waiting.Single(pair => pair.Number == number);
            pair.Slice = slice;
            pair.Since = _now;
            _waiting.Remove(pair);
            _running.Add(pair);
        }

        // Stopped early, in time or late; and at once, as one is that was taken and not used.
        private long Ran(Pair pair)
        {
            long ran = _random.Next(5) == 0 ? 0 : Math.Min(pair.Slice == SchedulingTime.Unlimited ? 30 : pair.Slice, _random.Next(1, 30)) + (_random.Next(4) == 0 ? 2 : 0);
            _now = Math.Max(_now, pair.Since + ran);
            return ran;
        }

        private void ComparePreemption(int step)
        {
            if (_real.IsPreemptive && _waiting.Count > 0 && _running.Count > 0)
            {
                (Pair a, Pair b) = (_waiting[_random.Next(_waiting.Count)], _running[_random.Next(_running.Count)]);
                long ran = _now - b.Since;
                Assert.True(
                    _real.Preempts(a.Real, b.Real, ran, _now) == _naive.Preempts(a.Naive, b.Naive, ran, _now),
                    $"seed {seed}, step {step}: {a.Number} preempts {b.Number}: {_real.Preempts(a.Real, b.Real, ran, _now)}, under the reference not so");
            }
        }

        private Pair? Draw(List<Pair> pairs)
        {
            if (pairs.Count == 0)
            {
                return null;
            }

            int index = _random.Next(pairs.Count);
            Pair pair = pairs[index];
            pairs.RemoveAt(index);
            return pair;
        }

        private void Tell(Pair pair, Action<SchedulingPolicy, SchedulingEntry> what)
        {
            what(_real, pair.Real);
            what(_naive, pair.Naive);
        }
    }

    private sealed class Pair
    {
        public Pair(int number, Random random)
        {
            var attributes = new SchedulingAttributes
            {
                Name = random.Next(4) == 0 ? null : $"name {random.Next(5)}",
                Priority = random.Next(-3, 4),
                ExpectedCost = random.Next(2) == 0 ? 0 : random.Next(1, 40),
                // One weight a class, as a policy takes the newest.
                ShareClass = "abc"[..(number % 3)],
                Weight = 1 + (number % 3),
                Deadline = random.Next(1000),
                Period = random.Next(1, 50),
            };
            Number = number;
            Real = new SchedulingEntry<int>(number, attributes);
            Naive = new SchedulingEntry<int>(number, attributes);
        }

        public int Number { get; }

        public SchedulingEntry<int> Real { get; }

        public SchedulingEntry<int> Naive { get; }

        public long Slice { get; set; }

        public long Since { get; set; }
    }
}
