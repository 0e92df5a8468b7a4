using System.Runtime.CompilerServices;
using Plait.Benchmarks.Peers;
using Plait.Queues;

namespace Plait.Benchmarks.Queues;

/// <summary>Items from processes to processes, as fast as they go.</summary>
internal static class StreamCases
{
    public static IEnumerable<BenchCase> Cases() =>
    [
        // 30 million and 8 million messages a second.
        Case("SPSC, 64-byte messages, one way, a message", new StreamOurs<Message>(1, static scope => scope.CreateQueue<Message>(4096, options: new QueueOptions { SingleProducer = true, SingleConsumer = true })), "bytes", goal: null, absolute: 33.3),
        Case("MPMC, 64-byte messages, 1:1, a message", new StreamOurs<Message>(1, static scope => scope.CreateQueue<Message>(1024)), "bytes", goal: 40, absolute: 125),
        Case("MPMC, 64-byte messages, 2:2, a message", new StreamOurs<Message>(2, static scope => scope.CreateQueue<Message>(1024)), "bytes", goal: null, absolute: null, sides: 2),
        Case("typed int queue, default settings, an item", new StreamOurs<int>(1, static scope => scope.CreateQueue<int>(1024)), "int", goal: 40, absolute: null),
    ];

    private static BenchCase Case<T>(string name, StreamOurs<T> ours, string item, double? goal, double? absolute, int sides = 1) => new()
    {
        Area = QueuesArea.Name,
        Name = name,
        Unit = BenchUnit.Nanoseconds,
        Ours = items => new BenchRound([ours.ItemNanoseconds(items * 20)]),
        Peers = [PythonPeer.Create("CPython multiprocessing.Queue", "queue_stream", item, sides.ToString(System.Globalization.CultureInfo.InvariantCulture))],
        Goal = goal,
        GoalAbsolute = absolute,
        TearDown = ours.Dispose,

        // Ours moves twenty times as many in a round, which still takes a shorter time.
        Full = new BenchSize(Rounds: 15, WarmUps: 2, Operations: 50_000),
        Quick = new BenchSize(Rounds: 5, WarmUps: 1, Operations: 50_000),
    };

    /// <summary>64 bytes.</summary>
    [InlineArray(8)]
    internal struct Message
    {
        private long first;
    }
}
