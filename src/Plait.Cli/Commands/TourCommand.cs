using System.CommandLine;
using Plait.Cli.Chapters;
using Plait.Cli.Reports;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary><c>plait tour</c>: every chapter in teaching order, its facts checked, one row each.</summary>
internal sealed class TourCommand(IReadOnlyList<Chapter> chapters, Screen screen, TimeProvider time)
{
    public Command Create()
    {
        Option<bool> quick = CommonOptions.Quick();
        Option<string?> json = CommonOptions.Json("{chapter, part, ok, seconds, detail}");
        var command = new Command("tour", "Run every chapter, check its facts and print a table; exit code 1 if any check fails.") { quick, json };
        command.SetAction((line, token) => RunAsync(line.GetValue(quick), line.GetValue(json), token));
        return command;
    }

    private async Task<int> RunAsync(bool isQuick, string? path, CancellationToken interrupted)
    {
        using JsonReport report = JsonReport.Open(path);
        var outcomes = new List<ChapterOutcome>();
        var runner = new ChapterRunner(screen, time);
        long started = time.GetTimestamp();
        int nameWidth = chapters.Select(c => c.Name.Length).Append("chapter".Length).Max();
        int partWidth = chapters.Select(c => c.Part.Length).Append("part".Length).Max();
        screen.WriteLine($"{"chapter".PadRight(nameWidth)}  {"part".PadRight(partWidth)}  result   seconds  detail", Tone.Faint);
        try
        {
            using ProgressBar bar = screen.StartProgress(chapters.Count, "tour");
            foreach (Chapter chapter in chapters)
            {
                interrupted.ThrowIfCancellationRequested();
                bar.Describe(chapter.Name);
                ChapterOutcome outcome = await runner.RunAsync(chapter, isQuiet: true, isQuick, isBroken: false, ChapterArguments.DefaultsOf(chapter), interrupted);
                outcomes.Add(outcome);
                bar.Advance();
                (string word, Tone tone) = Words.Of(outcome);
                screen.WriteLine([
                    ($"{chapter.Name.PadRight(nameWidth)}  {chapter.Part.PadRight(partWidth)}  ", Tone.Normal),
                    ($"{word,-7}  ", tone),
                    ($"{outcome.Seconds,7:0.00}  {outcome.Detail}", Tone.Normal)]);
            }
        }
        finally
        {
            report.Write(outcomes, ChapterReport.Write);
        }

        return Summarize(outcomes, time.GetElapsedTime(started));
    }

    private int Summarize(List<ChapterOutcome> outcomes, TimeSpan elapsed)
    {
        int failed = outcomes.Count(o => o.Ok == false);
        int skipped = outcomes.Count(o => o.Ok is null);
        screen.WriteLine();
        foreach (ChapterOutcome outcome in outcomes.Where(o => o.Ok == false))
        {
            screen.WriteLine("", $"{outcome.Chapter.Name} failed: {Words.Reason(outcome)}. See it run: plait lab {outcome.Chapter.Name}", Tone.Bad);
        }

        screen.WriteLine(
            $"{outcomes.Count} chapters: {outcomes.Count - failed - skipped} ok, {failed} failed, {skipped} skipped, in {elapsed.TotalSeconds:0.0} s",
            failed == 0 ? Tone.Good : Tone.Bad);
        return failed == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }
}
