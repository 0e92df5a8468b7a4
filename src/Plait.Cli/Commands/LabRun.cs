using Plait.Cli.Chapters;
using Plait.Cli.Reports;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary>One run of one chapter by <c>plait lab NAME</c>, and the verdict on it.</summary>
internal sealed class LabRun(Chapter chapter, ChapterArguments arguments, Screen screen, TimeProvider time)
{
    public async Task<int> RunAsync(bool isBroken, bool isQuick, string? path, CancellationToken interrupted)
    {
        if (isBroken && !chapter.HasBreak)
        {
            throw new UsageException($"--break: chapter '{chapter.Name}' has no negative control. 'plait lab' says which chapters have one.");
        }

        using JsonReport report = JsonReport.Open(path);
        screen.WriteLine($"{chapter.Part}: {chapter.Name}{(isBroken ? ", with its cause removed" : "")}", Tone.Strong);
        foreach (string line in chapter.Shows.Split('\n', StringSplitOptions.TrimEntries))
        {
            screen.WriteLine(line);
        }

        screen.WriteLine("", $"Read more: {chapter.Page}", Tone.Faint);
        screen.WriteLine();
        ChapterOutcome outcome = await new ChapterRunner(screen, time).RunAsync(chapter, isQuiet: false, isQuick, isBroken, arguments, interrupted);
        report.Write([outcome], ChapterReport.Write);
        screen.WriteLine();
        return isBroken ? JudgeControl(outcome) : Judge(outcome);
    }

    private int Judge(ChapterOutcome outcome)
    {
        (string word, Tone tone) = Words.Of(outcome);
        string reason = outcome.Ok == true ? "" : $": {Words.Reason(outcome)}";
        screen.WriteLine($"{chapter.Name} {word} in {outcome.Seconds:0.00} s{reason}", tone);
        return outcome.Ok == false ? ExitCode.CheckFailed : ExitCode.Ok;
    }

    // Only a failed expectation proves that the check can fail; an exception proves nothing about the check.
    private int JudgeControl(ChapterOutcome outcome)
    {
        if (outcome.Error is not null || outcome.Skipped is not null)
        {
            screen.WriteLine($"{chapter.Name} --break proved nothing: {outcome.Error ?? outcome.Skipped}", Tone.Bad);
            return ExitCode.BrokeDown;
        }

        if (outcome.Failures.Count > 0)
        {
            screen.WriteLine($"{chapter.Name} --break failed in {outcome.Seconds:0.00} s, as expected: {Words.Reason(outcome)}", Tone.Good);
            return ExitCode.CheckFailed;
        }

        screen.WriteLine($"{chapter.Name} --break passed, unexpectedly: the check holds even without its cause, so it checks nothing", Tone.Bad);
        return ExitCode.Ok;
    }
}
