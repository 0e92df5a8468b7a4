using System.Diagnostics;
using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>Processes that put items into one queue, and as many that get them.</summary>
/// <typeparam name="T">The items.</typeparam>
/// <param name="sides">How many put, and how many get.</param>
/// <param name="make">Makes the queue.</param>
internal sealed class StreamOurs<T>(int sides, Func<ProcessScope, IQueue<T>> make) : IDisposable
{
    // Until the compiler has done its best in every process, and what it did has settled.
    private const int WarmItems = 200_000;
    private const int WarmTimes = 12;

    private readonly ProcessScope scope = ProcessScope.Create("bench-stream");
    private readonly List<ChildProcess> crew = [];
    private readonly List<IQueue<int>> orders = [];
    private IQueue<int>? done;

    /// <summary>Nanoseconds for one item, all of them together.</summary>
    public double ItemNanoseconds(int items)
    {
        if (crew.Count == 0)
        {
            Start();
            for (int i = 0; i < WarmTimes; i++)
            {
                _ = Run(WarmItems);
            }
        }

        return Run(items);
    }

    public void Dispose()
    {
        foreach (ChildProcess one in crew)
        {
            one.Kill();
            one.Join();
            one.Dispose();
        }

        scope.Dispose();
    }

    private double Run(int items)
    {
        int share = Math.Max(1, items / sides);
        long start = Stopwatch.GetTimestamp();
        foreach (IQueue<int> order in orders)
        {
            order.Put(share);
        }

        for (int i = 0; i < sides; i++)
        {
            _ = done!.Get();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)share * sides);
    }

    private void Start()
    {
        IQueue<T> queue = make(scope);
        done = scope.CreateQueue<int>();
        for (int i = 0; i < sides; i++)
        {
            orders.AddRange([scope.CreateQueue<int>(), scope.CreateQueue<int>()]);
            crew.Add(ChildProcess.Start(PutItems, queue, orders[^2]));
            crew.Add(ChildProcess.Start(GetItems, queue, orders[^1], done));
        }
    }

    private static void PutItems(IQueue<T> queue, IQueue<int> orders)
    {
        while (true)
        {
            Put(queue, orders.Get());
        }
    }

    private static void GetItems(IQueue<T> queue, IQueue<int> orders, IQueue<int> done)
    {
        while (true)
        {
            Get(queue, orders.Get());
            done.Put(1);
        }
    }

    private static void Put(IQueue<T> queue, int count)
    {
        T item = default!;
        for (int i = 0; i < count; i++)
        {
            queue.Put(item);
        }
    }

    private static void Get(IQueue<T> queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ = queue.Get();
        }
    }
}
