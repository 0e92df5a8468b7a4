using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>A put and a get of a priority queue with a thousand items, on one thread.</summary>
internal static class PriorityCases
{
    private const int Resident = 1000;

    public static IEnumerable<BenchCase> Cases() =>
        [Case("thread scope", static () => ThreadScope.Create("bench-priority")), Case("process scope", static () => ProcessScope.Create("bench-priority"))];

    private static BenchCase Case(string where, Func<IScope> scope)
    {
        Func<int, double[]> loop = WarmLoop.Of(() => Loop(scope()));
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = $"priority queue, {where}, a put and a get",
            Unit = BenchUnit.Nanoseconds,
            Ours = operations => new BenchRound(loop(operations)),
            Peers = [PythonPeer.Create("CPython queue.PriorityQueue", "thread_queue", "priority")],
            Goal = 10,
            Full = new BenchSize(Rounds: 15, WarmUps: 1, Operations: 100_000),
            Quick = new BenchSize(Rounds: 5, WarmUps: 1, Operations: 100_000),
        };
    }

    private static Action<int> Loop(IScope scope)
    {
        IPriorityQueue<int> queue = scope.CreatePriorityQueue<int>();
        for (int i = 0; i < Resident; i++)
        {
            queue.Put(i * 7919 % Resident);
        }

        return operations =>
        {
            for (int i = 0; i < operations; i++)
            {
                queue.Put(i * 31 % Resident);
                _ = queue.Get();
            }
        };
    }
}
