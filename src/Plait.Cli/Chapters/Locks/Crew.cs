using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

/// <summary>Several threads that do the same at the same time.</summary>
internal static class Crew
{
    /// <summary>Starts so many threads, gives each its number, and returns when all have ended.</summary>
    /// <returns>How long that took. What a thread throws is thrown here.</returns>
    public static TimeSpan Run(ChapterContext context, int count, Action<int> work)
    {
        TimeSpan start = context.Elapsed;
        foreach (WorkerThread<int> thread in Start(count, work))
        {
            thread.Join(Timeout.InfiniteTimeSpan, context.Cancellation);
            _ = thread.Result;
        }

        return context.Elapsed - start;
    }

    /// <summary>Starts so many threads and gives each its number, which is its result too.</summary>
    public static WorkerThread<int>[] Start(int count, Action<int> work) => [.. Enumerable.Range(0, count).Select(number =>
        WorkerThread.Start(
            () =>
            {
                work(number);
                return number;
            },

            // Daemons: the tool can end even where a chapter that failed has left one waiting.
            new WorkerThreadOptions { Name = $"unit-{number + 1}", IsDaemon = true }))];
}
