using Plait.Benchmarks.Peers;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>Threads that all want one lock for a short section, again and again: the time of a section, all of them together, so the inverse of the throughput.</summary>
internal static class ContentionCases
{
    // Some ten nanoseconds each: what is guarded, and what lies between two sections.
    private const int StepsInside = 10;
    private const int StepsOutside = 10;

    private static readonly Lazy<ThreadScope> Threads = new(static () => ThreadScope.Create("bench-contention"));

    public static IEnumerable<BenchCase> Cases() => [OneLock(threads: 2, goal: null), OneLock(threads: 4, goal: null), OneLock(threads: 8, goal: 1)];

    private static BenchCase OneLock(int threads, double? goal)
    {
        var ours = new Lazy<ILock>(static () => Threads.Value.CreateLock());
        var theirs = new Lock();
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = $"{threads} threads on one lock, short section, thread scope, a section",
            Unit = BenchUnit.Nanoseconds,
            Ours = sections => new BenchRound([Measure(threads, sections, state => Ours(ours.Value, state))]),
            Peers =
            [
                LocalPeer.Create("System.Threading.Lock", sections => [Measure(threads, sections, state => Lock(theirs, state))]),
                LocalPeer.Create("Monitor", sections => [Measure(threads, sections, state => Monitor(state, state))]),
            ],
            Goal = goal,
            Full = new BenchSize(Rounds: 31, WarmUps: 8, Operations: 400_000),
            Quick = new BenchSize(Rounds: 9, WarmUps: 8, Operations: 400_000),
        };
    }

    private static double Measure(int threads, int sections, Action<Guarded> run)
    {
        var state = new Guarded(sections / threads);
        double taken = Crew.Run(threads, _ => run(state));
        return state.Count == (long)state.Sections * threads
            ? taken / state.Count
            : throw new InvalidOperationException($"{threads} threads counted to {state.Count} instead of {(long)state.Sections * threads}: the lock let two in at once.");
    }

    private static void Ours(ILock gate, Guarded state)
    {
        ulong own = 1;
        for (int i = 0; i < state.Sections; i++)
        {
            using (gate.Acquire())
            {
                state.Inside();
            }

            own = Work(own, StepsOutside);
        }

        state.Keep(own);
    }

    private static void Lock(Lock gate, Guarded state)
    {
        ulong own = 1;
        for (int i = 0; i < state.Sections; i++)
        {
            lock (gate)
            {
                state.Inside();
            }

            own = Work(own, StepsOutside);
        }

        state.Keep(own);
    }

    private static void Monitor(object gate, Guarded state)
    {
        ulong own = 1;
        for (int i = 0; i < state.Sections; i++)
        {
            lock (gate)
            {
                state.Inside();
            }

            own = Work(own, StepsOutside);
        }

        state.Keep(own);
    }

    private static ulong Work(ulong value, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            value ^= value << 13;
            value ^= value >> 7;
            value ^= value << 17;
        }

        return value;
    }

    /// <summary>What the lock guards.</summary>
    private sealed class Guarded(int sections)
    {
        private ulong value = 88172645463325252;
        private ulong kept;

        public int Sections => sections;

        public long Count { get; private set; }

        public void Inside()
        {
            Count++;
            value = Work(value, StepsInside);
        }

        // So that the compiler cannot drop the work outside.
        public void Keep(ulong own) => Interlocked.Exchange(ref kept, own);
    }
}
