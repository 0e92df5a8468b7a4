using Plait.Cli.Chapters.Processes;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Queues;

internal sealed class QueueBasics() : Chapter(
    "queue-basics",
    Parts.Queues,
    "A queue of five places. Where it is full a put is refused at once, or after the time it was given, or it waits until a get makes room.\n"
        + "An item is in the queue when the call that put it returns, so its count is right and the next get finds it.",
    "docs/queues.md",
    hasBreak: true)
{
    private const int Places = 5;

    public override async Task RunAsync(ChapterContext context)
    {
        var patience = TimeSpan.FromSeconds(3);
        using var scope = ProcessScope.Create();
        using IQueue<string> queue = scope.CreateQueue<string>(capacity: context.IsBroken ? Places + 1 : Places);
        using IQueue<string> empty = scope.CreateQueue<string>(Places);
        bool wasEmpty = queue.IsEmpty && queue.Count == 0;
        foreach (string word in "one two three four five".Split(' '))
        {
            queue.Put(word, context.Cancellation);
        }

        (int count, bool isFull) = (queue.Count, queue.IsFull);
        context.Say($"five words were put: there are {count}, it is {(isFull ? "" : "not ")}full");
        bool putNow = queue.TryPut("too many");
        bool gotNow = empty.TryGet(out _);
        context.Say($"put into it now: {putNow}; get from an empty one now: {gotNow}; and now both with a timeout of {patience.TotalSeconds} s");

        TimeSpan start = context.Elapsed;
        Task<(bool, TimeSpan)> put = TimeAsync(async () => await queue.TryPutAsync("too late", patience, context.Cancellation));
        Task<(bool, TimeSpan)> get = TimeAsync(async () => (await empty.TryGetAsync(patience, context.Cancellation)).IsTaken);
        (bool putLate, TimeSpan putTime) = await put;
        (bool gotLate, TimeSpan getTime) = await get;

        var writer = WorkerThread.Start(() => queue.Put("six", context.Cancellation), new WorkerThreadOptions { Name = "writer", IsDaemon = true });
        bool isBlocked = await ProcessTable.WaitUntilAsync(() => queue.GetStatistics().WaitingPutters == 1 || !writer.IsAlive, TimeSpan.FromSeconds(20), context.Time, context.Cancellation)
            && writer.IsAlive;
        context.Say("a thread puts a sixth and waits for room; now one is got");
        string first = queue.Get(context.Cancellation);
        await writer.JoinAsync(cancellationToken: context.Cancellation);
        string[] rest = new string[Places + 1];
        int left = queue.TryGetMany(rest);

        context.Fact("capacity", queue.Capacity);
        context.Fact("count", count);
        context.Fact("full", isFull);
        context.Fact("put_now", putNow);
        context.Fact("get_now", gotNow);
        context.Fact("asked_s", patience.TotalSeconds);
        context.Fact("put_refused_after", putTime);
        context.Fact("get_refused_after", getTime);
        context.Fact("blocked_put_released", isBlocked);
        context.Fact("got", rest[..left].Prepend(first));
        context.Expect(wasEmpty && count == Places && isFull, "it was empty, and is full with five");
        context.Expect(!putNow && !gotNow, "what cannot be done now is refused now");
        context.Expect(!putLate && putTime >= patience, "a put that waits for room is refused when its time is over, not before");
        context.Expect(!gotLate && getTime >= patience, "so is a get that waits for an item");
        context.Expect(isBlocked && left == Places && rest[left - 1] == "six", "a put that waits without end is released by a get");

        async Task<(bool Done, TimeSpan Time)> TimeAsync(Func<Task<bool>> call) => (await call(), context.Elapsed - start);
    }
}
