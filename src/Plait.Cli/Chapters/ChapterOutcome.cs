namespace Plait.Cli.Chapters;

/// <summary>What a chapter's run came to.</summary>
/// <param name="Chapter">The chapter that ran.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Facts">The facts in the order they were stated, already as text.</param>
/// <param name="Failures">What should have held and did not; empty when every expectation held.</param>
/// <param name="Error">The exception that ended the run, or that it ran out of time; null when it ended by itself.</param>
/// <param name="Skipped">Why it cannot run on this machine; null when it ran.</param>
internal sealed record ChapterOutcome(
    Chapter Chapter,
    double Seconds,
    IReadOnlyList<KeyValuePair<string, string>> Facts,
    IReadOnlyList<string> Failures,
    string? Error,
    string? Skipped)
{
    /// <summary>True when everything held, false when something did not, null when the chapter cannot run here.</summary>
    public bool? Ok => Skipped is not null ? null : Failures.Count == 0 && Error is null;

    /// <summary>The facts as <c>key=value</c>, then what failed; one line, values with blanks in quotes.</summary>
    public string Detail => string.Join(' ', Parts());

    private IEnumerable<string> Parts()
    {
        foreach ((string key, string value) in Facts)
        {
            yield return $"{key}={FactText.Quote(value)}";
        }

        foreach (string failure in Failures)
        {
            yield return $"failed={FactText.Quote(failure)}";
        }

        if (Error is not null)
        {
            yield return $"error={FactText.Quote(Error)}";
        }

        if (Skipped is not null)
        {
            yield return $"skipped={FactText.Quote(Skipped)}";
        }
    }
}
