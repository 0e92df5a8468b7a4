using System.Diagnostics;
using Plait.Benchmarks.Peers;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>Many threads that want one lock all the time: how much longer than the median the unluckiest wait was.</summary>
internal static class FairnessCases
{
    private const int Waiters = 64;
    private const double LongestMilliseconds = 1_000;
    private const double LongestOverMedian = 100;

    // Steps of arithmetic: a section of some twenty microseconds, as a short piece of real work takes.
    private const int StepsInside = 10_000;

    public static IEnumerable<BenchCase> Cases() => [Case("by default", new LockOptions()), Case("strict", new LockOptions { IsStrict = true })];

    private static BenchCase Case(string mode, LockOptions options)
    {
        var ours = new Lazy<ILock>(() => ThreadScope.Create("bench-fairness").CreateLock(options: options));
        var theirs = new Lock();
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = $"{Waiters} threads on one lock, {mode}, the longest wait over the median",
            Unit = BenchUnit.Plain("x median"),
            Ours = seconds =>
            {
                Waits waits = Measure(seconds, run => Ours(ours.Value, run));
                return waits.LongestMilliseconds <= LongestMilliseconds
                    ? new BenchRound([waits.LongestOverMedian], waits.ToString())
                    : throw new InvalidOperationException($"A wait of over {LongestMilliseconds} ms: {waits}.");
            },
            Peers = [LocalPeer.Create("System.Threading.Lock", seconds => [Measure(seconds, run => Theirs(theirs, run)).LongestOverMedian])],
            GoalAbsolute = LongestOverMedian,
            Full = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 10),
            Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 2),
        };
    }

    private static Waits Measure(int seconds, Action<Run> body)
    {
        var runs = new Run[Waiters];
        double taken = Crew.Run(Waiters, number => body(runs[number] = new Run(TimeSpan.FromSeconds(seconds))));
        long[] all = [.. runs.SelectMany(static run => run.Ticks).Order()];
        int[] turns = [.. runs.Select(static run => run.Ticks.Count)];
        return new Waits(Milliseconds(all[all.Length / 2]), Milliseconds(all[^1]), all.Length, turns.Min(), turns.Max(), taken / 1e9);
    }

    private static double Milliseconds(long ticks) => ticks * 1_000.0 / Stopwatch.Frequency;

    private static void Ours(ILock gate, Run run)
    {
        while (run.GoesOn)
        {
            long start = Stopwatch.GetTimestamp();
            using (gate.Acquire())
            {
                run.Waited(start);
            }
        }
    }

    private static void Theirs(Lock gate, Run run)
    {
        while (run.GoesOn)
        {
            long start = Stopwatch.GetTimestamp();
            lock (gate)
            {
                run.Waited(start);
            }
        }
    }

    /// <summary>What one thread sees.</summary>
    private sealed class Run(TimeSpan length)
    {
        private readonly long began = Stopwatch.GetTimestamp();
        private ulong value = 88172645463325252;

        public List<long> Ticks { get; } = new(1 << 16);

        public bool GoesOn => Stopwatch.GetElapsedTime(began) < length;

        /// <summary>The lock is there: notes the wait, and does the work that the lock is for.</summary>
        public void Waited(long start)
        {
            Ticks.Add(Stopwatch.GetTimestamp() - start);
            for (int i = 0; i < StepsInside; i++)
            {
                value ^= value << 13;
                value ^= value >> 7;
                value ^= value << 17;
            }
        }
    }

    private sealed record Waits(double MedianMilliseconds, double LongestMilliseconds, int Acquires, int FewestOfAThread, int MostOfAThread, double Seconds)
    {
        public double LongestOverMedian => LongestMilliseconds / MedianMilliseconds;

        public override string ToString() =>
            FormattableString.Invariant($"{Acquires:N0} acquires in {Seconds:F1} s, median {MedianMilliseconds:0.####} ms, longest {LongestMilliseconds:F1} ms, a thread's turns {FewestOfAThread:N0} to {MostOfAThread:N0}");
    }
}
