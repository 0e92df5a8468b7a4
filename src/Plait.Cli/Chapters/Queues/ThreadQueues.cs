using Plait.Cli.Chapters.Locks;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

internal sealed class ThreadQueues() : Chapter(
    "thread-queues",
    Parts.Queues,
    "The same dishes are put into three queues: first in first out, last in first out, and the smallest priority first.\n"
        + "Of equal priorities the one that was put first comes first. Four threads that put at the same time change nothing of that.",
    "docs/queues.md")
{
    private const int Threads = 4;

    public override Task RunAsync(ChapterContext context)
    {
        int each = context.IsQuick ? 500 : 20_000;
        using var scope = ThreadScope.Create();
        (string Name, int Priority)[] dishes = [("soup", 2), ("bread", 1), ("cake", 3), ("salad", 2), ("water", 1), ("tea", 3)];
        using IJoinableQueue<string> fifo = scope.CreateQueue<string>();
        using IJoinableQueue<string> lifo = scope.CreateLifoQueue<string>();
        using IPriorityQueue<string> priority = scope.CreatePriorityQueue<string>();
        foreach ((string dish, int urgency) in dishes)
        {
            fifo.Put(dish);
            lifo.Put(dish);
            priority.Put(dish, urgency);
        }

        string[] first = Empty(fifo), last = Empty(lifo), urgent = Empty(priority);
        context.Fact("put", dishes.Select(d => d.Name));
        context.Fact("fifo", first);
        context.Fact("lifo", last);
        context.Fact("priority", urgent);
        context.Expect(first.SequenceEqual(dishes.Select(d => d.Name)), "first in, first out");
        context.Expect(last.SequenceEqual(dishes.Select(d => d.Name).Reverse()), "last in, first out");
        context.Expect(urgent.SequenceEqual(dishes.OrderBy(d => d.Priority).Select(d => d.Name)), "the smallest priority first, and those with equal ones as they were put");

        // The priority is a part of the item here; it is told once, when the queue is made.
        using IPriorityQueue<(int Thread, int Number)> many = scope.CreatePriorityQueue<(int Thread, int Number)>(static item => item.Number % 10);
        TimeSpan time = Crew.Run(context, Threads, thread =>
        {
            for (int number = 0; number < each; number++)
            {
                many.Put((thread, number), context.Cancellation);
            }
        });
        (int Thread, int Number)[] all = Empty(many);
        context.Say($"{Threads} threads have put {each} numbers each, by their last digit, in {time.TotalMilliseconds:0} ms");
        bool isSorted = all.Zip(all.Skip(1)).All(pair => pair.First.Number % 10 <= pair.Second.Number % 10);
        bool isInTurn = all.GroupBy(item => (item.Thread, item.Number % 10)).All(group => group.Select(item => item.Number).SequenceEqual(group.Select(item => item.Number).Order()));
        context.Fact("threads", Threads);
        context.Fact("items", all.Length);
        context.Expect(all.Length == Threads * each && all.Distinct().Count() == all.Length, "every item came, once");
        context.Expect(isSorted && isInTurn, "by priority, and those of one thread and one priority in its order");
        return Task.CompletedTask;
    }

    private static T[] Empty<T>(IQueue<T> queue)
    {
        var items = new T[queue.Count];
        return items[..queue.TryGetMany(items)];
    }
}
