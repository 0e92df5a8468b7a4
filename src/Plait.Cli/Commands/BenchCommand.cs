using System.CommandLine;
using Plait.Benchmarks;
using Plait.Cli.Reports;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary><c>plait bench</c>: ours and the peer's, measured in the same run.</summary>
internal sealed class BenchCommand(BenchSource source, Screen screen)
{
    public Command Create()
    {
        Option<bool> quick = CommonOptions.Quick();
        Option<string?> json = CommonOptions.Json("{area, case, unit, ours, peer, peerName, ratio, goal or goalAbsolute, ok}");
        var areas = new Argument<string[]>("AREA")
        {
            Description = $"What to measure; everything when none is given. Areas: {(source.Areas.Count == 0 ? "none in this build" : string.Join(", ", source.Areas))}.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var only = new Option<string?>("--only") { Description = "Only cases whose names contain TEXT.", HelpName = "TEXT" };
        areas.Validators.Add(UsageErrors.RefuseOptions);
        var command = new Command("bench", "Measure Plait and its peers in the same run; a ratio over 1 means Plait is better.") { areas, only, quick, json };
        command.SetAction((line, token) => RunAsync(line.GetValue(areas) ?? [], line.GetValue(only), line.GetValue(quick), line.GetValue(json), token));
        return command;
    }

    private async Task<int> RunAsync(string[] areas, string? only, bool isQuick, string? path, CancellationToken interrupted)
    {
        if (areas.FirstOrDefault(a => !source.Areas.Contains(a)) is { } unknown)
        {
            throw UsageException.Unknown("area", unknown, source.Areas);
        }

        using JsonReport report = JsonReport.Open(path);
        IReadOnlyList<BenchResult> rows;
        using (ProgressBar bar = screen.StartProgress(total: 0, "bench"))
        {
            rows = await source.RunAsync(areas, only, isQuick, step => Tell(bar, step), interrupted);
        }

        if (only is not null && rows.Count == 0)
        {
            throw new UsageException($"--only '{only}': no case of these areas has that in its name. Leave it out to see their names.");
        }

        BenchTable.Write(screen, rows);
        report.Write(rows, BenchReport.Write);
        int missed = rows.Count(r => r.Ok == false);
        int open = rows.Count(r => r.Ok is null);
        screen.WriteLine($"{rows.Count} cases: {rows.Count - missed - open} ok, {missed} missed, {open} without a verdict", missed == 0 ? Tone.Good : Tone.Bad);
        return missed == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private void Tell(ProgressBar bar, BenchProgress step)
    {
        bar.Describe(step.Text);
        bar.Reach(step.Done, step.Total);
        if (!screen.IsTerminal)
        {
            screen.WriteLine(step.Text, Tone.Faint);
        }
    }
}
