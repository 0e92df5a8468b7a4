using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

/// <summary>A queue built from a pipe and two locks, beside ours.</summary>
internal static class PipeComparison
{
    /// <summary>Passes the same items through both, one process to another.</summary>
    public static void Show(ChapterContext context)
    {
        int items = context.IsQuick ? 5_000 : 50_000;
        using var scope = ProcessScope.Create();
        using PipeQueue piped = PipeQueue.Create(scope);
        IQueue<int> ours = scope.CreateQueue<int>(capacity: 1024);
        (long pipedSum, double pipedTime) = Pass(context, items, () => ChildProcess.Start(Fill, piped, items), piped.Get);
        (long ourSum, double ourTime) = Pass(context, items, () => ChildProcess.Start(FillOurs, ours, items), () => ours.Get());
        context.Say($"an item through the pipe and its locks took {pipedTime:0.00} µs, through the queue {ourTime:0.00} µs");
        context.Fact("items", items);
        context.Fact("pipe_and_lock_us", pipedTime);
        context.Fact("queue_us", ourTime);
        long expected = (long)items * (items - 1) / 2;
        context.Expect(pipedSum == expected && ourSum == expected, "either way every item has come once");
    }

    private static (long Sum, double Microseconds) Pass(ChapterContext context, int items, Func<ChildProcess> start, Func<int> get)
    {
        using ChildProcess child = start();
        long sum = get();
        long since = context.Time.GetTimestamp();
        for (int i = 1; i < items; i++)
        {
            sum += get();
        }

        return (sum, context.Time.GetElapsedTime(since).TotalMicroseconds / items);
    }

    private static void Fill(PipeQueue queue, int items)
    {
        for (int i = 0; i < items; i++)
        {
            queue.Put(i);
        }
    }

    private static void FillOurs(IQueue<int> queue, int items)
    {
        for (int i = 0; i < items; i++)
        {
            queue.Put(i);
        }
    }
}
