using System.Text.RegularExpressions;

namespace Plait.Architecture.Tests.Documentation;

/// <summary>A fenced block of a Markdown page.</summary>
/// <param name="Page">The page's path.</param>
/// <param name="Line">The line of the opening fence, from 1.</param>
/// <param name="Info">What follows the opening fence, such as "csharp".</param>
/// <param name="Code">The text between the fences, without the fence's own indent.</param>
/// <param name="Note">The HTML comment directly above the fence, without its markers; empty when there is none.</param>
internal sealed partial record Snippet(string Page, int Line, string Info, string Code, string Note)
{
    public string Language => Info.Split([' ', '\t', '{'], 2)[0];

    public static IEnumerable<Snippet> Read(SourceFile page)
    {
        string[] lines = page.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } open)
            {
                continue;
            }

            int indent = open.Groups["indent"].Length;
            string mark = open.Groups["mark"].Value;
            int end = i + 1;
            while (end < lines.Length && !Closes(lines[end], mark))
            {
                end++;
            }

            string code = string.Concat(lines[(i + 1)..end].Select(line => line[Math.Min(indent, line.Length - line.TrimStart().Length)..] + "\n"));
            yield return new Snippet(page.Path, i + 1, open.Groups["info"].Value.Trim(), code, NoteAbove(lines, i));
            i = end;
        }
    }

    private static bool Closes(string line, string mark)
    {
        string text = line.Trim();
        return text.Length >= mark.Length && text.All(letter => letter == mark[0]);
    }

    /// <summary>A comment may span lines; a blank line between it and the fence is allowed.</summary>
    private static string NoteAbove(string[] lines, int fence)
    {
        int last = fence - 1;
        while (last >= 0 && lines[last].Trim().Length == 0)
        {
            last--;
        }

        if (last < 0 || !lines[last].TrimEnd().EndsWith("-->", StringComparison.Ordinal))
        {
            return "";
        }

        int first = last;
        while (first > 0 && !lines[first].TrimStart().StartsWith("<!--", StringComparison.Ordinal))
        {
            first--;
        }

        string comment = string.Join('\n', lines[first..(last + 1)]).Trim();
        return comment.StartsWith("<!--", StringComparison.Ordinal) ? comment[4..^3].Trim() : "";
    }

    [GeneratedRegex(@"^(?<indent>\s*)(?<mark>`{3,}|~{3,})(?<info>[^`]*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Fence();
}
