using System.Collections.Concurrent;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Events() : Chapter(
    "event",
    Parts.LocksAndThreads,
    "A traffic light: ten cars come to it while it is red, and wait; when it turns green they all go on.\n"
        + "That is an event: waits end once it is set, for all who wait and all who come later, until it is reset.",
    "docs/locks.md",
    hasBreak: true)
{
    private const int Cars = 10;

    public override async Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using IEvent green = scope.CreateEvent(isSet: context.IsBroken);
        using ICountdown coming = scope.CreateCountdown(Cars);
        var passed = new ConcurrentQueue<long>();
        WorkerThread<int>[] cars = Crew.Start(Cars, car =>
        {
            context.Say($"car {car + 1} comes to a light that is {(green.IsSet ? "green" : "red")}");
            coming.Signal();
            green.Wait(context.Cancellation);
            passed.Enqueue(context.Time.GetTimestamp());
        });
        coming.Wait(context.Cancellation);
        await context.WaitAsync(TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 2));

        int early = passed.Count;
        long turned = context.Time.GetTimestamp();
        green.Set();
        context.Say("the light turns green");
        foreach (WorkerThread<int> car in cars)
        {
            await car;
        }

        int beforeGreen = passed.Count(at => at < turned);
        green.Reset();
        bool isOpen = green.Wait(TimeSpan.Zero);
        context.Say("the light is red again");
        context.Fact("cars", passed.Count);
        context.Fact("before_green", beforeGreen);
        context.Fact("last_after_green_ms", context.Time.GetElapsedTime(turned, passed.Max()).TotalMilliseconds);
        context.Expect(early == 0 && beforeGreen == 0, "no car passes before the light is green");
        context.Expect(passed.Count == Cars, "all ten pass when it is");
        context.Expect(!isOpen, "after the reset a wait does not pass");
    }
}
