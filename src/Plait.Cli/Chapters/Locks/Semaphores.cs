using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Semaphores() : Chapter(
    "semaphore",
    Parts.LocksAndThreads,
    "A car park with five places and forty cars: a semaphore counts the places, and who finds none waits for one.\n"
        + "There are never more than five inside, and a place that becomes free goes to whoever has waited longest.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Places = 5;
    private const int Cars = 40;

    public override Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using ISemaphore park = scope.CreateSemaphore(context.IsBroken ? Places + 1 : Places);
        var stay = TimeSpan.FromSeconds(context.IsQuick ? 0.02 : 0.3);
        var inside = new Gauge();
        int parked = 0;
        TimeSpan time = Crew.Run(context, Cars, car =>
        {
            using Hold place = park.Acquire(context.Cancellation);
            using Gauge.Visit visit = inside.Enter();
            Interlocked.Increment(ref parked);
            context.WaitAsync(stay).Wait(context.Cancellation);
        });

        SynchronizerStatistics statistics = park.GetStatistics();
        context.Say($"{parked} cars have parked, {statistics.Waits} of them had to wait, the longest {statistics.LongestWait.TotalSeconds:0.00} s");
        context.Fact("units", Cars);
        context.Fact("max", inside.Max);
        context.Fact("waited", statistics.Waits);
        context.Fact("time", time);
        context.Expect(inside.Max == Places, "five are inside at most, and five at some time");
        context.Expect(parked == Cars && park.CurrentCount == Places, "all forty have parked, and all five places are free in the end");
        return Task.CompletedTask;
    }
}
