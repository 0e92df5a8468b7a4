using System.Diagnostics;
using Plait.Benchmarks.Peers;
using Plait.Memory;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>What many locks cost that are made and kept: time and memory of one.</summary>
internal static class CreationCases
{
    private static readonly Lazy<ThreadScope> Threads = new(static () => ThreadScope.Create("bench-creation"));

    public static IEnumerable<BenchCase> Cases() =>
    [
        Case("nanoseconds to make one", BenchUnit.Nanoseconds, static made => made.Nanoseconds),
        Case("bytes of one", BenchUnit.Plain("bytes"), static made => made.Bytes),
    ];

    private static BenchCase Case(string what, BenchUnit unit, Func<Made, double> figure) => new()
    {
        Area = LocksArea.Name,
        Name = $"a million locks, thread scope, {what}",
        Unit = unit,
        // Beside the object each has a record, which the collector does not see.
        Ours = count => new BenchRound([figure(Make(count, static () => Threads.Value.CreateLock(), recordBytes: ObjectRecord.Size))], $"{count:N0} locks"),
        Peers =
        [
            LocalPeer.Create("System.Threading.Lock", count => [figure(Make(count, static () => new Lock(), recordBytes: 0))]),
            LocalPeer.Create("SemaphoreSlim", count => [figure(Make(count, static () => new SemaphoreSlim(1), recordBytes: 0))]),
        ],
        Full = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 1_000_000),
        Quick = new BenchSize(Rounds: 3, WarmUps: 2, Operations: 1_000_000),
    };

    private static Made Make<T>(int count, Func<T> make, int recordBytes)
        where T : class
    {
        var kept = new T[count];

        // The last round's are gone before this one begins: also those whose finalizers give their records back.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            kept[i] = make();
        }

        double taken = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(kept);
        return new Made(taken / count, ((double)(after - before) / count) + recordBytes);
    }

    private readonly record struct Made(double Nanoseconds, double Bytes);
}
