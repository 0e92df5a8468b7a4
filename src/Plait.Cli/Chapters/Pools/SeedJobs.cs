using Plait.Execution;

namespace Plait.Cli.Chapters.Pools;

/// <summary>So many equal jobs, as they are given to an executor and as coroutines.</summary>
internal sealed record SeedJobs(string Name, int Count, Func<IExecutor, Future<Stay>> Submit, Func<Task<Stay>> Coroutine)
{
    /// <summary>Does them in an executor made for them, which it ends.</summary>
    public async Task<SeedCell> RunAsync(IExecutor executor, ChapterContext context)
    {
        await using (executor)
        {
            // From here and not from its making: its processes start beside this, and are waited for.
            long start = context.Time.GetTimestamp();
            Future<Stay>[] futures = [.. Enumerable.Range(0, Count).Select(_ => Submit(executor))];
            Stay[] stays = await Task.WhenAll(futures.Select(static future => future.Task)).WaitAsync(context.Cancellation);
            return SeedCell.Of(context.Time.GetElapsedTime(start), stays);
        }
    }

    /// <summary>Does them one at a time, in turns at every await, as a loop does its coroutines.</summary>
    public async Task<SeedCell> RunAsCoroutinesAsync(ChapterContext context)
    {
        TaskScheduler loop = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        long start = context.Time.GetTimestamp();
        Task<Stay>[] tasks = [.. Enumerable.Range(0, Count).Select(_ => Task.Factory.StartNew(Coroutine, context.Cancellation, TaskCreationOptions.None, loop).Unwrap())];
        Stay[] stays = await Task.WhenAll(tasks).WaitAsync(context.Cancellation);
        return SeedCell.Of(context.Time.GetElapsedTime(start), stays);
    }
}

/// <summary>What came of some jobs.</summary>
/// <param name="Time">From the submission of the first to the end of the last.</param>
/// <param name="Work">What each took, added up.</param>
/// <param name="AtOnce">The most that had begun and not ended at one time.</param>
/// <param name="Pids">In how many processes they ran.</param>
internal sealed record SeedCell(TimeSpan Time, TimeSpan Work, int AtOnce, int Pids)
{
    public static SeedCell Of(TimeSpan time, Stay[] stays) => new(
        time,
        stays.Aggregate(TimeSpan.Zero, static (sum, stay) => sum + TimeProvider.System.GetElapsedTime(stay.From, stay.To)),
        Stay.AtOnce(stays),
        stays.Select(static stay => stay.Pid).Distinct().Count());
}
