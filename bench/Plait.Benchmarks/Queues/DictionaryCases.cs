using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;
using Plait.SharedData;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>A dictionary that processes share, beside the one that CPython's manager keeps in a process of its own.</summary>
internal static class DictionaryCases
{
    private const int Keys = 1000;
    private const int Operations = 10_000;

    private static readonly Lazy<ProcessScope> Scope = new(static () => ProcessScope.Create("bench"));

    /// <summary>The cases.</summary>
    public static IEnumerable<BenchCase> Cases() =>
    [
        Case("SharedDictionary get / int keys", Numbers, Get, "get-int", goal: 100),
        Case("SharedDictionary set / int keys", Numbers, Set, "set-int", goal: 100),
        Case("SharedDictionary get / string keys", Texts, Get, "get-str", goal: 100),
        Case("SharedDictionary set / string keys", Texts, Set, "set-str", goal: 100),
    ];

    private static BenchCase Case<TKey>(string name, Func<(SharedDictionary<TKey, long>, TKey[])> make, Action<SharedDictionary<TKey, long>, TKey[], int> loop, string kind, double goal)
        where TKey : notnull
    {
        Func<int, double[]> measure = WarmLoop.Of(() =>
        {
            (SharedDictionary<TKey, long> dictionary, TKey[] keys) = make();
            return count => loop(dictionary, keys, count);
        });
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = name,
            Unit = BenchUnit.Nanoseconds,
            Ours = count => new BenchRound(measure(count)),
            Peers = [PythonPeer.Create("CPython Manager().dict()", "manager_dict", kind)],
            Goal = goal,
            Full = new BenchSize(Rounds: 31, WarmUps: 3, Operations),
            Quick = new BenchSize(Rounds: 9, WarmUps: 2, Operations),
        };
    }

    private static (SharedDictionary<int, long>, int[]) Numbers() => Filled(static i => i);

    private static (SharedDictionary<string, long>, string[]) Texts() => Filled(static i => $"key-{i}");

    private static (SharedDictionary<TKey, long>, TKey[]) Filled<TKey>(Func<int, TKey> keyOf)
        where TKey : notnull
    {
        SharedDictionary<TKey, long> dictionary = Scope.Value.CreateDictionary<TKey, long>();
        TKey[] keys = [.. Enumerable.Range(0, Keys).Select(keyOf)];
        foreach (TKey key in keys)
        {
            dictionary[key] = 1;
        }

        return (dictionary, keys);
    }

    private static void Get<TKey>(SharedDictionary<TKey, long> dictionary, TKey[] keys, int count)
        where TKey : notnull
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += dictionary[keys[i % Keys]];
        }

        GC.KeepAlive(sum);
    }

    private static void Set<TKey>(SharedDictionary<TKey, long> dictionary, TKey[] keys, int count)
        where TKey : notnull
    {
        for (int i = 0; i < count; i++)
        {
            dictionary[keys[i % Keys]] = i;
        }
    }
}
