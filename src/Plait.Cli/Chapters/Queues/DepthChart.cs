using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

/// <summary>How many items are in a queue, step by step, when those who get are slower than those who put, and when they are faster.</summary>
internal static class DepthChart
{
    private const int Put = 4;

    public static async Task ShowAsync(ChapterContext context)
    {
        (int steps, TimeSpan step) = context.IsQuick ? (12, TimeSpan.FromMilliseconds(5)) : (30, TimeSpan.FromMilliseconds(50));
        using var scope = ThreadScope.Create();
        (int[] slow, _) = await RunAsync(context, scope.CreateQueue<int>(), steps, step, most: 1);
        (int[] fast, _) = await RunAsync(context, scope.CreateQueue<int>(), steps, step, most: 6);
        (int[] bounded, int refused) = await RunAsync(context, scope.CreateQueue<int>(capacity: 10), steps, step, most: 1);
        context.Say($"a bounded queue refused {refused} items: whoever puts has to wait, and no more than 10 pile up");
        context.Fact("depth_slow", slow);
        context.Fact("depth_fast", fast);
        context.Fact("depth_bounded", bounded);
        context.Expect(slow.SequenceEqual(Enumerable.Range(0, steps).Select(i => Put + (i * (Put - 1)))), "slow consumers: the queue grows with every step");
        context.Expect(fast.All(depth => depth == Put), "fast ones: there is never more in it than was put in the step");
        context.Expect(bounded.Max() == 10 && refused > 0, "a capacity bounds it, and holds up those who put");
    }

    // In steps, so that the picture is the same on every machine. In each as many are put as there is room for, up to four, and at most so many are got.
    private static async Task<(int[] Depths, int Refused)> RunAsync(ChapterContext context, IQueue<int> queue, int steps, TimeSpan step, int most)
    {
        using IQueue<int> its = queue;
        int[] depths = new int[steps], items = new int[Put], room = new int[most];
        int refused = 0;
        context.Say($"{Put} are put and {most} got in a step; capacity {queue.Capacity?.ToString() ?? "unbounded"}");
        for (int i = 0; i < steps; i++)
        {
            refused += Put - queue.TryPutMany(items);
            depths[i] = queue.Count;
            queue.TryGetMany(room);
            context.Say($"{depths[i],4} {new string('█', (depths[i] + 1) / 2)}");
            await context.WaitAsync(step);
        }

        return (depths, refused);
    }
}
