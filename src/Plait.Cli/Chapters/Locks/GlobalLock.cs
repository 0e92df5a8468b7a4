using Plait.Cli.Chapters.Pool;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Locks;

internal sealed class GlobalLock() : Chapter(
    "gil",
    Parts.LocksAndThreads,
    "An interpreter with a global lock runs the code of one thread at a time, on however many cores; only waits overlap. Here it is rebuilt.\n"
        + "It keeps the interpreter's own counts right, not the program's data. .NET has none: its threads compute on all cores.",
    "docs/locks.md",
    hasBreak: true)
{
    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(10);

    public override async Task RunAsync(ChapterContext context)
    {
        (int jobs, int steps, int waits) = context.IsQuick ? (2, 3_000, 4) : (6, 100_000, 100);
        GilJob[] kinds = [new("cpu", IsComputing: true, steps), new("io", IsComputing: false, waits)];
        var cells = new Dictionary<string, GilCell>();
        foreach ((string cores, int[]? affinity) in new[] { ("one", new[] { Thread.GetCurrentProcessorId() }), ("all", null) })
        {
            var options = new ProcessExecutorOptions { Workers = jobs, Spares = 0, Worker = new ChildProcessOptions { Affinity = affinity } };
            await using var pool = new ProcessExecutor(options);
            await Readiness.WaitAsync(pool, context.Cancellation);
            context.Say($"{jobs} jobs that compute, then {jobs} that wait for input: in processes, in threads, in threads under a global lock; on {cores} core{(cores == "one" ? "" : "s")}");
            foreach (GilJob job in kinds)
            {
                cells[$"{job.Name}_{cores}_processes"] = await GilCell.RunInProcessesAsync(pool, job, jobs, context.Cancellation);
                cells[$"{job.Name}_{cores}_threads"] = await pool.Submit(GilCell.RunInThreads, job, jobs, false).Task.WaitAsync(context.Cancellation);
                cells[$"{job.Name}_{cores}_global"] = await pool.Submit(GilCell.RunInThreads, job, jobs, !context.IsBroken).Task.WaitAsync(context.Cancellation);
            }
        }

        double longest = cells.Values.Max(c => c.Time.TotalSeconds);
        foreach ((string name, GilCell cell) in cells)
        {
            string[] words = name.Split('_');
            context.Say($"{jobs} {words[0],-3} jobs, {words[1]} core{(words[1] == "one" ? " " : "s")}, {words[2],-9} {cell.Time.TotalSeconds,7:0.000} s {new string('█', (int)Math.Ceiling(40 * cell.Time.TotalSeconds / longest))}");
        }

        foreach ((string name, GilCell cell) in cells)
        {
            context.Fact(name, cell.Time);
        }

        GilCell[] computing = [cells["cpu_one_global"], cells["cpu_all_global"]];
        GilCell[] waiting = [cells["io_one_global"], cells["io_all_global"]];
        context.Fact("running_threads", cells["cpu_all_threads"].Running);
        context.Fact("running_global", computing.Max(c => c.Running));
        context.Fact("waiting_global", waiting.Max(c => c.Waiting));
        context.Fact("switches_global", computing.Select(c => c.Switches));
        context.Expect(cells["cpu_all_threads"].Running > 1, "without a global lock the code of several threads runs at a time");
        context.Expect(computing.All(c => c.Running == 1 && c.Switches > 0), "under it that of one, which gives it up every 5 ms");
        context.Expect(waiting.All(c => c.Running == 1 && c.Waiting > 1), "it is given up for input and output: waits overlap");
        ShowReasons(context);
    }

    private static void ShowReasons(ChapterContext context)
    {
        (int taken, int unlocked) = GilReasons.CountReferences(context, hasGlobalLock: false);
        (_, int locked) = GilReasons.CountReferences(context, hasGlobalLock: !context.IsBroken);
        context.Say($"why there is one: {taken} references were taken, {unlocked} counted without it, {locked} with it");
        (int alone, int own) = (GilReasons.TakeAll(context, hasOwnLock: false), GilReasons.TakeAll(context, hasOwnLock: true));
        context.Say($"why it is not enough: of 4, which 4 threads took one each from, {alone} are left under the global lock alone, {own} with a lock of the program's own");
        context.Fact("references", new[] { taken, unlocked, locked });
        context.Fact("left", new[] { alone, own });
        context.Expect(unlocked < taken && locked == taken, "without it references are lost, with it none");
        context.Expect(alone > 0 && own == 0, "under it alone a program's own change is still lost: the lock was given up in the middle of it");
    }
}
