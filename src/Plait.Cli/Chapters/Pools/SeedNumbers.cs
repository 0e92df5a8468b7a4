using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pools;

internal sealed class SeedNumbers() : Chapter(
    "seed-numbers",
    Parts.Pools,
    "Where it all began: jobs that compute and jobs that sleep, on processes, threads, both and coroutines, each made for its jobs and timed with\n"
        + "its start. What computes wants cores, and threads have them all where no global lock forbids it; what sleeps wants something that costs little.",
    "docs/executors.md",
    hasBreak: false)
{
    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(10);

    public override async Task RunAsync(ChapterContext context)
    {
        (int steps, int sleepers, TimeSpan wait, int most) = context.IsQuick ? (10_000_000, 16, TimeSpan.FromSeconds(0.4), 6) : (500_000_000, 400, TimeSpan.FromSeconds(2), 400);
        SeedJobs[] rows =
        [
            new("cpu6", 6, executor => executor.Submit(Stay.Compute, steps), () => Task.FromResult(Stay.Compute(steps))),
            new("cpu12", 12, executor => executor.Submit(Stay.Compute, steps), () => Task.FromResult(Stay.Compute(steps))),
            new("sleep", sleepers, executor => executor.Submit(Stay.Block, wait), () => Stay.AwaitAsync(wait)),
        ];
        var cells = new Dictionary<(string Jobs, string Way), SeedCell>();
        foreach (SeedJobs jobs in rows)
        {
            cells[(jobs.Name, "processes")] = await jobs.RunAsync(new ProcessExecutor(new ProcessExecutorOptions { Workers = Math.Min(jobs.Count, most), Spares = 0 }), context);
            cells[(jobs.Name, "threads")] = await jobs.RunAsync(new ThreadExecutor(jobs.Count), context);
            cells[(jobs.Name, "hybrid")] = await jobs.RunAsync(new HybridExecutor(new HybridExecutorOptions { Processes = 2, TasksPerProcess = jobs.Count / 2, Spares = 0 }), context);
            cells[(jobs.Name, "coroutines")] = await jobs.RunAsCoroutinesAsync(context);
        }

        context.Say($"{string.Empty,12}{"processes",12}{"threads",12}{"hybrid",12}{"coroutines",12}");
        foreach (SeedJobs jobs in rows)
        {
            string seconds = string.Concat(cells.Where(cell => cell.Key.Jobs == jobs.Name).Select(static cell => FormattableString.Invariant($"{cell.Value.Time.TotalSeconds,10:0.00} s")));
            context.Say($"{jobs.Count,3} {(jobs.Name == "sleep" ? "sleepers" : "compute"),-8}{seconds}");
        }

        context.Say("the source programs, in Python on a machine of its own: 6 that compute 10.4 s on processes and 35.5 s on threads; 400 sleepers of 2 s 10.6 s on processes and 2.05 s on threads");
        foreach (((string jobs, string way), SeedCell cell) in cells)
        {
            context.Fact($"{jobs}_{way}", cell.Time);
            context.Fact($"{jobs}_{way}_at_once", cell.AtOnce);
            context.Fact($"{jobs}_{way}_pids", cell.Pids);
        }

        SeedCell[] threaded = [cells[("cpu6", "threads")], cells[("cpu12", "threads")]];
        SeedCell[] looped = [cells[("cpu6", "coroutines")], cells[("cpu12", "coroutines")]];
        context.Expect(threaded.All(static cell => cell.AtOnce > 1), "threads compute side by side: no global lock keeps them apart");
        context.Expect(looped.All(static cell => cell.AtOnce == 1 && cell.Time >= cell.Work), "coroutines compute one after the other: nothing is gained over doing so without them");
        context.Expect(rows.All(row => cells[(row.Name, "coroutines")].Pids == 1 && cells[(row.Name, "hybrid")].Pids <= 2), "coroutines stay in one process, hybrids in two");
        context.Expect(cells.Where(static cell => cell.Key.Jobs == "sleep").All(cell => cell.Value.Time >= wait), "nobody who sleeps is done sooner");
        context.Expect(cells.Where(static cell => cell.Key is { Jobs: "sleep", Way: not "processes" }).All(cell => cell.Value.Time < sleepers * wait / 4), "sleepers overlap on threads, in hybrids and as coroutines");
    }
}
