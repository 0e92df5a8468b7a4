using System.Text.Json;
using Plait.Cli.Chapters;

namespace Plait.Cli.Reports;

/// <summary>A chapter's outcome as JSON: <c>{"chapter","part","ok","seconds","detail"}</c>; <c>ok</c> is null where it cannot run.</summary>
internal static class ChapterReport
{
    public static void Write(Utf8JsonWriter json, ChapterOutcome outcome)
    {
        json.WriteString("chapter", outcome.Chapter.Name);
        json.WriteString("part", outcome.Chapter.Part);
        json.WriteBooleanOrNull("ok", outcome.Ok);
        json.WriteNumber("seconds", Math.Round(outcome.Seconds, 3));
        json.WriteString("detail", outcome.Detail);
    }
}
