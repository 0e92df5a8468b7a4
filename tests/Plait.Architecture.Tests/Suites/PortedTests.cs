namespace Plait.Architecture.Tests.Suites;

/// <summary>Judges the table that follows other projects' tests into ours: each is ported to a test that exists, or left out for a reason.</summary>
internal static class PortedTests
{
    public const string Page = "tests/ported.md";
    private const string NotPorted = "not ported:";
    private const int ShortestReason = 15;
    private static readonly string[] s_header = ["peer", "theirs", "ours"];

    public static IEnumerable<string> Violations(SourceFile page, IReadOnlySet<string> tests)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool inTable = false;
        bool any = false;
        foreach (var (index, line) in page.Lines.Index())
        {
            string where = $"{page.Path}:{index + 1}";
            if (!line.TrimStart().StartsWith('|'))
            {
                inTable = false;
                continue;
            }

            string[] cells = Cells(line);
            if (!inTable)
            {
                inTable = true;
                any = true;
                if (!cells.SequenceEqual(s_header, StringComparer.Ordinal))
                {
                    yield return $"{where}: a table here has the header | {string.Join(" | ", s_header)} |";
                }
            }
            else if (!cells.All(cell => cell.Length > 0 && cell.All(letter => letter is '-' or ':')))
            {
                foreach (string violation in Row(cells, where, tests))
                {
                    yield return violation;
                }

                if (cells.Length >= 2 && !seen.Add(cells[0] + "|" + cells[1]))
                {
                    yield return $"{where}: {cells[1]} of {cells[0]} is listed twice";
                }
            }
        }

        if (!any)
        {
            yield return $"{page.Path} has no table with the header | {string.Join(" | ", s_header)} |";
        }
    }

    private static IEnumerable<string> Row(string[] cells, string where, IReadOnlySet<string> tests)
    {
        if (cells.Length != s_header.Length || cells.Any(cell => cell.Length == 0))
        {
            yield return $"{where}: a row has {s_header.Length} filled cells ({string.Join(", ", s_header)}), this one {cells.Count(cell => cell.Length > 0)}";
            yield break;
        }

        string ours = cells[2];
        if (ours.StartsWith(NotPorted, StringComparison.Ordinal))
        {
            if (ours[NotPorted.Length..].Trim().Length < ShortestReason)
            {
                yield return $"{where}: '{ours}' gives no reason (at least {ShortestReason} characters)";
            }

            yield break;
        }

        foreach (string name in ours.Split([",", "<br>", "<br/>"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim('`')))
        {
            if (!tests.Contains(name))
            {
                yield return $"{where}: no test is called '{name}' (expected Class.Method, or '{NotPorted} reason')";
            }
        }
    }

    private static string[] Cells(string line) =>
        [.. line.Trim().Trim('|').Replace("\\|", "\u0001", StringComparison.Ordinal).Split('|').Select(cell => cell.Replace('\u0001', '|').Trim())];
}
