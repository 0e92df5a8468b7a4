using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>Items between threads of one process.</summary>
internal static class ThreadCases
{
    private const int Bound = 1024;

    public static IEnumerable<BenchCase> Cases() => [Fifo(1), Fifo(4)];

    private static BenchCase Fifo(int sides)
    {
        IQueue<int> ours = ThreadScope.Create("bench-queue").CreateQueue<int>(Bound);
        Channel<int> channel = Channel.CreateBounded<int>(Bound);
        var collection = new BlockingCollection<int>(Bound);
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = $"thread scope, FIFO, {sides}:{sides} threads, an item",
            Unit = BenchUnit.Nanoseconds,
            Ours = items => new BenchRound([Measure(sides, items, count => PutOurs(ours, count), count => GetOurs(ours, count))]),
            Peers =
            [
                LocalPeer.Create("bounded Channel", items => [Measure(sides, items, count => PutChannel(channel, count), count => GetChannel(channel, count))]),
                LocalPeer.Create("BlockingCollection", items => [Measure(sides, items, count => PutCollection(collection, count), count => GetCollection(collection, count))], collection) with { Goal = 5 },
                PythonPeer.Create("CPython queue.Queue", "thread_queue", "fifo", sides.ToString(CultureInfo.InvariantCulture)) with { Goal = 20 },
            ],
            Goal = 1,
            Full = new BenchSize(Rounds: 15, WarmUps: 4, Operations: 400_000),
            Quick = new BenchSize(Rounds: 5, WarmUps: 4, Operations: 400_000),
        };
    }

    private static double Measure(int sides, int items, Action<int> put, Action<int> get)
    {
        int share = Math.Max(1, items / sides);
        return Crew.Run(sides * 2, number => (number < sides ? put : get)(share)) / ((double)share * sides);
    }

    private static void PutOurs(IQueue<int> queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Put(i);
        }
    }

    private static void GetOurs(IQueue<int> queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ = queue.Get();
        }
    }

    // As its users are told to: try first, wait where that fails.
    private static void PutChannel(Channel<int> channel, int count)
    {
        for (int i = 0; i < count; i++)
        {
            while (!channel.Writer.TryWrite(i))
            {
                _ = channel.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult();
            }
        }
    }

    private static void GetChannel(Channel<int> channel, int count)
    {
        for (int i = 0; i < count; i++)
        {
            while (!channel.Reader.TryRead(out _))
            {
                _ = channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
            }
        }
    }

    private static void PutCollection(BlockingCollection<int> collection, int count)
    {
        for (int i = 0; i < count; i++)
        {
            collection.Add(i);
        }
    }

    private static void GetCollection(BlockingCollection<int> collection, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ = collection.Take();
        }
    }
}
