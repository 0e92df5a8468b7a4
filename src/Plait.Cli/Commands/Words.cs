using Plait.Cli.Chapters;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary>How an outcome is put into words.</summary>
internal static class Words
{
    public static (string Word, Tone Tone) Of(ChapterOutcome outcome) => outcome.Ok switch
    {
        true => ("ok", Tone.Good),
        false => ("failed", Tone.Bad),
        null => ("skipped", Tone.Doubtful),
    };

    /// <summary>Why an outcome is not ok: the expectations that failed, then the error.</summary>
    public static string Reason(ChapterOutcome outcome) =>
        outcome.Skipped ?? string.Join("; ", outcome.Error is { } error ? [.. outcome.Failures, error] : outcome.Failures);
}
