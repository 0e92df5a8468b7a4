using Plait.Cli.Chapters.Locks;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Queues;

/// <summary>Guests who take an empty table for the end, while the cook only pauses.</summary>
internal static class StopAtEmpty
{
    /// <summary>The cook puts half of them, and goes on when the guests have left.</summary>
    public static (int Eaten, int Lost) Run(ChapterContext context, int dishes)
    {
        using var scope = ThreadScope.Create();
        using IQueue<string?> table = scope.CreateQueue<string?>();
        using IEvent isHalfDone = scope.CreateEvent();
        using IEvent pauseIsOver = scope.CreateEvent();
        var cook = WorkerThread.Start(() => CookWithPause(context, table, dishes, isHalfDone, pauseIsOver), new WorkerThreadOptions { Name = "cook", IsDaemon = true });
        isHalfDone.Wait(context.Cancellation);
        int eaten = 0;
        Crew.Run(context, 2, _ =>
        {
            while (table.TryGet(out string? _))
            {
                Interlocked.Increment(ref eaten);
            }
        });
        pauseIsOver.Set();
        cook.Join(context.Cancellation);
        return (eaten, table.Count);
    }

    private static void CookWithPause(ChapterContext context, IQueue<string?> table, int dishes, IEvent isHalfDone, IEvent pauseIsOver)
    {
        Kitchen.Cook(table, 1, dishes / 2);
        isHalfDone.Set();
        pauseIsOver.Wait(context.Cancellation);
        Kitchen.Cook(table, 1, dishes - (dishes / 2));
    }
}
