using System.CommandLine;
using System.Globalization;
using Plait.Cli.Reports;
using Plait.Cli.Terminal;
using Plait.Cli.Workloads;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Commands;

/// <summary><c>plait sched</c>: simulates jobs under scheduling policies and compares them.</summary>
internal sealed class SchedCommand(Screen screen)
{
    public const string Name = "sched";

    private static readonly string[] s_usual = ["fifo", "sjf", "rr", "mlfq"];

    public Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "A workload as JSON or CSV; docs/scheduling.md says what it may hold.", Arity = ArgumentArity.ZeroOrOne };
        file.Validators.Add(UsageErrors.RefuseOptions);
        var known = new Option<string[]>("--workload") { Description = $"Run known workloads instead of a file, or all: {string.Join(", ", KnownWorkloads.Names)}.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var policy = new Option<string[]>("--policy") { Description = $"Which policies, or all: {string.Join(", ", PolicyNames.All)}. Default: those whose results the workload knows, or {string.Join(", ", s_usual)}.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var settings = new SchedSettings();
        var output = new Option<string?>("--out") { Description = "Also draw what happened: FILE.svg, or FILE.html with the tables.", HelpName = "FILE" };
        Option<string?> json = CommonOptions.Json("{workload, policy, waiting, turnaround, response, slowdown, utilisation, ..., jobs, slices}");
        var command = new Command(Name, "Simulate jobs under scheduling policies: times, charts, and what textbooks say. Exit code 1 if a known result does not come out.") { file, known, policy, output, json };
        settings.AddTo(command);
        command.SetAction((line, token) => Task.FromResult(Run(
            Workloads(line.GetValue(file), line.GetValue(known) ?? [], settings.Seed(line)).Select(workload => settings.Apply(line, workload)).ToList(),
            PolicyNames.Parse(line.GetValue(policy) ?? []),
            line.GetValue(output),
            line.GetValue(json),
            token)));
        return command;
    }

    private static IEnumerable<Workload> Workloads(string? file, string[] known, long seed)
    {
        if ((file is null) == (known.Length == 0))
        {
            throw new UsageException(file is null
                ? "sched runs a FILE or a known workload: plait sched --workload NAME. 'plait sched --help' lists them."
                : $"'{file}' and --workload {known[0]}: sched runs a file or known workloads, not both.");
        }

        return file is not null ? [WorkloadFile.Read(file)]
            : known.SelectMany(static name => name == PolicyNames.Every ? KnownWorkloads.Names : [name]).Select(name => KnownWorkloads.Find(name, seed));
    }

    private int Run(List<Workload> workloads, IReadOnlyList<string> policies, string? picture, string? path, CancellationToken cancellation)
    {
        using JsonReport report = JsonReport.Open(path);
        using PictureFile? drawn = PictureFile.Open(picture);
        var runs = new List<SchedRun>();
        using ProgressBar bar = screen.StartProgress(workloads.Sum(workload => PoliciesOf(workload, policies).Count), Name);
        foreach (Workload workload in workloads)
        {
            var own = new List<SchedRun>();
            foreach (string policy in PoliciesOf(workload, policies))
            {
                bar.Describe($"{workload.Name} under {policy}");
                own.Add(Simulate(workload, policy, cancellation));
                bar.Advance();
            }

            runs.AddRange(own);
            Show(workload, own);
        }

        report.Write(runs, SchedReport.Write);
        drawn?.Write(runs);
        int failed = runs.Count(static run => run.Differences.Count > 0);
        int known = runs.Count(static run => run.IsKnown);
        if (known > 0)
        {
            screen.WriteLine($"{known} known results: {known - failed} come out, {failed} do not", failed == 0 ? Tone.Good : Tone.Bad);
        }

        return failed == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static IReadOnlyList<string> PoliciesOf(Workload workload, IReadOnlyList<string> asked)
    {
        string[] expected = [.. workload.Expectations.Select(static expectation => expectation.Policy).Distinct(StringComparer.Ordinal)];
        return asked.Count > 0 ? asked : expected.Length > 0 ? expected : s_usual;
    }

    private static SchedRun Simulate(Workload workload, string policy, CancellationToken cancellation)
    {
        try
        {
            SimulationTrace trace = workload.Run(policy, cancellation);
            Expectation[] expectations = [.. workload.Expectations.Where(expectation => expectation.Policy == policy)];
            return new SchedRun(workload, policy, trace, expectations.Length > 0, [.. expectations.SelectMany(expectation => expectation.Differences(trace))]);
        }
        catch (ArgumentException e)
        {
            // The file was in order; an option of the command line does not fit it.
            throw new UsageException($"{workload.Name} under {policy}: {e.Message.Split(" (Parameter ")[0]}", e);
        }
    }

    private void Show(Workload workload, List<SchedRun> runs)
    {
        screen.WriteLine(workload.Title.Length > 0 ? $"{workload.Name}: {workload.Title}" : workload.Name, Tone.Strong);
        if (workload.Source is not null)
        {
            screen.WriteLine(workload.Source, Tone.Faint);
        }

        var table = new TextTable("policy", ">waiting", ">turnaround", ">response", ">slowdown", ">cpu", ">switches", ">missed", "known result");
        foreach (SchedRun run in runs)
        {
            table.Add([.. run.Cells().Select(static cell => (cell, Tone.Normal)), (run.Verdict, run.Differences.Count > 0 ? Tone.Bad : run.IsKnown ? Tone.Good : Tone.Faint)]);
        }

        table.WriteTo(screen);
        foreach (string difference in runs.SelectMany(static run => run.Differences.Select(text => $"{run.Policy}: {text}")))
        {
            screen.WriteLine(difference, Tone.Bad);
        }

        foreach (SchedRun run in runs)
        {
            screen.WriteLine();
            new GanttChart(run).WriteTo(screen);
        }

        if (runs is [{ } only])
        {
            screen.WriteLine();
            WriteJobs(only);
        }

        screen.WriteLine();
    }

    private void WriteJobs(SchedRun run)
    {
        var table = new TextTable("job", ">arrival", ">first run", ">end", ">cpu", ">waiting", ">turnaround", ">response", ">slowdown", ">stopped");
        for (int i = 0; i < run.Trace.Jobs.Count; i++)
        {
            JobResult job = run.Trace.Jobs[i];
            string?[] cells =
            [
                run.NameOf(i), Text(job.Arrival), Text(job.FirstRun), Text(job.Finish), Text(job.CpuTime), Text(job.Waiting), Text(job.Turnaround), Text(job.Response),
                job.Slowdown?.ToString("0.00", CultureInfo.InvariantCulture), Text(job.Preemptions),
            ];
            table.Add([.. cells.Select(static cell => (cell ?? "-", Tone.Normal))]);
        }

        table.WriteTo(screen);
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
